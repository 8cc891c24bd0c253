import { FakeDevices, FakePeers } from "@zuruf/call/testing";
import type { AgentAttached, AgentChanged, SignInAnswer as Answer, Desk, OwnDay } from "@zuruf/protocol";
import { FarEnds, HandTime, settle } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import type { Found } from "./devices";
import { scene } from "./state";
import { ana, attached, changed, desk, deskWith } from "./testing";
import { Workplace } from "./workplace";

const PASSWORD = "correct horse";

/** Storage of a tab or a browser. */
class Drawer {
  readonly kept = new Map<string, string>();

  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }

  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

/** An agent's tab with a server at its far end. */
class Shift {
  readonly ends = new FarEnds();
  readonly time = new HandTime();
  readonly devices = new FakeDevices();
  readonly peers = new FakePeers();
  readonly tab = new Drawer();
  readonly browser = new Drawer();
  readonly place: Workplace;
  rings = false;
  calls = 0;
  title = "";
  signedInAt: string[] = [];
  daysRead = 0;
  ringsThrough = "not said";
  found: Found = {
    microphone: [
      { id: "built-in", name: "Built in" },
      { id: "headset", name: "Headset" },
    ],
    camera: [],
    speaker: [{ id: "box", name: "Loudspeaker" }],
  };
  day: OwnDay | null = { since: 0, isComplete: true, contacts: [], more: 0 };
  #beat = () => {};
  #sequence = 1;

  constructor() {
    const people = {
      whoAmI: async (): Promise<Answer> => ({ who: ana, trouble: null }),
      signIn: async (_language: string, userName: string, password: string): Promise<Answer> => {
        this.signedInAt.push(userName);
        if (password === PASSWORD) return { who: ana, trouble: null };
        return { who: null, trouble: { kind: "said", sentence: "User name or password is not right." } };
      },
      signOut: async () => {
        this.signedInAt.push("nobody");
      },
      ownDay: async () => {
        this.daysRead += 1;
        return this.day;
      },
    };
    this.place = new Workplace({
      people,
      open: this.ends.open,
      time: this.time,
      chance: () => 0,
      page: "pg_1",
      language: "en",
      tab: this.tab,
      browser: this.browser,
      found: async () => this.found,
      meter: () => ({ level: () => 0, close: () => {} }),
      devices: this.devices.devices,
      peers: this.peers,
      ringer: (sounds) => ({
        unlock: () => sounds("ready"),
        start: () => {
          this.rings = true;
        },
        stop: () => {
          this.rings = false;
        },
        test: () => {},
        through: (speaker) => {
          this.ringsThrough = speaker;
        },
      }),
      attention: {
        setTitle: (title) => {
          this.title = title;
        },
        call: () => {
          this.calls += 1;
        },
        calm: () => {},
        permission: () => "off",
        ask: async () => {},
      },
      microphone: async () => "ok",
      visible: () => true,
      heart: (_everyMs, beat) => {
        this.#beat = beat;
        return () => {
          this.#beat = () => {};
        };
      },
    });
  }

  get state() {
    return this.place.state;
  }

  beat(): void {
    this.#beat();
  }

  async signIn(password = PASSWORD): Promise<void> {
    await this.place.start();
    this.place.signIn("ana", password);
    await settle();
  }

  /** The server lets this tab in and shows it this desk. */
  async attach(shown: Desk, given: Partial<AgentAttached> = {}): Promise<void> {
    const inCall = shown.routing === "connecting" || shown.routing === "talking";
    const peer = inCall
      ? ({ party: "caller", present: true, generation: 0, canConfer: true } as const)
      : null;
    this.#sequence = 1;
    this.ends.last.say({ ...attached(shown, peer, this.time.now()), ...given });
    await settle();
  }

  async change(shown: Desk, given: Partial<AgentChanged> = {}): Promise<void> {
    this.#sequence += 1;
    this.ends.last.say({
      ...changed(shown),
      serverTime: this.time.now(),
      sequence: this.#sequence,
      ...given,
    });
    await settle();
  }

  /** The server does what was asked last. */
  async grant(type: string): Promise<void> {
    const request = this.ends.last.of(type).at(-1);
    this.ends.last.say({ type: "reply", id: request?.["id"] });
    await settle();
  }

