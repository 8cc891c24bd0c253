import type { IceConfiguration, Party, Peer, Signal } from "@zuruf/protocol";
import { HandTime, settle } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import { type Assignment, Leg, type LegRequest } from "./leg";
import { LocalMedia } from "./local";
import type { MediaState } from "./media-state";
import { FakeDevices, FakePeers } from "./testing";

const NO_SERVERS: IceConfiguration = { servers: [], relayOnly: false, expiresAt: null };

/** One end of a call; what it says is delivered to the other by {@link carry}. */
class End {
  readonly time: HandTime;
  readonly peers = new FakePeers();
  readonly devices = new FakeDevices();
  readonly local: LocalMedia;
  readonly asked: Omit<LegRequest, "id">[] = [];
  readonly told: Omit<LegRequest, "id">[] = [];
  readonly leg: Leg;
  state: MediaState | null = null;
  #number = 0;

  constructor(
    readonly party: Party,
    time = new HandTime(),
  ) {
    this.time = time;
    this.local = new LocalMedia(this.devices.devices, () => this.leg?.localChanged());
    this.leg = new Leg({
      party,
      line: {
        ask: async (request) => {
          this.asked.push(request);
        },
        tell: (request) => this.told.push(request),
      },
      local: this.local,
      peers: this.peers,
      time,
      onChange: (state) => {
        this.state = state;
      },
    });
  }

  async ready(assignment = this.assignment()): Promise<this> {
    await this.local.open("video");
    this.leg.ready(true);
    this.leg.attached(true);
    this.leg.configure(NO_SERVERS, this.time.now());
    this.leg.follow(assignment);
    await settle();
    return this;
  }

  assignment(change: Partial<Assignment> & { peer?: Peer } = {}): Assignment {
    return { contactId: "ct_1", epoch: 1, channel: "video", generation: 0, peer: this.peer(), ...change };
  }

  peer(change: Partial<Peer> = {}): Peer {
    return {
      party: this.party === "caller" ? "agent" : "caller",
      present: true,
      generation: 0,
      canConfer: true,
      ...change,
    };
  }

  hear(signal: Signal, change: { epoch?: number; generation?: number; number?: number } = {}): void {
    this.#number += 1;
    this.leg.receive({
      type: "media.signalled",
      number: this.#number,
      contactId: "ct_1",
      epoch: 1,
      generation: 0,
      signal,
      ...change,
    });
  }

  signals(): { signal: Signal; peerGeneration: number; generation: number }[] {
    return this.of("media.signal") as unknown as {
      signal: Signal;
      peerGeneration: number;
      generation: number;
    }[];
  }

  descriptions(): string[] {
    return this.signals().flatMap(({ signal }) => (signal.kind === "description" ? [signal.type] : []));
  }

  of(type: string): Omit<LegRequest, "id">[] {
    return [...this.asked, ...this.told].filter((request) => request.type === type);
  }
}

const offer: Signal = { kind: "description", type: "offer", sdp: "o\r\na=fingerprint:sha-256 AA:BB\r\n" };
const answer: Signal = { kind: "description", type: "answer", sdp: "a\r\na=fingerprint:sha-256 CC:DD\r\n" };
const candidate = { candidate: "c", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "u" };

/** Carry everything both said to the other, until there is silence. */
async function carry(one: End, other: End): Promise<void> {
  let [a, b] = [0, 0];
  for (;;) {
    const [fromOne, fromOther] = [one.signals().slice(a), other.signals().slice(b)];
    if (fromOne.length + fromOther.length === 0) return;
    a += fromOne.length;
    b += fromOther.length;
    for (const { signal } of fromOne) other.hear(signal);
    for (const { signal } of fromOther) one.hear(signal);
    await settle();
  }
}

async function talking(): Promise<{ caller: End; agent: End }> {
  const time = new HandTime();
  const caller = await new End("caller", time).ready();
  const agent = await new End("agent", time).ready();
  await carry(caller, agent);
  for (const end of [caller, agent]) end.peers.last.ice("connected");
  return { caller, agent };
}

test("the caller makes the first offer and the agent waits for it", async () => {
  const caller = await new End("caller").ready();
  const agent = await new End("agent").ready();

  expect(caller.descriptions()).toEqual(["offer"]);
  expect(agent.descriptions()).toEqual([]);

  await carry(caller, agent);
  expect(agent.descriptions()).toEqual(["answer"]);
  expect(caller.peers.last.signalingState).toBe("stable");
});

test("the agent answers with microphone and camera in both directions", async () => {
  const { agent } = await talking();

  const sent = agent.peers.last.transceivers;
  expect(sent.map((t) => t.direction)).toEqual(["sendrecv", "sendrecv"]);
  expect(sent.map((t) => t.sender.track)).toEqual([agent.local.microphone, agent.local.camera]);
});

