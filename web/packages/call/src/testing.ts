/** A browser's media, as far as tests need it: peers that negotiate, tracks that stop, devices that refuse. */
import type { PeerFactory } from "./link";
import type { Devices } from "./local";

export { loadLegs } from "./later-legs";

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState: "live" | "ended" = "live";

  constructor(readonly kind: "audio" | "video") {
    super();
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** Unplug it. */
  unplug(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

/** `navigator.mediaDevices` of a machine with or without a camera. */
export class FakeDevices {
  /** By kind: the error's name, if that device is not to be had. */
  refuse: { audio?: string; video?: string } = {};
  readonly given: FakeTrack[] = [];
  readonly asked: string[] = [];
  readonly wanted: MediaStreamConstraints[] = [];

  readonly devices = {
    getUserMedia: async (wanted: MediaStreamConstraints) => {
      const kinds = (["audio", "video"] as const).filter((kind) => wanted[kind]);
      this.asked.push(kinds.join("+"));
      this.wanted.push(wanted);
      for (const kind of kinds) {
        const name = this.refuse[kind];
        if (name) throw new DOMException(kind, name);
      }
      const tracks = kinds.map((kind) => new FakeTrack(kind));
      this.given.push(...tracks);
      return { getTracks: () => tracks };
    },
  } as unknown as Devices;

  /** How many tracks are still running. */
  get running(): number {
    return this.given.filter((track) => track.readyState === "live").length;
  }
}

class FakeSender {
  constructor(public track: unknown) {}

  async replaceTrack(track: unknown): Promise<void> {
    this.track = track;
  }
}

interface FakeTransceiver {
  readonly sender: FakeSender;
  readonly receiver: { readonly track: FakeTrack };
  direction: string;
}

let certificates = 0;

/** One `RTCPeerConnection` whose network is in the hands of the test. */
export class FakePeer {
  signalingState = "stable";
  iceConnectionState = "new";
  connectionState = "new";
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  currentLocalDescription: { type: string; sdp: string } | null = null;
  currentRemoteDescription: { type: string; sdp: string } | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onicecandidateerror: ((event: { errorCode: number; errorText: string }) => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: unknown }) => void) | null = null;
  readonly transceivers: FakeTransceiver[] = [];
  readonly candidates: unknown[] = [];
  readonly configurations: RTCConfiguration[] = [];
  /** How many offers were made that may never be used. */
  prepared = 0;
  restarts = 0;
  closed = false;
  #needed = false;
  #version = 0;
  readonly #print: string;

  constructor(configuration: RTCConfiguration) {
    this.configurations.push(configuration);
    certificates += 1;
    this.#print = Array.from({ length: 32 }, (_, i) =>
      ((i * 7 + certificates) % 256).toString(16).padStart(2, "0"),
    )
      .join(":")
      .toUpperCase();
  }

  addTransceiver(what: FakeTrack | string, { direction }: { direction: string }): void {
    const kind = (typeof what === "string" ? what : what.kind) as "audio" | "video";
    this.transceivers.push({
      sender: new FakeSender(typeof what === "string" ? null : what),
      receiver: { track: new FakeTrack(kind) },
      direction,
    });
    this.#need();
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  createDataChannel(): object {
    this.#need();
    return { readyState: "connecting" };
  }

  restartIce(): void {
    this.restarts += 1;
    this.#need();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configurations.push(configuration);
  }

  async createOffer(): Promise<void> {
    this.prepared += 1;
  }

  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.#version += 1;
    this.localDescription = { type, sdp: `v${this.#version}\r\na=fingerprint:sha-256 ${this.#print}\r\n` };
    this.#needed = false;
    this.#signal(type === "offer" ? "have-local-offer" : "stable");
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    if (description.sdp === "rubbish") throw new DOMException("no", "OperationError");
    if (description.type === "answer" && this.signalingState !== "have-local-offer") {
      throw new DOMException("wrong state", "InvalidStateError");
    }
    // An offer while ours is under way takes ours back.
    if (description.type === "offer" && this.signalingState === "have-local-offer") this.#needed = true;
    this.remoteDescription = description;
    if (description.type === "offer" && this.transceivers.length === 0) {
      for (const kind of ["audio", "video"] as const) {
        this.transceivers.push({
          sender: new FakeSender(null),
          receiver: { track: new FakeTrack(kind) },
          direction: "recvonly",
        });
      }
    }
    this.#signal(description.type === "offer" ? "have-remote-offer" : "stable");
  }

  async addIceCandidate(candidate: unknown): Promise<void> {
    if (!this.remoteDescription) throw new DOMException("too early", "InvalidStateError");
    this.candidates.push(candidate);
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map() as unknown as RTCStatsReport;
  }

  close(): void {
    this.closed = true;
  }

  /** The network does this. */
  ice(state: string, whole = state === "disconnected" ? "disconnected" : state): void {
    this.iceConnectionState = state;
    this.connectionState = whole;
    this.oniceconnectionstatechange?.();
    this.onconnectionstatechange?.();
  }

  find(candidate: string): void {
    this.onicecandidate?.({ candidate: { candidate, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "u" } });
  }

  #need(): void {
    this.#needed = true;
    queueMicrotask(() => this.#ask());
  }

  #signal(state: string): void {
    this.signalingState = state;
    if (state !== "stable") return;
    this.currentLocalDescription = this.localDescription;
    this.currentRemoteDescription = this.remoteDescription;
    queueMicrotask(() => this.#ask());
  }

  #ask(): void {
    if (!this.#needed || this.signalingState !== "stable" || this.closed) return;
    this.#needed = false;
    this.onnegotiationneeded?.();
  }
}

/** Makes peers and keeps them, newest last. */
export class FakePeers implements PeerFactory {
  readonly all: FakePeer[] = [];

  peer(configuration: RTCConfiguration): RTCPeerConnection {
    const peer = new FakePeer(configuration);
    this.all.push(peer);
    return peer as unknown as RTCPeerConnection;
  }

  stream(): MediaStream {
    return { addTrack: () => {} } as unknown as MediaStream;
  }

  get last(): FakePeer {
    const peer = this.all.at(-1);
    if (!peer) throw new Error("no peer connection was made");
    return peer;
  }
}