  async refuse(type: string, code: string): Promise<void> {
    const request = this.ends.last.of(type).at(-1);
    const refused = { type: "refused", id: request?.["id"], code, retryable: false, retryAfterMs: null };
    this.ends.last.say(refused);
    await settle();
  }
}

async function onShift(): Promise<Shift> {
  const shift = new Shift();
  await shift.signIn();
  await shift.attach(desk());
  return shift;
}

async function inATalk(): Promise<Shift> {
  const shift = await onShift();
  await shift.change(deskWith("offered"));
  shift.place.accept();
  await settle();
  await shift.grant("offer.accept");
  await shift.change(deskWith("connecting"));
  await shift.change(deskWith("talking"));
  return shift;
}

test("a wrong password is said, and nothing is connected", async () => {
  const shift = new Shift();

  await shift.signIn("wrong");

  expect(shift.state).toMatchObject({
    page: "sign_in",
    trouble: { sentence: "User name or password is not right." },
  });
  expect(shift.ends.all).toEqual([]);
});

test("a tab that comes back resumes its session without asking who it is", async () => {
  const shift = new Shift();
  shift.browser.setItem("zuruf.person", "");
  shift.tab.setItem("zuruf.agent", "token-of-before");

  await shift.place.start();

  expect(shift.state.page).toBe("desk");
  expect(shift.ends.last.auth).toMatchObject({ token: "token-of-before", page: "pg_1" });
});

test("the server speaks the language of the desk, also after another one was chosen", async () => {
  const shift = new Shift();
  await shift.signIn();
  await shift.attach(desk());
  expect(shift.ends.last.auth).toMatchObject({ language: "en" });

  shift.place.speak("de");

  expect(shift.ends.last.auth).toMatchObject({ language: "de" });
});

test("the tab's token is kept in the tab", async () => {
  const shift = await onShift();

  expect(shift.tab.getItem("zuruf.agent")).toBe("token-of-this-tab-1");
});

test("the desk says that it lives as soon as it is attached, and with every beat", async () => {
  const shift = await onShift();

  shift.beat();

  expect(shift.ends.last.of("agent.health")).toMatchObject([
    { visible: true },
    { microphone: "ok", visible: true },
  ]);
});

test("an offer rings once, and is quiet when it is over", async () => {
  const shift = await onShift();

  await shift.change(deskWith("offered"));
  await shift.change(deskWith("offered"));
  expect([shift.rings, shift.calls]).toEqual([true, 1]);

  await shift.change(desk());
  expect(shift.rings).toBe(false);
});

test("an offer that cannot be answered does not ring on", async () => {
  const shift = await onShift();
  await shift.change(deskWith("offered"));

  shift.ends.last.cut();

  expect(shift.rings).toBe(false);
  expect(scene(shift.state)).toEqual({ is: "cut_off" });
});

test("the microphone is opened at Accept and not before, and closed after the call", async () => {
  const shift = await onShift();
  await shift.change(deskWith("offered"));
  expect(shift.devices.asked).toEqual([]);

  shift.place.accept();
  await settle();
  expect(shift.devices.asked).toEqual(["audio+video"]);
  expect(shift.ends.last.of("offer.accept")).toMatchObject([{ contactId: "ct_1", epoch: 1 }]);

  await shift.change(deskWith("talking"));
  expect(shift.devices.running).toBe(2);
  await shift.change(deskWith("wrap_up"));
  expect(shift.devices.running).toBe(0);
});

test("without a microphone nothing is accepted, and the agent may try again or decline", async () => {
  const shift = await onShift();
  shift.devices.refuse = { audio: "NotFoundError" };
  await shift.change(deskWith("offered"));

  shift.place.accept();
  await settle();
  expect(shift.state.media.microphone).toBe("missing");
  expect(shift.ends.last.of("offer.accept")).toEqual([]);

  shift.devices.refuse = {};
  shift.place.accept();
  await settle();
  expect(shift.ends.last.of("offer.accept")).toHaveLength(1);
});

