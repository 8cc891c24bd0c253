/** What tests hand in instead of time and sockets. */
import type { ConnectRefusal, OpenSocket, SocketEvents, Wire } from "./connection";
import type { Time } from "./time";

/** A clock that stands until it is turned. */
export class HandTime implements Time {
  #now = 1_000_000;
  #alarms: { at: number; then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const alarm = { at: this.#now + ms, then };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Let time pass; alarms ring in order, promises settle in between. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#alarms.filter((a) => a.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#alarms = this.#alarms.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.then();
      await settle();
    }
    this.#now = end;
  }

  /** How many alarms are set. */
  get alarms(): number {
    return this.#alarms.length;
  }
}

/** Let everything that is ready run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** The server's end of one socket. */
export class FarEnd {
  readonly heard: (Wire & Record<string, unknown>)[] = [];
  open = true;

  constructor(
    readonly auth: Record<string, unknown>,
    private readonly events: SocketEvents,
  ) {}

  say(message: Wire & Record<string, unknown>): void {
    this.events.received(message);
  }

  /** Break the socket, or refuse it. */
  cut(refusal: ConnectRefusal | null = null): void {
    this.open = false;
    this.events.closed(refusal);
  }

  /** What was heard of one type. */
  of(type: string): (Wire & Record<string, unknown>)[] {
    return this.heard.filter((m) => m.type === type);
  }
}

/** Every socket that was opened, newest last. */
export class FarEnds {
  readonly all: FarEnd[] = [];

  readonly open: OpenSocket = (auth, events) => {
    const end = new FarEnd(auth, events);
    this.all.push(end);
    return {
      send: (message) => {
        end.heard.push(message as Wire & Record<string, unknown>);
      },
      close: () => {
        end.open = false;
      },
    };
  };

  get last(): FarEnd {
    const end = this.all.at(-1);
    if (!end) throw new Error("no socket was opened");
    return end;
  }
}
