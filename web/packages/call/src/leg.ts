/**
 * Our end of a contact's media, for as long as the page lives.
 *
 * The server says who is assigned to whom; a leg has at most one {@link Link}, for exactly
 * this assignment and these two page loads, and drops it when any of them changes. While an
 * assignment is expected it has one ready, which nobody has heard of yet. It holds
 * signals back until the other end is there, drops old ones, reports numbers and keeps the
 * credentials of relays fresh. Microphone and camera are lent to it; it never closes them.
 */
import {
  type Channel,
  type IceConfiguration,
  type MediaReport,
  type MediaStateChanged,
  type Party,
  type Peer,
  REPORT_EVERY_MS,
  type RefreshIce,
  Refusal,
  type SendSignal,
  type Signal,
  type SignalReceived,
  type Time,
} from "@zuruf/protocol";
import { Link, type PeerFactory } from "./link";
import type { Sending } from "./local";
import { type MediaState, NO_MEDIA } from "./media-state";
import type { Numbers } from "./report";

/** Fresh credentials are asked for so long before the old ones end. */
const REFRESH_BEFORE_MS = 60_000;
const REFRESH_AT_LEAST_MS = 5_000;
/** Signals that came before the word that they are due. More than this is nobody's honest call. */
const MOST_EARLY = 64;

/** What a leg says to the server. A {@link Connection} of either namespace takes it. */
export type LegRequest =
  | SendSignal
  | MediaStateChanged
  | MediaReport
  | RefreshIce
  | { type: "ack"; number: number; id: string };

/** The part of a {@link Connection} that a leg uses. */
export interface Line {
  ask(request: WithoutId<LegRequest>, manner: "keep"): Promise<void>;
  tell(request: WithoutId<LegRequest>): void;
}

type WithoutId<R> = R extends unknown ? Omit<R, "id"> : never;

/** What the newest message from the server says about media. */
export interface Assignment {
  readonly contactId: string;
  readonly epoch: number;
  readonly channel: Channel;
  /** Our own, as told at attach. */
  readonly generation: number;
  readonly peer: Peer;
}

/** What there is to report before there is a link. */
const NOTHING_YET: Numbers = {
  connectionState: "new",
  bytesSent: 0,
  bytesReceived: 0,
  packetsLost: 0,
  roundTripMs: null,
  jitterMs: null,
  relayed: null,
};

export interface LegOptions {
  readonly party: Party;
  readonly line: Line;
  readonly local: Sending;
  readonly peers: PeerFactory;
  readonly time: Time;
  readonly onChange: (state: MediaState) => void;
}

export class Leg {
  #assignment: Assignment | null = null;
  #ice: IceConfiguration = { servers: [], relayOnly: false, expiresAt: null };
  /** How far the server's clock is ahead of ours. */
  #ahead = 0;
  #link: Link | null = null;
  /** What an assignment is expected for, and the link that is ready for it. */
  #expected: Channel | null = null;
  #spare: Link | null = null;
  /** What the link stands for. Another one means another link. */
  #key = "";
  #ready = false;
  #attached = false;
  #seen = -1;
  #early: SignalReceived[] = [];
  #held: Signal[] = [];
  #told: "connected" | "failed" | null = null;
  #reporting = false;
  #callOffReport = () => {};
  #callOffRefresh = () => {};

  constructor(private readonly options: LegOptions) {}

  get state(): MediaState {
    const link = this.#link;
    if (!link) return NO_MEDIA;
    return {
      link: link.state,
      remote: link.remote,
      sound: link.sound,
      sends: link.sends,
      code: link.code,
      relayed: link.relayed,
    };
  }

  /** Whether our microphone and camera are as open as they will be: only then is there a link. */
  ready(ready: boolean): void {
    this.#ready = ready;
    this.#arrange();
  }

