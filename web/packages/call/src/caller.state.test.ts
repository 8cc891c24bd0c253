import type { Announced, CallerContact, ServerToCaller } from "@zuruf/protocol";
import { expect, test } from "vitest";
import { announcedAfter, type CallerEvent, type CallerState, reduce, START, type Step } from "./caller.state";

function contact(change: Partial<CallerContact> = {}): CallerContact {
  return {
    id: "ct_1",
    groupId: "sales",
    groupName: "Sales",
    channel: "video",
    policy: "direct",
    phase: "queued",
    epoch: 0,
    askedAt: 1_000,
    phaseSince: 1_000,
    position: 2,
    expectedWait: null,
    agentName: null,
    transferred: false,
    inFrontAgain: false,
    ended: null,
    question: null,
    callback: null,
    canBeCalledBack: false,
    held: false,
    guestName: null,
    ...change,
  };
}

function changed(change: Partial<CallerContact> = {}): CallerEvent {
  const message: ServerToCaller = {
    type: "caller.changed",
    sequence: 1,
    serverTime: 61_000,
    contact: contact(change),
    peer: null,
    second: null,
    ice: null,
  };
  return { type: "told", message, at: 1_000 };
}

function after(...events: CallerEvent[]): CallerState {
  return events.reduce(reduce, START);
}

const created: CallerEvent[] = [
  { type: "pressed", channel: "video" },
  { type: "opened" },
  { type: "created", announcements: [] },
];

test("a press asks for the devices, then for a contact, then waits in line", () => {
  const names = created.map((_, i) => after(...created.slice(0, i + 1)).step.name);

  expect(names).toEqual(["asking", "requesting", "attaching"]);
  expect(after(...created, changed()).step).toMatchObject({
    name: "contact",
    contact: { position: 2 },
    setback: null,
  });
});

test("without a microphone nobody is asked for anything", () => {
  const state = after({ type: "pressed", channel: "voice" }, { type: "not opened", trouble: "denied" });

  expect(state.step).toEqual({ name: "blocked", channel: "voice", trouble: "denied" });
});

test("a contact whose microphone does not open after a reload is kept", () => {
  const state = after({ type: "reloaded", channel: "video", announcements: [] }, changed(), {
    type: "not opened",
    trouble: "denied",
  });

  expect(state.step.name).toBe("contact");
  expect(state.trouble).toBe("denied");
  expect(reduce(state, { type: "opened" }).trouble).toBeNull();
});

test("a refusal keeps the server's sentence", () => {
  const because = { code: "group_full", detail: "Too many are waiting.", retryAfter: 60 };
  const state = after(...created.slice(0, 2), { type: "refused", because });

  expect(state.step).toEqual({ name: "refused", channel: "video", because });
});

test.each([
  ["connecting", "setup"],
  ["talking", "agent"],
] as const)("back in front after %s, the caller learns what went wrong", (phase, setback) => {
  const again = { phase: "queued", inFrontAgain: true } as const;
  const state = after(...created, changed({ phase }), changed(again));

  expect(state.step).toMatchObject({ setback });
  expect(reduce(state, changed({ ...again, phase: "offered" })).step).toMatchObject({ setback });
});

test("back in front after a reload, what went wrong is not guessed", () => {
  const state = after(
    { type: "reloaded", channel: "video", announcements: [] },
    changed({ inFrontAgain: true }),
  );

  expect(state.step).toMatchObject({ setback: "unknown" });
});

test("the end carries its reason, and a late word does not undo it", () => {
  const state = after(...created, changed({ phase: "ended", ended: "agent_hung_up" }));

  expect(state.step).toEqual({ name: "ended", channel: "video", reason: "agent_hung_up" });
  expect(reduce(state, changed({ phase: "talking" }))).toEqual(state);
});

test.each([
  [
    [...created, changed({ phase: "talking" })],
    { name: "ended", channel: "video", reason: "caller_hung_up" },
  ],
  [[...created, changed()], { name: "ended", channel: "video", reason: "abandoned" }],
  [created.slice(0, 1), { name: "start" }],
] as [CallerEvent[], Step][])("leaving is over at once", (events, step) => {
  expect(after(...events, { type: "left" }).step).toEqual(step);
});

test("a line that is away is not the end of anything", () => {
  const state = after(...created, changed({ phase: "talking" }), {
    type: "line",
    status: { kind: "away", since: 0, restarting: false },
  });

  expect(state.line).toBe("away");
  expect(state.step.name).toBe("contact");
});

test.each([
  ["superseded", { name: "superseded", channel: "video" }],
  ["session_expired", { name: "ended", channel: "video", reason: "expired" }],
  [
    "wrong_origin",
    { name: "refused", channel: "video", because: { code: "wrong_origin", detail: null, retryAfter: null } },
  ],
])("a line stopped by %s says so", (code, step) => {
  expect(after(...created, { type: "line", status: { kind: "stopped", code } }).step).toEqual(step);
});

test("the server's clock is known from its words", () => {
  expect(after(...created, changed()).ahead).toBe(60_000);
});

test("a word from a newer server changes nothing", () => {
  const state = after(...created, changed());
  const message = { type: "caller.sung" } as unknown as ServerToCaller;

  expect(reduce(state, { type: "told", message, at: 0 })).toEqual(state);
});

test("a place that is kept without the caller ends the waiting on this page", () => {
  const held = { held: true, dueAt: null, expiresAt: 99_000 };

  expect(after(...created, changed({ callback: held })).step).toEqual({
    name: "left",
    channel: "video",
    what: "callback",
  });
  expect(after(...created, changed({ callback: { ...held, held: false } })).step.name).toBe("contact");
});

test("what a visitor leaves is on its way until it has arrived", () => {
  const leaving: CallerEvent = { type: "leaving", channel: "voice", what: "message" };

  expect(after(leaving).step).toMatchObject({ name: "leaving", what: "message" });
  expect(after(leaving, { type: "arrived" }).step).toMatchObject({ name: "left", what: "message" });
  const because = { code: "busy", detail: null, retryAfter: 3 };
  expect(after(leaving, { type: "refused", because }).step).toMatchObject({ name: "refused", because });
});

const welcome: Announced = { text: "Welcome.", afterMs: 0, everyMs: 0 };
const busy: Announced = { text: "It takes long today.", afterMs: 30_000, everyMs: 60_000 };
const website: Announced = { text: "Look at our website.", afterMs: 60_000, everyMs: 60_000 };

test.each([
  ["at once", 0, ["Welcome."]],
  ["until the next one is due", 29_999, ["Welcome."]],
  ["when it is due", 30_000, ["It takes long today."]],
  ["in turns", 60_000, ["Look at our website."]],
  ["again and again", 95_000, ["It takes long today."]],
])("an announcement is told %s", (_, waitedMs, told) => {
  expect(announcedAfter([welcome, busy, website], waitedMs)).toEqual(told);
});

test("announcements of the same time are told together, and before the first there is nothing", () => {
  const later = { ...website, afterMs: busy.afterMs };

  expect(announcedAfter([busy, later], 95_000)).toEqual([busy.text, later.text]);
  expect(announcedAfter([busy, later], 29_000)).toEqual([]);
  expect(announcedAfter([], 0)).toEqual([]);
});

test("what one group announces is not told while waiting for another", () => {
  const waits = after(...created.slice(0, 2), { type: "created", announcements: [welcome] }, changed());

  expect(waits.announcements).toEqual([welcome]);
  expect(reduce(waits, changed({ groupId: "support" })).announcements).toEqual([]);
});
