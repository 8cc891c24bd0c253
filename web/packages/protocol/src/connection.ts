/**
 * One session's line to the server: sockets come and go below it, requests survive.
 *
 * It knows that messages have types, ids and sequence numbers, and nothing of what they say.
 * The newest attach wins a session, so a line that was superseded stays silent.
 */
import { pause } from "./backoff";
import { ANSWER_WITHIN_MS, type Draining } from "./generated";
import { Refusal } from "./refusal";
import type { Chance, Time } from "./time";

/** How often in all a request is sent on one socket before we stop hoping. */
const MOST_TRIES = 5;
/** An attach that takes longer than this has failed. */
const ATTACH_WITHIN_MS = 10_000;
/** An attachment that held for so long counts as a success. */
const SETTLED_MS = 5_000;

/** A message of either direction. Unknown fields and types are ignored by whoever reads it. */
export interface Wire {
  readonly type: string;
}

/** A request as its author writes it; the number is ours to give. */
export type Unnumbered<R extends Wire> = R extends unknown ? Omit<R, "id"> : never;

/** What happens on one socket. After `closed` nothing more comes. */
export interface SocketEvents {
  /** The server let us in. The snapshot follows as a message. */
  opened(): void;
  received(message: Wire): void;
  /** The socket ended or never opened. `refusal` is what the server said, if it did. */
  closed(refusal: ConnectRefusal | null): void;
}

export interface Socket {
  send(message: Wire): void;
  /** Close it. `closed` is not called any more. */
  close(): void;
}

/** Opens one socket, once. It never reconnects by itself. */
export type OpenSocket = (auth: Record<string, unknown>, events: SocketEvents) => Socket;

/** Why the server did not let us attach. */
export interface ConnectRefusal {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

export type Status =
  /** Trying for the first time. */
  | { readonly kind: "connecting" }
  | { readonly kind: "attached" }
  /** Was attached; tries again by itself. `since` is local time, `restarting` what the server said before. */
  | { readonly kind: "away"; readonly since: number; readonly restarting: boolean }
  /** For good. `code` says why: `closed` by us, `superseded`, `signed_out`, or a refusal's code. */
  | { readonly kind: "stopped"; readonly code: string };

/** What becomes of a request made while there is no line: it waits, or it is refused at once. */
export type Manner = "keep" | "now";

export interface ConnectionOptions<In extends Wire> {
  readonly open: OpenSocket;
  /** Asked anew for each attempt. */
  readonly auth: () => Record<string, unknown>;
  /** This page load's id; also keeps request ids of two loads apart. */
  readonly page: string;
  readonly time: Time;
  readonly chance: Chance;
  /** Everything but replies and refusals, in order. A snapshot (`*.attached`) replaces all before it. */
  readonly onMessage: (message: In) => void;
  readonly onStatus: (status: Status) => void;
}

interface Pending {
  readonly message: Wire & { readonly id: string };
  readonly done: () => void;
  readonly refuse: (refusal: Refusal) => void;
  tries: number;
  callOff: () => void;
}

/** A line to the server for one session of one page. */
export class Connection<In extends Wire, Out extends Wire> {
  #status: Status = { kind: "connecting" };
  #socket: Socket | null = null;
  /** When it stopped working; null while it does. */
  #troubleSince: number | null = null;
  #sequence = 0;
  #number = 0;
  readonly #pending = new Map<string, Pending>();
  #callOffAlarm: () => void = () => {};
  #callOffSettled: () => void = () => {};
  #started = false;
  /** The server said that it is about to stop. */
  #drains = false;

  constructor(private readonly options: ConnectionOptions<In>) {}

  get status(): Status {
    return this.#status;
  }