test("a camera that cannot be had does not stop the call", async () => {
  const shift = await onShift();
  shift.devices.refuse = { video: "NotReadableError" };
  await shift.change(deskWith("offered"));

  shift.place.accept();
  await settle();

  expect(shift.state.media).toMatchObject({ microphone: "on", camera: "off", cameraTrouble: "in_use" });
  expect(shift.ends.last.of("offer.accept")).toHaveLength(1);
});

test("who chose to start without a picture is not seen, in the next call neither", async () => {
  const shift = await onShift();
  shift.place.startWithCamera(false);
  await shift.change(deskWith("offered"));

  shift.place.accept();
  await settle();

  expect(shift.devices.asked).toEqual(["audio"]);
  expect(shift.browser.getItem("zuruf.camera")).toBe("off");
});

test("an offer that ended while the browser asked for the microphone is not accepted", async () => {
  const shift = await onShift();
  await shift.change(deskWith("offered"));

  shift.place.accept();
  await shift.change(desk());

  expect(shift.ends.last.of("offer.accept")).toEqual([]);
  expect(shift.devices.running).toBe(0);
});

test("an accepted offer that was gone already is said, and the microphone let go", async () => {
  const shift = await onShift();
  await shift.change(deskWith("offered"));
  shift.place.accept();
  await settle();

  await shift.refuse("offer.accept", "offer_gone");
  await shift.change(desk());

  expect(shift.state.notice).toBe("offer_gone");
  expect(shift.devices.running).toBe(0);
});

test("a talk goes on while the server is away, and asks for nothing when it is back", async () => {
  const shift = await inATalk();
  const [peer] = shift.peers.all;

  shift.ends.last.cut();
  expect(shift.state.line).toBe("lost");
  await shift.time.pass(3_000);
  await shift.attach(deskWith("talking"));

  expect(shift.state.line).toBe("open");
  expect(shift.peers.all).toHaveLength(1);
  expect(peer?.closed).toBe(false);
  expect(shift.devices.asked).toHaveLength(1);
});

test("a server that says it restarts is not taken for a lost connection", async () => {
  const shift = await inATalk();
  shift.ends.last.say({ type: "draining", retryAfterMs: 1_000 });

  shift.ends.last.cut();

  expect(shift.state.line).toBe("restarting");
});

test("a page loaded anew in a talk opens the microphone again and meets the caller again", async () => {
  const shift = new Shift();
  shift.browser.setItem("zuruf.person", "");
  await shift.place.start();

  await shift.attach(deskWith("talking"), { generation: 2 });

  expect(shift.devices.asked).toEqual(["audio+video"]);
  expect(shift.peers.all).toHaveLength(1);
});

test("who was muted and unseen before a reload is so after it", async () => {
  const before = await inATalk();
  before.place.mute(true);
  before.place.camera(false);
  await settle();

  const shift = new Shift();
  shift.browser.setItem("zuruf.person", "");
  for (const [key, value] of before.tab.kept) shift.tab.setItem(key, value);
  await shift.place.start();
  await shift.attach(deskWith("talking"), { generation: 2 });

  expect(shift.devices.asked).toEqual(["audio"]);
  expect(shift.state.media).toMatchObject({ microphone: "muted", camera: "off" });
});

test("hanging up while the server is away silences us at once and is carried out later", async () => {
  const shift = await inATalk();
  shift.ends.last.cut();

  shift.place.hangUp();
  await settle();
  expect(shift.devices.running).toBe(0);

  await shift.time.pass(3_000);
  await shift.attach(deskWith("talking"));
  expect(shift.ends.last.of("contact.end")).toMatchObject([{ contactId: "ct_1", epoch: 1 }]);
  expect(shift.devices.running).toBe(0);
});

test("another tab that takes over leaves this one silent until it is asked back", async () => {
  const shift = await inATalk();

  shift.ends.last.say({ type: "superseded" });
  await settle();
  expect(shift.state.line).toBe("superseded");
  expect(shift.devices.running).toBe(0);

  shift.place.useThisTab();
  expect(shift.ends.last.auth).toMatchObject({ token: null });
});

