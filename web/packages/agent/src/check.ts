/**
 * Whether this computer can take calls: microphone, server, and each way through a TURN server.
 *
 * What hears and rings is handed in. A check never stands in the way of a call: it takes the
 * microphone only while it runs, and ends at once when it is stopped.
 */
import { type Devices, LocalMedia, MediaProblem, type MediaTrouble, type PeerFactory } from "@zuruf/call";
import type { IceConfiguration, Time } from "@zuruf/protocol";

/** How long the microphone is listened to, and how long a TURN server may take, ms. */
export const LISTEN_MS = 8_000;
export const PATH_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Louder than a quiet room, of 1. */
const HEARD_AT = 0.03;

/** One way through a TURN server. */
export interface Path {
  /** As `turn:turn.example:3478?transport=udp`. */
  readonly url: string;
  readonly verdict: "running" | "ok" | "failed";
  readonly tookMs: number | null;
  /** What the browser said, for whoever looks after the network. */
  readonly error: string;
}

export interface CheckState {
  readonly running: boolean;
  readonly microphone: "not_yet" | "listening" | "heard" | "silent" | MediaTrouble;
  /** How loud it is now, from 0 to 1. */
  readonly level: number;
  /** From a question to its answer over the desk's WebSocket; `null` if there was none. */
  readonly server: {
    readonly verdict: "not_yet" | "running" | "ok" | "failed";
    readonly tookMs: number | null;
  };
  /** Empty without TURN servers. */
  readonly paths: readonly Path[];
}

export const NOT_YET: CheckState = {
  running: false,
  microphone: "not_yet",
  level: 0,
  server: { verdict: "not_yet", tookMs: null },
  paths: [],
};

/** Says how loud a track is now, from 0 to 1. */
export interface Meter {
  level(): number;
  close(): void;
}

export interface CheckOptions {
  readonly devices: Devices | undefined;
  readonly meter: (microphone: MediaStreamTrack) => Meter;
  readonly peers: PeerFactory;
  readonly time: Time;
  /** Ask the server for fresh credentials; `null` if it does not answer. */
  readonly refresh: () => Promise<IceConfiguration | null>;
  readonly onChange: (state: CheckState) => void;
}

export class Check {
  #state = NOT_YET;
  /** Raised by each start and stop: what comes later from an older one is dropped. */
  #life = 0;
  #ends: (() => void)[] = [];

  constructor(private readonly options: CheckOptions) {}

  get state(): CheckState {
    return this.#state;
  }

  /** Begin anew. */
  start(): void {
    this.stop();
    const life = this.#life;
    this.#is(life, {
      ...NOT_YET,
      running: true,
      microphone: "listening",
      server: { verdict: "running", tookMs: null },
    });
    void Promise.all([this.#listen(life), this.#askServer(life)]).then(() =>
      this.#is(life, { running: false }),
    );
  }

  /** Let go of everything. What a whole check found stays. */
  stop(): void {
    this.#life += 1;
    for (const end of this.#ends.splice(0)) end();
    if (this.#state.running) this.#is(this.#life, NOT_YET);
  }

  async #listen(life: number): Promise<void> {
    const { devices, meter, time } = this.options;
    const local = new LocalMedia(devices, () => {});
    this.#ends.push(() => local.close());
    try {
      await local.open("voice");
    } catch (problem) {
      if (!(problem instanceof MediaProblem)) throw problem;
      this.#is(life, { microphone: problem.trouble });
      return;
    }
    const { microphone } = local;
    if (life !== this.#life || !microphone) {
      local.close();
      return;
    }
    let hears: Meter | null = meter(microphone);
    const close = () => {
      hears?.close();
      hears = null;
      local.close();
    };
    this.#ends.push(close);
    const until = time.now() + LISTEN_MS;
    while (time.now() < until && life === this.#life) {
      const level = Math.min(1, hears?.level() ?? 0);
      const heard = this.#state.microphone === "heard" || level >= HEARD_AT;
      this.#is(life, { level, microphone: heard ? "heard" : "listening" });
      await this.#pause(LOOK_EVERY_MS);
    }
    close();
    this.#is(life, { level: 0, ...(this.#state.microphone === "listening" ? { microphone: "silent" } : {}) });
  }

  async #askServer(life: number): Promise<void> {
    const { refresh, time } = this.options;
    const began = time.now();
    const ice = await refresh();
    const tookMs = ice === null ? null : time.now() - began;
    this.#is(life, { server: { verdict: ice === null ? "failed" : "ok", tookMs } });
    if (ice === null || life !== this.#life) return;
    const ways = ice.servers.flatMap(({ urls, username, credential }) =>
      urls.filter((url) => url.startsWith("turn")).map((url) => ({ urls: url, username, credential })),
    );
    this.#is(life, {
      paths: ways.map(({ urls }) => ({ url: urls, verdict: "running", tookMs: null, error: "" })),
    });
    await Promise.all(ways.map((way, at) => this.#tryWay(life, way, at)));
  }

  async #tryWay(
    life: number,
    way: { readonly urls: string; readonly username: string; readonly credential: string },
    at: number,
  ): Promise<void> {
    const { peers, time } = this.options;
    const began = time.now();
    const { urls, username, credential } = way;
    const server = { urls, ...(username && credential ? { username, credential } : {}) };
    const peer = peers.peer({ iceServers: [server], iceTransportPolicy: "relay" });
    let error = "";
    const found = await new Promise<boolean>((done) => {
      const callOff = time.after(PATH_MS, () => done(false));
      this.#ends.push(() => {
        callOff();
        done(false);
      });
      peer.onicecandidate = ({ candidate }) => {
        // The end of candidates is one that says nothing.
        done(Boolean(candidate?.candidate));
      };
      peer.onicecandidateerror = ({ errorCode, errorText }) => {
        error = `${errorCode} ${errorText}`.trim();
      };
      peer.createDataChannel("check");
      peer.setLocalDescription().catch(() => done(false));
    });
    peer.close();
    const path: Path = {
      url: urls,
      verdict: found ? "ok" : "failed",
      tookMs: found ? time.now() - began : null,
      error: found ? "" : error,
    };
    this.#is(life, { paths: this.#state.paths.map((one, nth) => (nth === at ? path : one)) });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const callOff = this.options.time.after(ms, done);
      this.#ends.push(() => {
        callOff();
        done();
      });
    });
  }

  #is(life: number, news: Partial<CheckState>): void {
    if (life !== this.#life) return;
    this.#state = { ...this.#state, ...news };
    this.options.onChange(this.#state);
  }
}

/** How loud a track is, by the browser. */
export function browserMeter(microphone: MediaStreamTrack): Meter {
  const context = new AudioContext();
  const listener = context.createAnalyser();
  const samples = new Float32Array(listener.fftSize);
  context.createMediaStreamSource(new MediaStream([microphone])).connect(listener);
  return {
    level: () => {
      listener.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    close: () => {
      if (context.state !== "closed") void context.close();
    },
  };
}