  /** A track of ours changed. */
  localChanged(): void {
    void (this.#link ?? this.#spare)?.tracksChanged();
  }

  /** Whether the line to the server is attached. */
  attached(attached: boolean): void {
    this.#attached = attached;
    this.#arrange();
  }

  /** Somebody will be assigned; a channel never changes. */
  expect(channel: Channel): void {
    this.#expected = channel;
    this.#arrange();
  }

  /** The newest word on who is at the other end; `null` when nobody is. Call it with every snapshot and change. */
  follow(assignment: Assignment | null): void {
    this.#assignment = assignment;
    this.#arrange();
  }

  /**
   * Servers to use from now on.
   *
   * @param serverTime - The server's clock in the same message.
   */
  configure(ice: IceConfiguration, serverTime: number): void {
    this.#ahead = serverTime - this.options.time.now();
    this.refreshed(ice);
  }

  /** The answer to a request for fresh credentials. */
  refreshed(ice: IceConfiguration): void {
    this.#ice = ice;
    (this.#link ?? this.#spare)?.configure(ice);
    this.#callOffRefresh();
    if (ice.expiresAt === null) return;
    const left = ice.expiresAt - this.options.time.now() - this.#ahead;
    const wait = Math.max(REFRESH_AT_LEAST_MS, Math.min(left - REFRESH_BEFORE_MS, left * 0.8));
    this.#callOffRefresh = this.options.time.after(wait, () => void this.#ask({ type: "ice.refresh" }));
  }

  /** A signal from the other end. Acknowledged here, repeats included. */
  receive(message: SignalReceived): void {
    this.options.line.tell({ type: "ack", number: message.number });
    if (message.number <= this.#seen) return;
    this.#seen = message.number;
    this.hear(message);
  }

  /** A signal that was acknowledged already, of this connection or another one. */
  hear(message: SignalReceived): void {
    this.#early.push(message);
    if (this.#early.length > MOST_EARLY) this.#early.shift();
    this.#deliver();
  }

  /** The network is back. */
  networkBack(): void {
    if (this.#link?.state !== "connected") this.#link?.restart();
  }

  /** Let go of everything but the devices. */
  close(): void {
    this.#callOffRefresh();
    this.#assignment = this.#expected = null;
    this.#spare?.close();
    this.#spare = null;
    this.#early = [];
    this.#arrange();
  }

  #arrange(): void {
    if (!this.#assignment) this.#stopReporting();
    else if (!this.#reporting) this.#report();
    const assignment = this.#ready ? this.#assignment : null;
    const key = assignment ? keyOf(assignment) : "";
    if (key !== this.#key) {
      this.#key = key;
      this.#drop();
      if (assignment) this.#begin(assignment.channel);
      this.options.onChange(this.state);
    }
    if (!this.#assignment && this.#ready && this.#expected) this.#spare ??= this.#make(this.#expected);
    const live = this.#attached && this.#assignment?.peer.present === true;
    this.#link?.live(live);
    if (live) for (const signal of this.#held.splice(0)) this.#send(signal);
    this.#deliver();
  }

  #begin(channel: Channel): void {
    this.#link = this.#spare ?? this.#make(channel);
    this.#spare = null;
    this.#link.begin();
  }

  #make(channel: Channel): Link {
    const { party, local, peers, time } = this.options;
    const link: Link = new Link({
      party,
      channel,
      local,
      ice: this.#ice,
      peers,
      time,
      send: (signal) => {
        if (this.#link === link) this.#send(signal);
      },
      onChange: () => {
        if (this.#link === link) this.#changed(link);
      },
    });
    return link;
  }

  #drop(): void {
    this.#link?.close();
    this.#link = null;
    this.#held = [];
    this.#told = null;
  }

  #stopReporting(): void {
    this.#callOffReport();
    this.#reporting = false;
  }

  #changed(link: Link): void {
    const { state } = link;
    if ((state === "connected" || state === "failed") && state !== this.#told && this.#assignment) {
      this.#told = state;
      const { contactId, epoch } = this.#assignment;
      void this.#ask({ type: "media.state", contactId, epoch, state });
    }
    this.options.onChange(this.state);
  }

  #send(signal: Signal): void {
    const { contactId, epoch, generation, peer } = this.#assignment as Assignment;
    if (!this.#attached || !peer.present) {
      this.#held.push(signal);
      return;
    }
    void this.#ask({
      type: "media.signal",
      contactId,
      epoch,
      generation,
      peerGeneration: peer.generation,
      signal,
    });
  }

  #deliver(): void {
    const now = this.#assignment;
    const later: SignalReceived[] = [];
    for (const message of this.#early) {
      const age = now ? message.epoch - now.epoch || message.generation - now.peer.generation : 1;
      // From the future: the word that brings us there is on its way.
      if (age > 0 || (age === 0 && !this.#link)) later.push(message);
      else if (age === 0 && message.contactId === now?.contactId) this.#link?.receive(message.signal);
    }
    this.#early = later;
  }

  /**
   * Tell the server in a steady rhythm that the call is alive here: links come and go in it,
   * and whoever is still asked for the microphone has no link yet. Silence would end the call.
   */
  #report(): void {
    this.#reporting = true;
    this.#callOffReport = this.options.time.after(REPORT_EVERY_MS, () => {
      const assignment = this.#assignment;
      if (!assignment) return;
      this.#report();
      const link = this.#link;
      const { contactId, epoch } = assignment;
      const counted = link ? link.numbers() : Promise.resolve(NOTHING_YET);
      void counted.then((numbers) => {
        if (contactId !== this.#assignment?.contactId || epoch !== this.#assignment.epoch) return;
        const newest = link === this.#link ? numbers : NOTHING_YET;
        this.options.line.tell({ type: "media.report", contactId, epoch, ...newest });
        this.options.onChange(this.state);
      });
    });
  }

  async #ask(request: WithoutId<LegRequest>): Promise<void> {
    try {
      await this.options.line.ask(request, "keep");
    } catch (refusal) {
      // What is stale, or too late, is put right by the next word from the server.
      if (!(refusal instanceof Refusal)) throw refusal;
    }
  }
}

function keyOf({ contactId, epoch, generation, peer }: Assignment): string {
  return `${contactId} ${epoch} ${generation} ${peer.generation}`;
}
