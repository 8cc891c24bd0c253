import { type CallerContact, type ContactCreated, type Peer, RestProblem } from "@zuruf/protocol";
import { FarEnds, HandTime, settle } from "@zuruf/protocol/testing";
import { beforeAll, expect, test } from "vitest";
import { Caller, CONTACT_KEY } from "./caller";
import type { CallerState } from "./caller.state";
import { loadLegs } from "./later-legs";
import { FakeDevices, FakePeers } from "./testing";

// Else the first who is called waits for the compiler, too.
beforeAll(loadLegs);

/** A tab's memory. */
class Memory {
  readonly kept = new Map<string, string>();
  readonly storage = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, value: string) => void this.kept.set(key, value),
    removeItem: (key: string) => void this.kept.delete(key),
  } as unknown as Storage;
}

/** A visitor at a page, with everything around the page in the test's hands. */
class Visitor {
  readonly time = new HandTime();
  readonly far = new FarEnds();
  readonly peers = new FakePeers();
  readonly devices = new FakeDevices();
  readonly keys: string[] = [];
  readonly channels: string[] = [];
  state: CallerState | null = null;
  readonly caller: Caller;
  /** How the server answers the next request for a contact. */
  answer: () => Promise<ContactCreated> = async () => ({
    contactId: "ct_1",
    sessionId: "ss_1",
    sessionToken: "secret-token-secret",
    announcements: [],
    position: 1,
  });
  #sequence = 0;

  constructor(readonly memory = new Memory()) {
    this.caller = new Caller({
      server: new URL("https://gateway.example/"),
      site: "demo",
      group: "sales",
      language: "en",
      page: "pg_1",
      pageUrl: "https://shop.example/",
      pageTitle: "Shop",
      memory: memory.storage,
      devices: this.devices.devices,
      peers: this.peers,
      time: this.time,
      chance: () => 0.5,
      open: this.far.open,
      request: (_server, contact, key) => {
        this.keys.push(key);
        this.channels.push(contact.channel);
        return this.answer();
      },
      onChange: (state) => {
        this.state = state;
      },
    });
  }

  async queued(): Promise<this> {
    await this.caller.start("video");
    this.attached({});
    await settle();
    return this;
  }

  async talking(): Promise<this> {
    await this.queued();
    this.changed({ phase: "connecting", epoch: 1, agentName: "Anna" });
    await settle();
    this.peers.last.ice("connected");
    this.changed({ phase: "talking", epoch: 1, agentName: "Anna" });
    return this;
  }

