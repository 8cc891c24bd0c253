import type { IceConfiguration, Signal, SignalReceived } from "@zuruf/protocol";
import { HandTime, settle } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import type { Assignment, LegRequest } from "./leg";
import { Legs } from "./legs";
import { LocalMedia } from "./local";
import type { MediaState } from "./media-state";
import { FakeDevices, FakePeers, type FakeTrack } from "./testing";

const NO_SERVERS: IceConfiguration = { servers: [], relayOnly: false, expiresAt: null };
const offer: Signal = { kind: "description", type: "offer", sdp: "o\r\na=fingerprint:sha-256 AA:BB\r\n" };

/** An agent's page in a call, with devices open and the line attached. */
class Page {
  readonly peers = new FakePeers();
  readonly devices = new FakeDevices();
  readonly local: LocalMedia = new LocalMedia(this.devices.devices, () => this.legs?.localChanged());
  readonly said: Omit<LegRequest, "id">[] = [];
  readonly legs: Legs;
  shown: readonly [MediaState, MediaState | null] | null = null;
  #number = 0;

  constructor(party: "caller" | "agent" = "agent") {
    this.legs = new Legs({
      party,
      line: {
        ask: async (request) => {
          this.said.push(request);
        },
        tell: (request) => this.said.push(request),
      },
      local: this.local,
      peers: this.peers,
      time: new HandTime(),
      onChange: (first, second) => {
        this.shown = [first, second];
      },
    });
  }

  async talk(): Promise<this> {
    await this.local.open("voice");
    this.legs.ready(true);
    this.legs.attached(true);
    this.legs.configure(NO_SERVERS, 0);
    this.legs.follow(assigned("ct_1", 1), null);
    await settle();
    return this;
  }

  async ask(): Promise<void> {
    this.legs.follow(assigned("ct_1", 1), { party: "caller", assignment: assigned("ct_2", 1) });
    await settle();
  }

  hear(contactId: string, epoch: number, signal: Signal = offer): void {
    this.#number += 1;
    const message: SignalReceived = {
      type: "media.signalled",
      number: this.#number,
      contactId,
      epoch,
      generation: 0,
      signal,
    };
    this.legs.receive(message);
  }

  sent(nth: number): unknown[] {
    return this.peers.all[nth]?.transceivers.map(({ sender }) => sender.track) ?? [];
  }
}

function assigned(contactId: string, epoch: number, generation = 0): Assignment {
  const peer = { party: "caller" as const, present: true, generation, canConfer: true };
  return { contactId, epoch, channel: "voice", generation: 0, peer };
}

test("a second connection comes beside the first and goes again, and the first never notices", async () => {
  const page = await new Page().talk();

  await page.ask();
  expect(page.peers.all).toHaveLength(2);
  expect(page.shown?.[1]?.link).toBe("connecting");
  page.legs.follow(assigned("ct_1", 1), null);

  expect(page.peers.all.map(({ closed }) => closed)).toEqual([false, true]);
  expect(page.shown?.[1]).toBeNull();
});

test("who asks makes the offer in the second connection, and answers in the first", async () => {
  const page = await new Page().talk();

  await page.ask();

  const offers = page.said.filter((request) => request.type === "media.signal");
  expect(offers).toMatchObject([
    { contactId: "ct_2", epoch: 1, signal: { kind: "description", type: "offer" } },
  ]);
});

test("each connection hears its own signals, also those that came before it was known of", async () => {
  const page = await new Page("agent").talk();
  page.hear("ct_9", 2);
  await settle();
  expect(page.peers.all[0]?.remoteDescription).toBeNull();

  page.legs.follow(assigned("ct_1", 1), { party: "agent", assignment: assigned("ct_9", 2) });
  page.hear("ct_1", 1);
  await settle();

  expect(page.peers.all.map(({ remoteDescription }) => remoteDescription?.type)).toEqual(["offer", "offer"]);
});

test("every signal is acknowledged once, and a repeat is not heard again", async () => {
  const page = await new Page().talk();
  await page.ask();

  page.hear("ct_1", 1);
  page.legs.receive({
    type: "media.signalled",
    number: 1,
    contactId: "ct_1",
    epoch: 1,
    generation: 0,
    signal: { kind: "description", type: "offer", sdp: "rubbish" },
  });
  await settle();

  expect(page.said.filter((request) => request.type === "ack")).toEqual([
    { type: "ack", number: 1 },
    { type: "ack", number: 1 },
  ]);
  expect(page.shown?.[0].link).toBe("connecting");
});

test("a guest who is handed the contact keeps the connection that stands", async () => {
  const page = new Page("agent");
  await page.local.open("voice");
  page.legs.ready(true);
  page.legs.attached(true);
  page.legs.follow(assigned("ct_2", 1), { party: "agent", assignment: assigned("ct_1", 2) });
  await settle();
  const kept = page.peers.all[1];

  page.legs.follow(assigned("ct_1", 2), null);
  await settle();

  expect(page.peers.all).toHaveLength(2);
  expect(page.peers.all[0]?.closed).toBe(true);
  expect(kept?.closed).toBe(false);
  expect(page.shown?.[1]).toBeNull();
});

test("a reload at one other end renews that connection alone", async () => {
  const page = await new Page().talk();
  await page.ask();

  page.legs.follow(assigned("ct_1", 1), { party: "caller", assignment: assigned("ct_2", 1, 1) });
  await settle();

  expect(page.peers.all.map(({ closed }) => closed)).toEqual([false, true, false]);
});

test("on hold nothing is sent, and afterwards the same track again, without a negotiation", async () => {
  const page = await new Page().talk();
  page.hear("ct_1", 1);
  await settle();
  const [microphone] = page.devices.given as FakeTrack[];
  const descriptions = () => page.said.filter((request) => request.type === "media.signal").length;
  const before = descriptions();
  expect(page.sent(0)[0]).toBe(microphone);

  page.legs.speakTo(false, true);
  await settle();
  expect(page.sent(0)).toEqual([null, null]);
  page.legs.speakTo(true, true);
  await settle();

  expect(page.sent(0)[0]).toBe(microphone);
  expect(descriptions()).toBe(before);
  expect(microphone?.readyState).toBe("live");
});

test("who swaps speaks to one at a time, and in a conference to both", async () => {
  const page = await new Page("caller").talk();
  await page.ask();
  const [microphone] = page.devices.given;

  page.legs.speakTo(false, true);
  await settle();
  expect([page.sent(0)[0], page.sent(1)[0]]).toEqual([null, microphone]);
  page.legs.speakTo(true, false);
  await settle();
  expect([page.sent(0)[0], page.sent(1)[0]]).toEqual([microphone, null]);
  page.legs.speakTo(true, true);
  await settle();
  expect([page.sent(0)[0], page.sent(1)[0]]).toEqual([microphone, microphone]);
});

test("letting go closes every connection and touches no device", async () => {
  const page = await new Page().talk();
  await page.ask();

  page.legs.close();

  expect(page.peers.all.every(({ closed }) => closed)).toBe(true);
  expect(page.devices.running).toBe(1);
});