test("both ends read the same check code, and another call has another", async () => {
  const first = await talking();
  const second = await talking();
  const code = () => first.caller.leg.state.code;
  await expect.poll(code).toMatch(/^\d{3} \d{3}$/);
  await expect.poll(() => first.agent.leg.state.code).toBe(code());
  await expect.poll(() => second.caller.leg.state.code).not.toBe(code());
});

test("nothing is said before the other end is there, and then in order", async () => {
  const caller = new End("caller");
  await caller.ready(caller.assignment({ peer: caller.peer({ present: false }) }));
  caller.peers.last.find("one");
  await caller.time.pass(50);
  expect(caller.signals()).toEqual([]);

  caller.leg.follow(caller.assignment());

  expect(caller.signals().map(({ signal }) => signal.kind)).toEqual(["description", "candidates"]);
});

test("nothing is negotiated before our own devices are open", async () => {
  const caller = new End("caller");
  caller.leg.attached(true);
  caller.leg.follow(caller.assignment());
  expect(caller.peers.all).toEqual([]);

  await caller.ready();

  expect(caller.peers.all).toHaveLength(1);
});

test("the first candidates go at once, and those after them every 50 ms", async () => {
  const caller = await new End("caller").ready();
  const found = async (...candidates: string[]) => {
    for (const each of candidates) caller.peers.last.find(each);
    await caller.time.pass(0);
  };
  const sent = () =>
    caller.signals().flatMap(({ signal }) => (signal.kind === "candidates" ? [signal.candidates] : []));

  await found("one", "two");
  expect(sent()).toMatchObject([[{ candidate: "one" }, { candidate: "two" }]]);

  await found("three");
  await caller.time.pass(40);
  await found("four");
  await caller.time.pass(9);
  expect(sent()).toHaveLength(1);
  await caller.time.pass(1);
  expect(sent()[1]).toMatchObject([{ candidate: "three" }, { candidate: "four" }]);
});

test("a search that begins anew says its first candidates at once, too", async () => {
  const { caller, agent } = await talking();
  caller.peers.last.find("one");
  await caller.time.pass(100);

  caller.peers.last.ice("failed");
  await settle();
  await carry(caller, agent);
  const before = caller.signals().length;
  caller.peers.last.find("another");
  await caller.time.pass(0);

  expect(caller.signals().length).toBe(before + 1);
});

test("candidates that come before the description wait for it", async () => {
  const agent = await new End("agent").ready();

  agent.hear({ kind: "candidates", candidates: [candidate] });
  await settle();
  expect(agent.peers.last.candidates).toEqual([]);
  agent.hear(offer);
  await settle();

  expect(agent.peers.last.candidates).toEqual([candidate]);
});

test("when the other page was loaded anew, a new connection is made and the caller offers again", async () => {
  const { caller } = await talking();
  const before = caller.peers.last;

  caller.leg.follow(caller.assignment({ peer: caller.peer({ generation: 1 }) }));
  await settle();

  expect(before.closed).toBe(true);
  expect(caller.peers.all).toHaveLength(2);
  expect(caller.descriptions()).toEqual(["offer", "offer"]);
  expect(caller.signals().at(-1)?.peerGeneration).toBe(1);
});

test("a line that was merely gone keeps the running connection", async () => {
  const { caller } = await talking();

  caller.leg.attached(false);
  caller.leg.attached(true);
  caller.leg.follow(caller.assignment());

  expect(caller.peers.all).toHaveLength(1);
  expect(caller.peers.last.closed).toBe(false);
  expect(caller.peers.last.restarts).toBe(0);
});

test("signals of an older load are dropped, those of the next wait for the word", async () => {
  const agent = new End("agent");
  await agent.ready(agent.assignment({ peer: agent.peer({ generation: 1 }) }));

  agent.hear(offer, { generation: 0 });
  agent.hear(offer, { generation: 2 });
  await settle();
  expect(agent.descriptions()).toEqual([]);

  agent.leg.follow(agent.assignment({ peer: agent.peer({ generation: 2 }) }));
  await settle();
  expect(agent.descriptions()).toEqual(["answer"]);
  expect(agent.peers.all).toHaveLength(2);
});

test("an offer of the next assignment is answered as soon as we know of it", async () => {
  const agent = await new End("agent").ready();
  agent.leg.follow(null);

  agent.hear(offer, { epoch: 2 });
  await settle();
  expect(agent.descriptions()).toEqual([]);
  agent.leg.follow(agent.assignment({ epoch: 2 }));
  await settle();

  expect(agent.descriptions()).toEqual(["answer"]);
});