  attached(change: Partial<CallerContact>, generation = 0): void {
    this.#sequence = 0;
    this.far.last.say({ ...this.#word(change), type: "caller.attached", generation, capabilities: [] });
  }

  changed(change: Partial<CallerContact>): void {
    this.#sequence += 1;
    this.far.last.say({ ...this.#word(change), type: "caller.changed" });
  }

  get step(): string {
    return this.caller.state.step.name;
  }

  #word(change: Partial<CallerContact>): { type: string } & Record<string, unknown> {
    const assigned = change.phase === "connecting" || change.phase === "talking";
    const peer: Peer | null = assigned
      ? { party: "agent", present: true, generation: 0, canConfer: true }
      : null;
    const contact = {
      id: "ct_1",
      channel: "video",
      phase: "queued",
      epoch: 0,
      position: 1,
      ended: null,
      ...change,
    };
    const ice = { servers: [], relayOnly: false, expiresAt: null };
    return { type: "", sequence: this.#sequence, serverTime: this.time.now(), contact, peer, ice };
  }
}

test("before the press nothing is opened, stored or asked for", () => {
  const visitor = new Visitor();

  expect(visitor.caller.resume()).toBe(false);
  expect(visitor.far.all).toEqual([]);
  expect(visitor.devices.asked).toEqual([]);
  expect(visitor.memory.kept.size).toBe(0);
});

test("who is asked for the microphone first and says no is never a contact", async () => {
  const visitor = new Visitor();
  visitor.devices.refuse = { audio: "NotAllowedError" };

  await visitor.caller.start("voice");

  expect(visitor.step).toBe("blocked");
  expect(visitor.keys).toEqual([]);
});

test("the token is remembered while there is a contact, and forgotten at its end", async () => {
  const visitor = await new Visitor().queued();
  expect(visitor.memory.kept.get(CONTACT_KEY)).toContain("secret-token-secret");

  visitor.changed({ phase: "ended", ended: "agent_hung_up" });

  expect(visitor.memory.kept.size).toBe(0);
  expect(visitor.devices.running).toBe(0);
  expect(visitor.far.last.open).toBe(false);
  expect(visitor.time.alarms).toBe(0);
});

test("the caller offers when an agent is assigned, and not before", async () => {
  const visitor = await new Visitor().queued();
  await settle();
  expect(visitor.peers.last.prepared).toBe(1);
  expect(visitor.peers.last.localDescription).toBe(null);

  visitor.changed({ phase: "connecting", epoch: 1 });
  await settle();

  expect(visitor.far.last.of("media.signal")).toMatchObject([{ epoch: 1, signal: { type: "offer" } }]);
});

test("back in front, the old connection is dropped and the devices stay open", async () => {
  const visitor = await new Visitor().talking();
  const before = visitor.peers.last;

  visitor.changed({ phase: "queued", epoch: 1, inFrontAgain: true });

  expect(before.closed).toBe(true);
  expect(visitor.devices.running).toBe(2);
  expect(visitor.caller.state.media.link).toBe("none");
});

test("hanging up is over at once, and the server is told even if the line is away", async () => {
  const visitor = await new Visitor().talking();
  visitor.far.last.cut();

  visitor.caller.leave();
  expect(visitor.caller.state.step).toMatchObject({ name: "ended", reason: "caller_hung_up" });
  expect(visitor.devices.running).toBe(0);
  expect(visitor.peers.last.closed).toBe(true);

  await visitor.time.pass(1_000);
  visitor.attached({ phase: "talking" });
  const [leave] = visitor.far.last.of("contact.leave");
  expect(leave).toMatchObject({ contactId: "ct_1" });
  visitor.far.last.say({ type: "reply", id: leave?.["id"] });
  await settle();
  expect(visitor.far.last.open).toBe(false);
  expect(visitor.time.alarms).toBe(0);
  expect(visitor.step).toBe("ended");
});

test("a new call waits until the server knows that the old one is over", async () => {
  const visitor = await new Visitor().queued();
  visitor.caller.leave();
  const starting = visitor.caller.start("video");
  await settle();
  expect(visitor.keys).toHaveLength(1);

  visitor.far.last.say({ type: "reply", id: visitor.far.last.of("contact.leave")[0]?.["id"] });
  await starting;

  expect(visitor.keys).toHaveLength(2);
});

test("a new call waits for a server that does not answer no longer than 2 s", async () => {
  const visitor = await new Visitor().queued();
  visitor.far.last.cut();
  visitor.caller.leave();
  const starting = visitor.caller.start("video");

  await visitor.time.pass(2_000);
  await starting;

  expect(visitor.keys).toHaveLength(2);
});

test("a contact that comes after the visitor cancelled is left at once", async () => {
  const visitor = new Visitor();
  const created = await visitor.answer();
  let arrive = (_: ContactCreated) => {};
  visitor.answer = () =>
    new Promise((resolve) => {
      arrive = resolve;
    });
  const starting = visitor.caller.start("video");
  await settle();
  visitor.caller.leave();
  expect(visitor.step).toBe("start");

  arrive(created);
  await starting;
  visitor.attached({});

  expect(visitor.far.last.of("contact.leave")).toHaveLength(1);
  expect(visitor.memory.kept.size).toBe(0);
  expect(visitor.step).toBe("start");
});

/** The next request is answered by hand. */
function slowly(visitor: Visitor): (created: Partial<ContactCreated>) => void {
  const soon = visitor.answer;
  let arrive = (_: ContactCreated) => {};
  visitor.answer = () => {
    visitor.answer = soon;
    return new Promise((resolve) => {
      arrive = resolve;
    });
  };
  return (change) => void soon().then((created) => arrive({ ...created, ...change }));
}

test("cancelled and pressed again, the late first answer does not end the second contact", async () => {
  const visitor = new Visitor();
  const arrive = slowly(visitor);
  void visitor.caller.start("voice");
  await settle();
  visitor.caller.leave();
  const starting = visitor.caller.start("video");
  await visitor.time.pass(2_000);
  await starting;
  visitor.attached({});
  const second = visitor.far.last;

  arrive({ contactId: "ct_0" });
  await settle();
  visitor.attached({});

  expect(visitor.channels).toEqual(["voice", "video"]);
  expect(visitor.keys[1]).not.toBe(visitor.keys[0]);
  expect(visitor.far.last.of("contact.leave")).toMatchObject([{ contactId: "ct_0" }]);
  expect(second.of("contact.leave")).toEqual([]);
  expect(visitor.step).toBe("contact");
});

test("cancelled and pressed again, the second contact waits until the first is left", async () => {
  const visitor = new Visitor();
  const arrive = slowly(visitor);
  void visitor.caller.start("video");
  await settle();
  visitor.caller.leave();
  const starting = visitor.caller.start("video");
  await settle();
  expect(visitor.keys).toHaveLength(1);

  arrive({ contactId: "ct_0" });
  await settle();
  visitor.attached({});
  await settle();
  expect(visitor.keys).toHaveLength(1);

  visitor.far.last.say({ type: "reply", id: visitor.far.last.of("contact.leave")[0]?.["id"] });
  await starting;

  expect(visitor.keys).toHaveLength(2);
  expect(visitor.step).toBe("attaching");
});

test("cancelled while it waits for the one before, a contact is never asked for", async () => {
  const visitor = await new Visitor().queued();
  visitor.caller.leave();
  const starting = visitor.caller.start("video");
  await settle();
  visitor.caller.leave();

  await visitor.time.pass(2_000);
  await starting;

  expect(visitor.keys).toHaveLength(1);
  expect(visitor.devices.running).toBe(0);
});

test("a request nobody answered is not repeated for another channel or after the visitor left", async () => {
  const visitor = new Visitor();
  visitor.answer = () => Promise.reject(new RestProblem("unreachable", 0, null, null));
  await visitor.caller.start("voice");
  await visitor.caller.start("video");
  visitor.caller.leave();
  await visitor.caller.start("video");

  expect(new Set(visitor.keys).size).toBe(3);
});

test("a request nobody answered is repeated with its key, a refused one is a new request", async () => {
  const visitor = new Visitor();
  const created = visitor.answer;
  visitor.answer = () => Promise.reject(new RestProblem("unreachable", 0, null, null));
  await visitor.caller.start("video");
  expect(visitor.caller.state.step).toMatchObject({ name: "refused", because: { code: "unreachable" } });
  expect(visitor.devices.running).toBe(0);

  visitor.answer = () => Promise.reject(new RestProblem("group_full", 409, "Full.", null));
  await visitor.caller.start("video");
  visitor.answer = created;
  await visitor.caller.start("video");

  expect(visitor.keys[1]).toBe(visitor.keys[0]);
  expect(visitor.keys[2]).not.toBe(visitor.keys[1]);
  expect(visitor.step).toBe("attaching");
});

test("a request a busy server has not decided yet is repeated with its key", async () => {
  const visitor = new Visitor();
  const created = visitor.answer;
  visitor.answer = () => Promise.reject(new RestProblem("busy", 503, null, 1));
  await visitor.caller.start("video");
  visitor.answer = created;
  await visitor.caller.start("video");

  expect(visitor.keys[1]).toBe(visitor.keys[0]);
});

test("a page loaded anew goes on with its contact, camera and silence as they were", async () => {
  const before = await new Visitor().talking();
  await before.caller.setCamera(false);
  before.caller.mute(true);
  before.caller.pageHidden();
  expect(before.far.last.of("page.leaving")).toHaveLength(1);

  const visitor = new Visitor(before.memory);
  expect(visitor.caller.resume()).toBe(true);
  visitor.attached({ phase: "talking", epoch: 1 }, 1);
  await settle();

  expect(visitor.far.last.auth).toMatchObject({ token: "secret-token-secret" });
  expect(visitor.devices.asked).toEqual(["audio"]);
  expect(visitor.caller.state.local).toMatchObject({ microphone: "muted", camera: "off" });
  expect(visitor.far.last.of("media.signal")).toMatchObject([{ generation: 1, signal: { type: "offer" } }]);
});

test("after a reload a microphone that needs another press keeps the contact and connects then", async () => {
  const before = await new Visitor().talking();
  const visitor = new Visitor(before.memory);
  visitor.devices.refuse = { audio: "NotAllowedError", video: "NotAllowedError" };
  visitor.caller.resume();
  visitor.attached({ phase: "talking", epoch: 1 }, 1);
  await settle();
  expect(visitor.caller.state).toMatchObject({ trouble: "denied", step: { name: "contact" } });
  expect(visitor.peers.all).toEqual([]);

  visitor.devices.refuse = {};
  await visitor.caller.openAgain();
  await settle();

  expect(visitor.caller.state.trouble).toBeNull();
  expect(visitor.far.last.of("media.signal")).toHaveLength(1);
});

test("another group's contact is not ours to go on with", async () => {
  const before = await new Visitor().queued();
  const memory = new Memory();
  memory.kept.set(CONTACT_KEY, (before.memory.kept.get(CONTACT_KEY) ?? "").replace("sales", "support"));

  expect(new Visitor(memory).caller.resume()).toBe(false);
});

test("a tab that was taken over from stops everything, and can take it back", async () => {
  const visitor = await new Visitor().talking();

  visitor.far.last.say({ type: "superseded" });
  expect(visitor.step).toBe("superseded");
  expect(visitor.devices.running).toBe(0);
  expect(visitor.memory.kept.size).toBe(0);

  visitor.caller.takeOver();
  visitor.attached({ phase: "talking", epoch: 1 }, 2);
  await settle();
  expect(visitor.step).toBe("contact");
  expect(visitor.memory.kept.size).toBe(1);
});

test("a contact the server no longer knows is over", async () => {
  const before = await new Visitor().queued();
  const visitor = new Visitor(before.memory);
  visitor.caller.resume();

  visitor.far.last.cut({ code: "session_expired", retryable: false, retryAfterMs: null });
  await settle();

  expect(visitor.caller.state.step).toMatchObject({ name: "ended", reason: "expired" });
  expect(visitor.memory.kept.size).toBe(0);
  expect(visitor.devices.running).toBe(0);
});

test("after a reload the group goes on telling what it announces", async () => {
  const told = { text: "Welcome.", afterMs: 0, everyMs: 0 };
  const visitor = new Visitor();
  const { answer } = visitor;
  visitor.answer = async () => ({ ...(await answer()), announcements: [told] });
  await visitor.queued();

  const again = new Visitor(visitor.memory);
  again.caller.resume();

  expect(again.caller.state.announcements).toEqual([told]);
});
