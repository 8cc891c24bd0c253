/**
 * One `RTCPeerConnection`: it lives as long as both pages and the assignment stay the same.
 *
 * It may be made before there is an assignment. What takes a browser long is then done, while
 * nothing is asked of the network and nothing is said, so that nothing in it grows old: servers,
 * tracks and the other end are free to change until {@link Link.begin}.
 *
 * Perfect negotiation, with one addition: the caller makes the first offer, and the agent
 * offers nothing before that. The caller is the impolite one. What a link has to say it hands
 * to its {@link Leg}, which knows when the other end may hear it.
 */
import {
  CANDIDATE_BATCH_MS,
  CANDIDATES,
  type Candidate,
  type Channel,
  type ConnectionState,
  type IceConfiguration,
  type Party,
  type Signal,
  type Time,
} from "@zuruf/protocol";
import { checkCode } from "./code";
import type { Sending } from "./local";
import { type Numbers, numbers } from "./report";

/** A connection that is merely disturbed often mends itself in this time. */
const DISTURBED_MS = 2_000;
/** The agent lets the caller restart first: two offers at once would only be sorted out again. */
const POLITE_MS = 500;
/** Without success for so long, while both ends are there, it will not work. */
const GIVE_UP_MS = 25_000;
/** The data channel on which both ends say what they send. */
const SENDS_CHANNEL = 0;

export type LinkState = "connecting" | "connected" | "interrupted" | "failed";

/** What the other end says it sends. */
export interface Sends {
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** Makes the browser's objects. Tests make others. */
export interface PeerFactory {
  peer(configuration: RTCConfiguration): RTCPeerConnection;
  stream(): MediaStream;
}

export interface LinkOptions {
  readonly party: Party;
  readonly channel: Channel;
  readonly local: Sending;
  readonly ice: IceConfiguration;
  readonly peers: PeerFactory;
  readonly time: Time;
  readonly send: (signal: Signal) => void;
  readonly onChange: () => void;
}

export class Link {
  /** The other end's picture. */
  readonly remote: MediaStream;
  #state: LinkState = "connecting";
  #code: string | null = null;
  #sends: Sends | null = null;
  #sound: MediaStream | null = null;
  #relayed: boolean | null = null;

  readonly #pc: RTCPeerConnection;
  readonly #polite: boolean;
  /** Both sides stay silent before they begin, the agent's until the first offer has come. */
  #begun = false;
  #closed = false;
  #trouble: "disturbed" | "failed" | null = null;
  /** Both pages are there and can hear each other's signals. */
  #live = false;

  /** Signals are taken one after the other, in the order they came. */
  #work: Promise<void> = Promise.resolve();
  #early: Candidate[] = [];
  #batch: Candidate[] = [];
  /** The first candidates of a description go at once: they are the ones that most often work. */
  #batchMs = 0;
  #callOffBatch = () => {};
  #callOffRestart = () => {};
  #callOffGiveUp: (() => void) | null = null;
  #sendsChannel: RTCDataChannel | null = null;

  constructor(private readonly options: LinkOptions) {
    this.#polite = options.party === "agent";
    this.remote = options.peers.stream();
    this.#pc = options.peers.peer({ ...configuration(options.ice), bundlePolicy: "max-bundle" });
    const pc = this.#pc;
    pc.onnegotiationneeded = () => this.#run(() => this.#offer());
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) this.#gathered(candidate);
    };
    pc.oniceconnectionstatechange = () => this.#judge();
    pc.onconnectionstatechange = () => this.#judge();
    pc.ontrack = ({ track }) => {
      if (track.kind === "audio") this.#heard(track);
      else this.remote.addTrack(track);
      options.onChange();
    };
    if (this.#polite) return;
    pc.addTransceiver(options.local.microphone ?? "audio", { direction: "sendrecv" });
    if (options.channel === "video")
      pc.addTransceiver(options.local.camera ?? "video", { direction: "sendrecv" });
    this.#openSendsChannel();
  }

  get state(): LinkState {
    return this.#state;
  }

  /**
   * The other end's voice, apart from the picture: a player with both is silent until a first
   * picture has come. `null` before there is one: a player that is given an empty stream may
   * not notice what is added.
   */
  get sound(): MediaStream | null {
    return this.#sound;
  }

  /** The check code, once both certificates are known. */
  get code(): string | null {
    return this.#code;
  }