test("a tab that took the call back hears the caller's first signal though its number was seen before", async () => {
  const shift = await inATalk();
  const offer = { kind: "description", type: "offer", sdp: "v1\r\na=fingerprint:sha-256 AB\r\n" };
  const signalled = {
    type: "media.signalled",
    number: 1,
    contactId: "ct_1",
    epoch: 1,
    generation: 0,
    signal: offer,
  };
  shift.ends.last.say(signalled);
  await settle();
  shift.ends.last.say({ type: "superseded" });
  await settle();

  shift.place.useThisTab();
  await shift.attach(deskWith("talking"), { generation: 2 });
  shift.ends.last.say(signalled);
  await settle();

  expect(shift.peers.last.remoteDescription).toMatchObject({ type: "offer" });
  expect(shift.devices.running).toBe(2);
});

test("an expired session of the tab is replaced without asking the person", async () => {
  const shift = new Shift();
  shift.browser.setItem("zuruf.person", "");
  shift.tab.setItem("zuruf.agent", "token-of-last-week");
  await shift.place.start();

  shift.ends.last.cut({ code: "session_expired", retryable: false, retryAfterMs: null });
  await settle();

  expect(shift.ends.all).toHaveLength(2);
  expect(shift.ends.last.auth).toMatchObject({ token: null });
});

test("an expired sign-in leads back to the sign-in and says why", async () => {
  const shift = await inATalk();

  shift.ends.last.cut({ code: "not_signed_in", retryable: false, retryAfterMs: null });
  await settle();

  expect(shift.state).toMatchObject({ page: "sign_in", trouble: { kind: "expired" } });
  expect(shift.devices.running).toBe(0);
  expect(shift.tab.getItem("zuruf.agent")).toBeNull();
});

test("signing out ends the desk first and the browser's session after it", async () => {
  const shift = await onShift();
  const end = shift.ends.last;

  shift.place.signOut();
  await settle();
  expect(end.of("agent.sign_out")).toHaveLength(1);
  expect(shift.signedInAt).toEqual(["ana"]);

  end.say({ type: "reply", id: end.of("agent.sign_out")[0]?.["id"] });
  await settle();
  expect(shift.signedInAt).toEqual(["ana", "nobody"]);
  expect(end.open).toBe(false);
});

test("what the server refused is said, and the desk shows how things stand", async () => {
  const shift = await onShift();

  shift.place.choose("break");
  await settle();
  expect(shift.state.asked).toBe("presence");
  await shift.refuse("presence.set", "not_now");

  expect(shift.state).toMatchObject({ asked: null, notice: "not_done" });
});

test("nothing keeps running after the desk was left", async () => {
  const shift = await inATalk();

  shift.ends.last.say({ type: "agent.signed_out" });
  await settle();

  expect(shift.state).toMatchObject({ page: "sign_in", trouble: { kind: "signed_out" } });
  expect(shift.devices.running).toBe(0);
  expect(shift.time.alarms).toBe(0);
});

test("who holds the caller asks the server once, and is not heard while the server says so", async () => {
  const shift = await inATalk();

  shift.place.hold(true);
  shift.place.hold(true);
  await settle();
  expect(shift.ends.last.of("contact.hold")).toMatchObject([{ contactId: "ct_1", epoch: 1, on: true }]);
  await shift.grant("contact.hold");
  await shift.change(deskWith("held"));

  const sent = () => shift.peers.all[0]?.transceivers.map(({ sender }) => sender.track);
  expect(sent()?.every((track) => track === null) ?? true).toBe(true);
  expect(shift.devices.running).toBeGreaterThan(0);
});

test("a guest who is handed the contact keeps connection and microphone", async () => {
  const shift = await onShift();
  const asked = { id: "ct_2", askedBy: "Ben" };
  await shift.change(deskWith("offered", asked));
  shift.place.accept();
  await settle();
  await shift.grant("offer.accept");
  const peer = { party: "caller", present: true, generation: 0, canConfer: true } as const;
  const second = { contactId: "ct_1", epoch: 2, party: "agent", name: "M. Becker", peer } as const;
  await shift.change(deskWith("talking", asked), { second });
  const [opened, connections] = [shift.devices.asked.length, shift.peers.all.length];

  await shift.change(deskWith("talking", { id: "ct_1", epoch: 2 }));

  expect(shift.devices.asked).toHaveLength(opened);
  expect(shift.peers.all).toHaveLength(connections);
  expect(shift.peers.all.map(({ closed }) => closed)).toEqual([true, false]);
  expect(shift.state.media.microphone).toBe("on");
});