test("a signal that comes twice counts once and is acknowledged twice", async () => {
  const agent = await new End("agent").ready();

  agent.hear(offer, { number: 7 });
  agent.hear(offer, { number: 7 });
  await settle();

  expect(agent.descriptions()).toEqual(["answer"]);
  expect(agent.of("ack")).toEqual([
    { type: "ack", number: 7 },
    { type: "ack", number: 7 },
  ]);
});

test("when offers cross, the caller's stands and the agent takes its own back", async () => {
  const { caller, agent } = await talking();
  caller.leg.networkBack();
  const restart = () => {
    caller.peers.last.ice("failed");
    agent.peers.last.ice("failed");
  };
  restart();
  await agent.time.pass(500);
  expect(caller.descriptions().at(-1)).toBe("offer");
  expect(agent.descriptions().at(-1)).toBe("offer");

  const [ours, theirs] = [caller.signals().at(-1), agent.signals().at(-1)];
  if (ours && theirs) {
    agent.hear(ours.signal);
    caller.hear(theirs.signal);
  }
  await settle();

  expect(agent.descriptions().slice(-2)).toEqual(["offer", "answer"]);
  expect(caller.descriptions().at(-1)).toBe("offer");
});

test("an answer nobody waits for changes nothing", async () => {
  const { caller } = await talking();

  caller.hear(answer);
  await settle();

  expect(caller.leg.state.link).toBe("connected");
});

test("a description nobody can read ends the attempt and is said so", async () => {
  const agent = await new End("agent").ready();

  agent.hear({ kind: "description", type: "offer", sdp: "rubbish" });
  await settle();

  expect(agent.of("media.state")).toMatchObject([{ state: "failed" }]);
});

test("a disturbance of 2 s starts another search for a way, a shorter one does not", async () => {
  const { caller } = await talking();

  caller.peers.last.ice("disconnected");
  await caller.time.pass(1_900);
  caller.peers.last.ice("connected");
  await caller.time.pass(5_000);
  expect(caller.peers.last.restarts).toBe(0);

  caller.peers.last.ice("disconnected");
  expect(caller.state?.link).toBe("interrupted");
  await caller.time.pass(2_000);
  expect(caller.peers.last.restarts).toBe(1);
});

test("a failure starts it at once", async () => {
  const { caller } = await talking();

  caller.peers.last.ice("failed");

  expect(caller.peers.last.restarts).toBe(1);
});

test("while nobody can hear us nothing is restarted, and afterwards at once", async () => {
  const { caller } = await talking();
  caller.leg.attached(false);
  caller.peers.last.ice("failed");
  await caller.time.pass(10_000);
  expect(caller.peers.last.restarts).toBe(0);

  caller.leg.attached(true);

  expect(caller.peers.last.restarts).toBe(1);
});

test("connected is said once, and once again after it had failed", async () => {
  const { caller } = await talking();
  caller.peers.last.ice("disconnected");
  caller.peers.last.ice("connected");
  expect(caller.of("media.state")).toMatchObject([{ state: "connected", epoch: 1 }]);

  caller.peers.last.ice("failed");
  await caller.time.pass(25_000);
  caller.peers.last.ice("connected");

  expect(caller.of("media.state")).toMatchObject([
    { state: "connected" },
    { state: "failed" },
    { state: "connected" },
  ]);
});

test("25 s without success is a failure, counted only while both are there", async () => {
  const caller = await new End("caller").ready();
  await caller.time.pass(20_000);
  caller.leg.follow(caller.assignment({ peer: caller.peer({ present: false }) }));
  await caller.time.pass(60_000);
  expect(caller.of("media.state")).toEqual([]);

  caller.leg.follow(caller.assignment());
  await caller.time.pass(24_999);
  expect(caller.of("media.state")).toEqual([]);
  await caller.time.pass(1);
  expect(caller.of("media.state")).toMatchObject([{ state: "failed" }]);
});

test("numbers are reported every 5 s while there is a connection, and not after", async () => {
  const { caller } = await talking();
  await caller.time.pass(10_000);
  expect(caller.of("media.report")).toHaveLength(2);
  expect(caller.of("media.report")[0]).toMatchObject({
    connectionState: "connected",
    bytesSent: 0,
    relayed: null,
  });

  caller.leg.follow(null);
  await caller.time.pass(10_000);

  expect(caller.of("media.report")).toHaveLength(2);
});

test("the reports go on in their rhythm when one link takes another's place", async () => {
  const { caller } = await talking();
  await caller.time.pass(4_000);
  caller.leg.follow(caller.assignment({ peer: caller.peer({ generation: 1 }) }));
  await caller.time.pass(1_000);

  expect(caller.of("media.report")).toHaveLength(1);
});