  /** Open the line. Again after it stopped, the person having asked for it, is allowed. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#troubleSince = null;
    this.#become({ kind: "connecting" });
    this.#attempt();
  }

  /** Close the line for good. What waits for an answer is refused. */
  stop(): void {
    if (this.#started) this.#end("closed");
  }

  /** Do not wait for the next attempt: the network is back, or somebody looks at the page again. */
  hurry(): void {
    if (!this.#started || this.#socket) return;
    this.#troubleSince = null;
    this.#attempt();
  }

  /** Attach again at once, with what `auth` says now. The session goes on. */
  renew(): void {
    if (!this.#started || !this.#socket) return;
    this.#again(0);
    this.#attempt();
  }

  /**
   * Ask the server for something.
   *
   * The request is repeated, with the same id, after a reconnect and when no answer comes;
   * the server answers a repeat as it did the first time.
   *
   * @param manner - Without a line: `keep` waits for the next one, `now` is refused.
   * @throws {Refusal} If the answer is no.
   */
  ask(request: Unnumbered<Out>, manner: Manner = "now"): Promise<void> {
    if (!this.#started) return Promise.reject(new Refusal("stopped"));
    if (manner === "now" && this.#status.kind !== "attached") {
      return Promise.reject(new Refusal("not_connected", true));
    }
    const message = this.#numbered(request);
    return new Promise((done, refuse) => {
      const pending: Pending = { message, done, refuse, tries: 0, callOff: () => {} };
      this.#pending.set(message.id, pending);
      this.#send(pending);
    });
  }

  /** Say something that is worth nothing later. Dropped without a line; answers are ignored. */
  tell(request: Unnumbered<Out>): void {
    if (this.#status.kind === "attached") this.#socket?.send(this.#numbered(request));
  }

  #numbered(request: Unnumbered<Out>): Wire & { readonly id: string } {
    this.#number += 1;
    // Narrowed by its author; here only the number is added.
    return { ...(request as unknown as Wire), id: `${this.options.page}-${this.#number}` };
  }

  #send(pending: Pending): void {
    if (this.#status.kind !== "attached") return;
    pending.callOff();
    if (pending.tries >= MOST_TRIES) {
      this.#pending.delete(pending.message.id);
      pending.refuse(new Refusal("unanswered", true));
      return;
    }
    pending.tries += 1;
    pending.callOff = this.options.time.after(ANSWER_WITHIN_MS, () => this.#send(pending));
    this.#socket?.send(pending.message);
  }

  #attempt(): void {
    this.#callOffAlarm();
    let over = false;
    const socket = this.options.open(this.options.auth(), {
      opened: () => {},
      received: (message) => {
        if (!over) this.#received(message);
      },
      closed: (refusal) => {
        if (over) return;
        over = true;
        this.#lost(refusal);
      },
    });
    this.#socket = {
      send: (message) => socket.send(message),
      close: () => {
        over = true;
        socket.close();
      },
    };
    this.#callOffAlarm = this.options.time.after(ATTACH_WITHIN_MS, () => {
      this.#socket?.close();
      this.#lost(null);
    });
  }

  #received(message: Wire & Partial<Numbered & Pick<Draining, "retryAfterMs">>): void {
    if (message.type.endsWith(".attached")) {
      this.#attached(message);
      return;
    }
    // Whatever comes before the snapshot is part of it.
    if (this.#status.kind !== "attached" && !FAREWELLS.has(message.type)) return;
    switch (message.type) {
      case "reply":
      case "refused":
        this.#answered(message as Answer);
        return;
      case "draining":
        this.#drain(message.retryAfterMs ?? 0);
        return;
      case "superseded":
      case "agent.signed_out":
        this.#end(message.type === "superseded" ? "superseded" : "signed_out");
        return;
      case "ice.refreshed":
      case "transfer.targets_found":
        this.#answered({ ...message, type: "reply" } as Answer);
        break;
    }
    if (typeof message.sequence === "number") {
      if (message.sequence <= this.#sequence) return;
      if (message.sequence > this.#sequence + 1) {
        // Something was lost between us. Only a snapshot makes it whole again.
        this.#again(0);
        return;
      }
      this.#sequence = message.sequence;
    }
    this.options.onMessage(message as unknown as In);
  }

  #attached(message: Wire & Partial<Numbered>): void {
    this.#callOffAlarm();
    this.#callOffSettled();
    this.#callOffSettled = this.options.time.after(SETTLED_MS, () => {
      this.#troubleSince = null;
    });
    this.#sequence = message.sequence ?? 0;
    this.#drains = false;
    // The snapshot first: whoever hears that we are attached finds it already there.
    this.options.onMessage(message as unknown as In);
    this.#become({ kind: "attached" });
    for (const pending of [...this.#pending.values()]) {
      pending.tries = 0;
      this.#send(pending);
    }
  }

  #answered(answer: Answer): void {
    const pending = answer.id === null ? undefined : this.#pending.get(answer.id);
    if (!pending) return;
    pending.callOff();
    if (answer.type === "refused" && answer.retryAfterMs !== null && pending.tries < MOST_TRIES) {
      // Not no, but not yet: *pending*, *busy* or too fast.
      pending.callOff = this.options.time.after(answer.retryAfterMs, () => this.#send(pending));
      return;
    }
    this.#pending.delete(pending.message.id);
    if (answer.type === "reply") pending.done();
    else pending.refuse(new Refusal(answer.code, answer.retryable));
  }

  #drain(retryAfterMs: number): void {
    this.#drains = true;
    // It serves us until then; leaving at once would only make the gap longer.
    const wait = pause(0, retryAfterMs, this.options.chance);
    this.#callOffAlarm();
    this.#callOffAlarm = this.options.time.after(wait, () => this.#again(0));
  }

  #again(floorMs: number): void {
    this.#socket?.close();
    this.#lost({ code: "again", retryable: true, retryAfterMs: floorMs });
  }

  #lost(refusal: ConnectRefusal | null): void {
    this.#socket = null;
    this.#callOffAlarm();
    this.#callOffSettled();
    for (const pending of this.#pending.values()) pending.callOff();
    if (refusal && !refusal.retryable) {
      this.#end(refusal.code);
      return;
    }
    const now = this.options.time.now();
    if (this.#status.kind === "attached")
      this.#become({ kind: "away", since: now, restarting: this.#drains });
    this.#troubleSince ??= now;
    const wait = pause(now - this.#troubleSince, refusal?.retryAfterMs ?? 0, this.options.chance);
    this.#callOffAlarm = this.options.time.after(wait, () => this.#attempt());
  }

  #end(code: string): void {
    this.#started = false;
    this.#socket?.close();
    this.#socket = null;
    this.#callOffAlarm();
    this.#callOffSettled();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    this.#become({ kind: "stopped", code });
    for (const pending of waiting) {
      pending.callOff();
      pending.refuse(new Refusal("stopped"));
    }
  }

  #become(status: Status): void {
    this.#status = status;
    this.options.onStatus(status);
  }
}

/** Said instead of a snapshot. */
const FAREWELLS = new Set(["superseded", "agent.signed_out", "draining"]);

type Answer =
  | { readonly type: "reply"; readonly id: string | null }
  | {
      readonly type: "refused";
      readonly id: string | null;
      readonly code: string;
      readonly retryable: boolean;
      readonly retryAfterMs: number | null;
    };

interface Numbered {
  readonly sequence: number;
}