test("asking, conferring and handing over are about the call at hand", async () => {
  const shift = await inATalk();

  shift.place.consult({ agentId: "ag_ben" });
  await settle();
  await shift.grant("consult.ask");
  shift.place.confer();
  await settle();
  await shift.grant("consult.join");
  shift.place.handOver();
  await settle();

  expect(shift.ends.last.of("consult.ask")).toMatchObject([
    { contactId: "ct_1", epoch: 1, agentId: "ag_ben", groupId: null, skill: null },
  ]);
  expect(shift.ends.last.of("consult.join")).toMatchObject([{ contactId: "ct_1", epoch: 1 }]);
  expect(shift.ends.last.of("consult.hand_over")).toMatchObject([{ contactId: "ct_1", epoch: 1 }]);
});

test("a call stays until it is handed on: what the desk hears before a refusal takes nothing away", async () => {
  const shift = await inATalk();

  shift.place.transfer({ agentId: "ag_ben" });
  await settle();
  await shift.change(deskWith("talking", { name: "Max" }));
  expect(shift.peers.all.map(({ closed }) => closed)).toEqual([false]);
  expect(shift.state.media.microphone).toBe("on");
  await shift.refuse("contact.transfer", "no_target");
  expect(shift.state).toMatchObject({ notice: "not_done", handedOn: null, asked: null });
  shift.place.transfer({ agentId: "ag_ben" });
  await settle();
  await shift.grant("contact.transfer");
  await shift.change(deskWith("wrap_up"));

  expect(shift.state.notice).toBeNull();
  expect(shift.peers.all.map(({ closed }) => closed)).toEqual([true]);
});

test("the day is read when the desk opens and after each call, not while it rings or somebody talks", async () => {
  const shift = await onShift();
  const opened = shift.daysRead;
  expect(opened).toBeGreaterThan(0);

  await shift.change(deskWith("offered"));
  await shift.change(deskWith("connecting"));
  await shift.change(deskWith("talking"));
  expect(shift.daysRead).toBe(opened);
  await shift.change(deskWith("wrap_up"));
  await shift.change(desk());

  expect(shift.daysRead).toBe(opened + 2);
});

test("a day that cannot be read is said, and one that was read stays", async () => {
  const shift = await onShift();
  expect(shift.state.day).toMatchObject({ contacts: [] });
  shift.day = null;

  shift.place.readDay();
  await settle();

  expect(shift.state.day).toMatchObject({ contacts: [] });
});

test("the ring comes from the loudspeaker that was chosen, in the next tab too", async () => {
  const shift = await onShift();
  expect(shift.ringsThrough).toBe("");
  expect(shift.state.found.speaker.map(({ name }) => name)).toEqual(["Loudspeaker"]);

  shift.place.ringThrough("box");

  expect(shift.ringsThrough).toBe("box");
  expect(shift.state.bell.speaker).toBe("box");
  expect(shift.browser.getItem("zuruf.ring")).toBe("box");
});

test("another microphone is used in the middle of a call, and asked for in the next one", async () => {
  const shift = await inATalk();

  shift.place.use("microphone", "headset");
  await settle();

  expect(shift.devices.wanted.at(-1)).toMatchObject({ audio: { deviceId: { exact: "headset" } } });
  expect(shift.state.uses.microphone).toBe("headset");
  expect(shift.state.media.microphone).toBe("on");
  expect(shift.browser.getItem("zuruf.device.microphone")).toBe("headset");
});

test("a device that cannot be had is said, and the one before stays", async () => {
  const shift = await inATalk();
  shift.devices.refuse = { audio: "NotReadableError" };

  shift.place.use("microphone", "headset");
  await settle();

  expect(shift.state).toMatchObject({ notice: "not_done", uses: { microphone: "" } });
  expect(shift.state.media.microphone).toBe("on");
  expect(shift.browser.getItem("zuruf.device.microphone")).toBeNull();
});