test("who is still asked for the microphone reports that the call is not forgotten", async () => {
  const end = new End("agent");
  end.leg.attached(true);
  end.leg.follow(end.assignment());
  await end.time.pass(5_000);

  expect(end.of("media.report")).toMatchObject([{ connectionState: "new", bytesSent: 0 }]);
});

test("servers come from the server alone, and relay only means that", async () => {
  const caller = new End("caller");
  await caller.ready();
  expect(caller.peers.last.configurations[0]).toMatchObject({ iceServers: [], iceTransportPolicy: "all" });

  const servers = [{ urls: ["turn:t.example"], username: "u", credential: "c" }];
  caller.leg.configure({ servers, relayOnly: true, expiresAt: null }, caller.time.now());

  expect(caller.peers.last.configurations.at(-1)).toMatchObject({
    iceServers: servers,
    iceTransportPolicy: "relay",
  });
});

test("credentials are renewed before they end, by the server's clock", async () => {
  const caller = await new End("caller").ready();
  const ahead = 3_600_000;
  const ends = (ms: number) => caller.time.now() + ahead + ms;
  caller.leg.configure({ ...NO_SERVERS, expiresAt: ends(600_000) }, caller.time.now() + ahead);

  await caller.time.pass(479_999);
  expect(caller.of("ice.refresh")).toEqual([]);
  await caller.time.pass(1);
  expect(caller.of("ice.refresh")).toHaveLength(1);

  caller.leg.refreshed({ ...NO_SERVERS, expiresAt: ends(600_000) });
  await caller.time.pass(480_000);
  expect(caller.of("ice.refresh")).toHaveLength(2);
});

test("a camera that is switched replaces the track and negotiates nothing", async () => {
  const { caller } = await talking();

  await caller.local.setCamera(false);
  await settle();

  expect(caller.peers.last.transceivers.map((t) => t.sender.track)).toEqual([caller.local.microphone, null]);
  expect(caller.descriptions()).toEqual(["offer"]);
});

test("a leg that is closed leaves no alarm and no connection behind", async () => {
  const { caller, agent } = await talking();

  caller.leg.close();
  agent.leg.close();

  expect(caller.peers.last.closed).toBe(true);
  expect(caller.time.alarms).toBe(0);
});

/** A caller who waits, devices open; nobody is assigned. */
async function waiting(): Promise<End> {
  const caller = new End("caller");
  await caller.local.open("video");
  caller.leg.ready(true);
  caller.leg.attached(true);
  caller.leg.configure(NO_SERVERS, caller.time.now());
  caller.leg.expect("video");
  await settle();
  return caller;
}

test("who waits has a connection ready, of which nothing is heard before somebody is assigned", async () => {
  const caller = await waiting();
  expect(caller.peers.all.map((peer) => peer.prepared)).toEqual([1]);
  expect(caller.peers.last.localDescription).toBe(null);
  expect(caller.state?.link ?? "none").toBe("none");

  caller.leg.follow(caller.assignment());
  await settle();

  expect(caller.peers.all).toHaveLength(1);
  expect(caller.descriptions()).toEqual(["offer"]);
});

test("what is ready follows the devices and the servers while its caller waits", async () => {
  const caller = await waiting();
  const servers = [{ urls: ["turn:turn.example:3478"], username: "u", credential: "c" }];

  await caller.local.setCamera(false);
  caller.leg.refreshed({ servers, relayOnly: true, expiresAt: null });
  caller.leg.follow(caller.assignment());
  await settle();

  expect(caller.peers.all).toHaveLength(1);
  expect(caller.peers.last.transceivers.map((t) => t.sender.track)).toEqual([caller.local.microphone, null]);
  expect(caller.peers.last.configurations.at(-1)).toMatchObject({
    iceServers: servers,
    iceTransportPolicy: "relay",
  });
});

test("each assignment has a connection of its own, whether one was ready for it or not", async () => {
  const caller = await waiting();
  caller.leg.follow(caller.assignment());
  await settle();

  caller.leg.follow(caller.assignment({ peer: caller.peer({ generation: 1 }) }));
  await settle();
  expect(caller.peers.all.map((peer) => peer.closed)).toEqual([true, false]);

  caller.leg.follow(null);
  await settle();
  expect(caller.peers.all.map((peer) => [peer.closed, peer.localDescription === null])).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ]);

  caller.leg.follow(caller.assignment({ epoch: 2 }));
  await settle();
  expect(caller.peers.all).toHaveLength(3);
  expect(caller.of("media.signal").at(-1)).toMatchObject({ epoch: 2, signal: { type: "offer" } });
});

test("a caller who stops waiting leaves no connection behind", async () => {
  const caller = await waiting();

  caller.leg.close();
  await settle();

  expect(caller.peers.all.map((peer) => peer.closed)).toEqual([true]);
});