  /** What the other end sends; `null` before it said so. */
  get sends(): Sends | null {
    return this.#sends;
  }

  /** Whether a TURN server stands between; `null` before that is known. */
  get relayed(): boolean | null {
    return this.#relayed;
  }

  get connectionState(): ConnectionState {
    return this.#pc.connectionState;
  }

  /** There is an assignment. The caller's side makes its offer; the agent's begins with that. */
  begin(): void {
    if (this.#polite) return;
    this.#begun = true;
    this.#run(() => this.#offer());
  }

  /** A signal from the other end's link. */
  receive(signal: Signal): void {
    this.#run(() =>
      signal.kind === "description" ? this.#described(signal) : this.#addAll(signal.candidates),
    );
  }

  /** Whether both ends can hear each other's signals now. Trying is counted only then. */
  live(live: boolean): void {
    if (this.#closed || live === this.#live) return;
    this.#live = live;
    // What broke while nobody could be told is mended now.
    if (live && this.#trouble) this.restart();
    this.#judge();
  }

  /** Look for another way through the network. Safe to call at any time. */
  restart(): void {
    this.#callOffRestart();
    this.#callOffRestart = () => {};
    if (!this.#closed && this.#begun && this.#live) this.#pc.restartIce();
  }

  /** Use these servers from now on. */
  configure(ice: IceConfiguration): void {
    if (this.#closed) return;
    this.#pc.setConfiguration({ ...configuration(ice), bundlePolicy: "max-bundle" });
    // What runs over the relay was allowed by credentials that are about to end.
    if (this.#relayed) this.restart();
  }

  /** Send the tracks there are now. Nothing is negotiated. */
  async tracksChanged(): Promise<void> {
    const { microphone, camera } = this.options.local;
    for (const { sender, receiver } of this.#pc.getTransceivers()) {
      // A call that ends lets go of its tracks and closes the connection meanwhile.
      if (this.#closed) return;
      const track = receiver.track.kind === "audio" ? microphone : camera;
      if (sender.track !== track) await sender.replaceTrack(track);
    }
    if (!this.#closed) this.#saySends();
  }

  async numbers(): Promise<Numbers> {
    const found = numbers(await this.#pc.getStats(), this.connectionState);
    this.#relayed = found.relayed;
    return found;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#callOffBatch();
    this.#callOffRestart();
    this.#callOffGiveUp?.();
    this.#pc.close();
  }

  #heard(track: MediaStreamTrack): void {
    this.#sound = this.options.peers.stream();
    this.#sound.addTrack(track);
  }

  #run(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        if (this.#closed) return;
        // A description nobody can read will not become readable.
        if (error instanceof DOMException || error instanceof TypeError) this.#become("failed");
        else throw error;
      }
    });
  }

  async #offer(): Promise<void> {
    // While one offer is under way the browser asks again once that is settled.
    if (this.#pc.signalingState !== "stable") return;
    if (!this.#begun) {
      // Makes the certificate and looks the codecs up. What it says is made anew, quickly, when it counts.
      if (!this.#polite) await this.#pc.createOffer();
      return;
    }
    await this.#pc.setLocalDescription();
    this.#describe();
  }

  async #described({ type, sdp }: { type: RTCSdpType; sdp: string }): Promise<void> {
    const pc = this.#pc;
    // Two offers crossed. The polite end takes its own back, which the browser does by itself.
    if (type === "offer" && !this.#polite && pc.signalingState !== "stable") return;
    // An answer to an offer that was taken back.
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    await pc.setRemoteDescription({ type, sdp });
    this.#begun = true;
    await this.#addAll(this.#early.splice(0));
    if (type === "offer") {
      await this.#prepareAnswer();
      await pc.setLocalDescription();
      this.#describe();
      // Somebody is mending already.
      this.#callOffRestart();
      this.#callOffRestart = () => {};
      this.#judge();
    }
    void this.#compare();
  }

  async #prepareAnswer(): Promise<void> {
    if (!this.#polite || this.#sendsChannel) return;
    for (const transceiver of this.#pc.getTransceivers()) transceiver.direction = "sendrecv";
    this.#openSendsChannel();
    await this.tracksChanged();
  }

  async #addAll(candidates: readonly Candidate[]): Promise<void> {
    if (!this.#pc.remoteDescription) {
      this.#early.push(...candidates);
      return;
    }
    for (const candidate of candidates) {
      try {
        await this.#pc.addIceCandidate(candidate);
      } catch (error) {
        // One that belongs to an ignored or older offer, or of a kind this browser does not know.
        if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      }
    }
  }

  #describe(): void {
    const description = this.#pc.localDescription;
    if (description && !this.#closed) {
      this.#batchMs = 0;
      this.options.send({
        kind: "description",
        type: description.type as "offer" | "answer",
        sdp: description.sdp,
      });
    }
  }

  #gathered(candidate: RTCIceCandidate): void {
    if (this.#batch.length === 0) {
      this.#callOffBatch = this.options.time.after(this.#batchMs, () => this.#flush());
      this.#batchMs = CANDIDATE_BATCH_MS;
    }
    this.#batch.push({
      candidate: candidate.candidate,
      sdpMid: candidate.sdpMid,
      sdpMLineIndex: candidate.sdpMLineIndex,
      usernameFragment: candidate.usernameFragment,
    });
    if (this.#batch.length >= CANDIDATES) this.#flush();
  }

  #flush(): void {
    this.#callOffBatch();
    this.options.send({ kind: "candidates", candidates: this.#batch.splice(0) });
  }

  async #compare(): Promise<void> {
    const { currentLocalDescription: ours, currentRemoteDescription: theirs } = this.#pc;
    if (!ours || !theirs) return;
    const code = await checkCode(ours.sdp, theirs.sdp);
    if (code === this.#code || this.#closed) return;
    this.#code = code;
    this.options.onChange();
  }

  #openSendsChannel(): void {
    const channel = this.#pc.createDataChannel("sends", { negotiated: true, id: SENDS_CHANNEL });
    channel.onopen = () => this.#saySends();
    channel.onmessage = ({ data }) => {
      const sends = readSends(data);
      if (!sends || this.#closed) return;
      this.#sends = sends;
      this.options.onChange();
    };
    this.#sendsChannel = channel;
  }

  #saySends(): void {
    if (this.#sendsChannel?.readyState !== "open") return;
    const { microphone, camera } = this.options.local.state;
    const sends: Sends = { microphone: microphone === "on", camera: camera === "on" };
    this.#sendsChannel.send(JSON.stringify(sends));
  }

  #judge(): void {
    if (this.#closed) return;
    const { connectionState: whole, iceConnectionState: ice } = this.#pc;
    if (whole === "connected" && (ice === "connected" || ice === "completed")) {
      this.#callOffRestart();
      this.#callOffRestart = () => {};
      this.#callOffGiveUp?.();
      this.#callOffGiveUp = null;
      this.#trouble = null;
      this.#become("connected");
      return;
    }
    const trouble =
      ice === "failed" || whole === "failed" ? "failed" : ice === "disconnected" ? "disturbed" : null;
    if (trouble && trouble !== this.#trouble) {
      this.#restartAfter((trouble === "failed" ? 0 : DISTURBED_MS) + (this.#polite ? POLITE_MS : 0));
    }
    this.#trouble = trouble;
    if (this.#state === "connected") this.#become("interrupted");
    if (!this.#live) {
      this.#callOffGiveUp?.();
      this.#callOffGiveUp = null;
    } else if (this.#state !== "failed") {
      this.#callOffGiveUp ??= this.options.time.after(GIVE_UP_MS, () => this.#become("failed"));
    }
  }

  #restartAfter(ms: number): void {
    this.#callOffRestart();
    if (ms === 0) this.restart();
    else this.#callOffRestart = this.options.time.after(ms, () => this.restart());
  }

  #become(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.options.onChange();
  }
}

function configuration(ice: IceConfiguration): RTCConfiguration {
  return {
    iceServers: ice.servers.map(({ urls, username, credential }) => ({
      urls: [...urls],
      username,
      credential,
    })),
    iceTransportPolicy: ice.relayOnly ? "relay" : "all",
  };
}

function readSends(data: unknown): Sends | null {
  if (typeof data !== "string" || data.length > 1_000) return null;
  let said: unknown;
  try {
    said = JSON.parse(data);
  } catch {
    // Not of ours.
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  return {
    microphone: "microphone" in said && said.microphone === true,
    camera: "camera" in said && said.camera === true,
  };
}
