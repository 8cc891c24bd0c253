/**
 * The connections of a page in a contact: one with the other party, and a second one while a
 * colleague is asked or a guest has joined.
 *
 * They share the line to the server and the devices. Which of them our voice and picture go to
 * is said by {@link Legs.speakTo}: hold and swapping are a matter of tracks, nothing is
 * negotiated. A second connection that the server names first is kept as it is: a guest was
 * handed the contact, and nobody shall notice.
 */
import type { Channel, IceConfiguration, Party, SignalReceived } from "@zuruf/protocol";
import { type Assignment, Leg, type LegOptions } from "./leg";
import type { LocalMedia, LocalState, Sending } from "./local";
import type { MediaState } from "./media-state";

/** Signals that came before the word of the connection they belong to. */
const MOST_RECENT = 64;

/** A connection beside the first one, and what we are in it. */
export interface Beside {
  readonly assignment: Assignment;
  readonly party: Party;
}

export interface LegsOptions extends Omit<LegOptions, "local" | "onChange"> {
  readonly local: LocalMedia;
  readonly onChange: (first: MediaState, second: MediaState | null) => void;
}

interface Held {
  readonly leg: Leg;
  readonly lent: Lent;
  /** Which connection it stands for; empty for the first one, which has many, one after the other. */
  readonly key: string;
}

export class Legs {
  #first: Held;
  #second: Held | null = null;
  #ice: { readonly ice: IceConfiguration; readonly serverTime: number } | null = null;
  #ready = false;
  #attached = false;
  #seen = -1;
  #recent: SignalReceived[] = [];

  constructor(private readonly options: LegsOptions) {
    this.#first = this.#hold(options.party, "");
  }

  get first(): MediaState {
    return this.#first.leg.state;
  }

  get second(): MediaState | null {
    return this.#second?.leg.state ?? null;
  }

  /** See {@link Leg.ready}. */
  ready(ready: boolean): void {
    this.#ready = ready;
    for (const { leg } of this.#all()) leg.ready(ready);
  }

  /** A track of ours changed. */
  localChanged(): void {
    for (const { leg } of this.#all()) leg.localChanged();
  }

  /** Whether the line to the server is attached. */
  attached(attached: boolean): void {
    this.#attached = attached;
    for (const { leg } of this.#all()) leg.attached(attached);
  }

  /** Somebody will be assigned; a channel never changes. */
  expect(channel: Channel): void {
    this.#first.leg.expect(channel);
  }

  /** The newest word on who is at the other ends. Call it with every snapshot and change. */
  follow(first: Assignment | null, beside: Beside | null): void {
    const second = this.#second;
    if (first && second?.key === keyOf(first)) {
      const before = this.#first;
      this.#first = second;
      this.#second = null;
      before.leg.close();
    }
    this.#first.leg.follow(first);
    this.#followBeside(beside);
    this.#changed();
  }

  /** To whom our voice and picture go. */
  speakTo(first: boolean, second: boolean): void {
    this.#lend(this.#first, first);
    if (this.#second) this.#lend(this.#second, second);
  }

  /** See {@link Leg.configure}. */
  configure(ice: IceConfiguration, serverTime: number): void {
    this.#ice = { ice, serverTime };
    for (const { leg } of this.#all()) leg.configure(ice, serverTime);
  }

  /** The answer to a request for fresh credentials. */
  refreshed(ice: IceConfiguration): void {
    if (this.#ice) this.#ice = { ...this.#ice, ice };
    for (const { leg } of this.#all()) leg.refreshed(ice);
  }

  /** A signal from one of the other ends. Acknowledged here, repeats included. */
  receive(message: SignalReceived): void {
    this.options.line.tell({ type: "ack", number: message.number });
    if (message.number <= this.#seen) return;
    this.#seen = message.number;
    this.#recent.push(message);
    if (this.#recent.length > MOST_RECENT) this.#recent.shift();
    for (const { leg } of this.#all()) leg.hear(message);
  }

  /** The network is back. */
  networkBack(): void {
    for (const { leg } of this.#all()) leg.networkBack();
  }

  /** Let go of everything but the devices. */
  close(): void {
    const second = this.#second;
    this.#second = null;
    second?.leg.close();
    this.#first.leg.close();
    this.#recent = [];
  }

  #followBeside(beside: Beside | null): void {
    const key = beside ? keyOf(beside.assignment) : "";
    if (this.#second && this.#second.key !== key) {
      const { leg } = this.#second;
      this.#second = null;
      leg.close();
    }
    if (!beside) return;
    this.#second ??= this.#begin(beside.party, key);
    this.#second.leg.follow(beside.assignment);
  }

  #begin(party: Party, key: string): Held {
    const held = this.#hold(party, key);
    const { leg } = held;
    if (this.#ice) leg.configure(this.#ice.ice, this.#ice.serverTime);
    leg.attached(this.#attached);
    leg.ready(this.#ready);
    // What was said to it before it was known of.
    for (const message of this.#recent) leg.hear(message);
    return held;
  }

  #hold(party: Party, key: string): Held {
    const lent = new Lent(this.options.local);
    const leg = new Leg({ ...this.options, party, local: lent, onChange: () => this.#changed() });
    return { leg, lent, key };
  }

  #lend(held: Held, speaks: boolean): void {
    if (held.lent.speaks === speaks) return;
    held.lent.speaks = speaks;
    held.leg.localChanged();
  }

  #all(): Held[] {
    return this.#second ? [this.#first, this.#second] : [this.#first];
  }

  #changed(): void {
    this.options.onChange(this.first, this.second);
  }
}

/** Our devices, as one connection has them: all of them, or none. */
class Lent implements Sending {
  speaks = true;

  constructor(private readonly local: LocalMedia) {}

  get microphone(): MediaStreamTrack | null {
    return this.speaks ? this.local.microphone : null;
  }

  get camera(): MediaStreamTrack | null {
    return this.speaks ? this.local.camera : null;
  }

  get state(): LocalState {
    const { state } = this.local;
    return this.speaks ? state : { ...state, microphone: "muted", camera: "off" };
  }
}

function keyOf({ contactId, epoch }: Assignment): string {
  return `${contactId} ${epoch}`;
}
