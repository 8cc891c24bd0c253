import { type CallerState, type MediaTrouble, NO_MEDIA, START, type Step } from "@zuruf/call";
import type { CallerContact, EndReason, Peer } from "@zuruf/protocol";
import { expect, test } from "vitest";
import { helpAlert, helpWords, questionWords } from "./help.words";
import { partOf, setbackAlert, type Words, waitAlert, waitWords } from "./panel.words";
import type { PanelTexts } from "./parts";
import { talkAlert, talkWords } from "./talk.words";
import { allTexts } from "./testing";

const texts = { de: await allTexts("de"), en: await allTexts("en") };
const t = texts.en;

/** As the panel says it, each part when it is its turn. */
function wordsOf(state: CallerState, t: PanelTexts, soundBlocked: boolean): Words {
  const { step } = state;
  const part = partOf(step);
  if (part === "talk" && step.name === "contact") return talkWords(state, step, t, soundBlocked);
  return part === "help" ? helpWords(step, t) : waitWords(state, t);
}

function alertOf(before: Step, now: Step, t: PanelTexts): string | null {
  return (
    waitAlert(before, now, t) ??
    talkAlert(before, now, t) ??
    helpAlert(before, now, t) ??
    setbackAlert(before, now, t)
  );
}

function contactStep(
  change: Partial<CallerContact> = {},
  peer: Peer | null = null,
): Step & { name: "contact" } {
  const contact: CallerContact = {
    id: "ct_1",
    groupId: "sales",
    groupName: "Sales",
    channel: "video",
    policy: "direct",
    phase: "queued",
    epoch: 0,
    askedAt: 0,
    phaseSince: 0,
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
  return { name: "contact", channel: "video", contact, peer, second: null, setback: null };
}

function state(step: Step, change: Partial<CallerState> = {}): CallerState {
  return { ...START, line: "attached", step, ...change };
}

const talking = contactStep({ phase: "talking", agentName: "Anna" });
const connected: Partial<CallerState> = { media: { ...NO_MEDIA, link: "connected" } };

test("in line, the place is said in a sentence", () => {
  expect(wordsOf(state(contactStep()), t, false)).toMatchObject({
    title: "You are in the queue",
    main: "You are number 2 in line",
  });
  expect(wordsOf(state(contactStep()), texts.de, false).main).toBe("Sie sind auf Platz 2 der Warteschlange");
});

test("in line, the wait is said in minutes, and that it got longer, but nothing where nothing is known", () => {
  const told = (lowMinutes: number, highMinutes: number, longer = false): string =>
    wordsOf(state(contactStep({ expectedWait: { lowMinutes, highMinutes, longer } })), t, false).more;

  expect(told(2, 5)).toMatch(/^You will probably wait 2 to 5 minutes\. Feel free/);
  expect(told(3, 3)).toMatch(/^You will probably wait about 3 minutes\./);
  expect(told(1, 1)).toMatch(/^You will probably wait less than a minute\./);
  expect(told(4, 9, true)).toMatch(/^It takes longer than we said at first\. You will probably wait 4 to 9/);
  expect(wordsOf(state(contactStep()), t, false).more).toBe(t.keepReading);
});

test("while it rings, heading and sentence both say that it is about to begin", () => {
  expect(wordsOf(state(contactStep({ phase: "offered" })), t, false)).toMatchObject({
    title: "Almost there",
    main: "Somebody is about to answer",
  });
});

test("in line without a line to the server, the place is said to be kept", () => {
  expect(wordsOf(state(contactStep(), { line: "away" }), t, false).main).toBe(
    "Connection lost, your place is kept",
  );
});

test("in a talk without a line to the server, the talk is said to go on", () => {
  expect(wordsOf(state(talking, { ...connected, line: "away" }), t, false)).toMatchObject({
    main: "Your call goes on",
    more: "We are reconnecting to our server in the background.",
  });
});

test("a talk without trouble needs no words but whom it is with", () => {
  expect(wordsOf(state(talking, connected), t, false)).toMatchObject({
    title: "You are talking to Anna",
    main: "",
  });
});

test("what keeps the two from hearing each other comes before everything else", () => {
  const said = (change: Partial<CallerState>, soundBlocked = false) =>
    wordsOf(state(talking, { ...connected, ...change }), t, soundBlocked).main;

  expect(said({ media: { ...NO_MEDIA, link: "interrupted" } })).toBe("The connection is interrupted");
  expect(said({ media: { ...NO_MEDIA, link: "failed" } })).toBe("Sound and picture cannot get through");
  expect(said({ line: "away" }, true)).toBe("Your browser is holding the sound back");
  expect(said({ local: { microphone: "lost", camera: "on", cameraTrouble: null } })).toBe(
    "Your microphone has been disconnected",
  );
  expect(said({ trouble: "denied" })).toBe("One more click, and we can hear you again.");
});

test("an agent whose page is gone for a moment is waited for", () => {
  const step = contactStep(
    { phase: "talking", agentName: "Anna" },
    { party: "agent", present: false, generation: 0, canConfer: true },
  );

  expect(wordsOf(state(step, connected), t, false).main).toBe("Anna is away for a moment");
});

test("an answer and an end are said at once, a change of place is not", () => {
  const connecting = contactStep({ phase: "connecting", agentName: "Anna" });

  expect(alertOf(contactStep(), contactStep({ position: 1 }), t)).toBeNull();
  expect(alertOf(contactStep(), connecting, t)).toBe("Anna is answering your call.");
  expect(alertOf(connecting, talking, t)).toBe("You are talking to Anna");
  expect(alertOf(talking, { name: "ended", channel: "video", reason: "agent_hung_up" }, t)).toBe(
    "The call has ended",
  );
});

test("a setback is said at once, and only once", () => {
  const again: Step = { ...contactStep(), setback: "agent" };

  expect(alertOf(talking, again, t)).toBe(
    "We lost the connection to your adviser. You are at the front of the line again.",
  );
  expect(alertOf(again, again, t)).toBeNull();
});

test("a page loaded anew while talking does not announce the talk again", () => {
  expect(alertOf({ name: "attaching", channel: "video", reloaded: true }, talking, t)).toBeNull();
});

const reasons: (EndReason | "expired")[] = [
  "abandoned",
  "caller_hung_up",
  "agent_hung_up",
  "caller_lost",
  "setup_failed",
  "group_gone",
  "expired",
];
const troubles: MediaTrouble[] = ["denied", "missing", "in_use", "insecure", "unsupported"];
const steps: Step[] = [
  { name: "asking", channel: "video" },
  { name: "asking", channel: "voice" },
  { name: "requesting", channel: "voice" },
  { name: "attaching", channel: "voice", reloaded: true },
  { name: "superseded", channel: "voice" },
  ...reasons.map((reason): Step => ({ name: "ended", channel: "video", reason })),
  ...troubles.map((trouble): Step => ({ name: "blocked", channel: "video", trouble })),
  ...["group_full", "wrong_origin", "something_new"].map(
    (code): Step => ({
      name: "refused",
      channel: "video",
      because: { code, detail: null, retryAfter: null },
    }),
  ),
];

test.each(steps)("$name has a heading and a sentence: $reason$trouble$because.code", (step) => {
  for (const language of [texts.de, texts.en]) {
    const { title, main } = wordsOf(state(step), language, false);
    expect(title).not.toBe("");
    expect(main).not.toBe("");
  }
});

test("the server's sentence is shown before our own", () => {
  const because = { code: "group_full", detail: "Nine people are waiting.", retryAfter: null };

  expect(wordsOf(state({ name: "refused", channel: "video", because }), t, false)).toMatchObject({
    title: "Too many people are waiting",
    main: "Nine people are waiting.",
  });
});

test("a question says why it is asked, and what changes", () => {
  const question = {
    kind: "group",
    groupId: "experts",
    groupName: "Experts",
    policy: "record",
    reason: "too_long",
    until: null,
  } as const;

  expect(questionWords(question, t)).toMatchObject({
    title: "Would you like to change to “Experts”?",
    no: "Keep waiting",
  });
  expect(questionWords(question, t).more).toContain("may be recorded");
  expect(questionWords({ ...question, policy: "direct", reason: "transferred" }, t).more).toBe(
    "Your adviser would like to put you through.",
  );
  expect(questionWords({ ...question, kind: "message", reason: "closed", until: 1 }, t)).toMatchObject({
    more: "We are closing now.",
    no: "No, thank you",
  });
});

test("who is not let in reads what they can do instead", () => {
  const because = { code: "group_closed", detail: "Closed.", retryAfter: null };
  const refused = (more: object) =>
    wordsOf(state({ name: "refused", channel: "voice", because: { ...because, ...more } }), t, false);

  expect(refused({}).main).toBe("Closed.");
  expect(refused({ answer: { kind: "message", group: null } }).main).toContain("leave us a message");
  expect(refused({ notice: "Back on Monday.", answer: { kind: "callback", group: null } })).toMatchObject({
    main: "Back on Monday.",
    more: expect.stringContaining("call you back"),
  });
});

test("on hold both heading and status say who talks and that it is on hold, and it is said aloud", () => {
  const held = contactStep({ phase: "talking", agentName: "Anna", held: true });

  expect(wordsOf(state(held, connected), t, false)).toMatchObject({
    title: "You are talking to Anna",
    main: "You are on hold",
  });
  expect(alertOf(talking, held, t)).toBe("You are on hold");
  expect(alertOf(held, talking, t)).toBe("You are talking to Anna");
});

test("who joins, leaves and takes over is said aloud, each once", () => {
  const both = contactStep({ phase: "talking", agentName: "Anna", guestName: "Ben" });
  const handedOver = contactStep({ phase: "talking", agentName: "Ben" });

  expect(alertOf(talking, both, t)).toBe("Ben joins the call");
  expect(wordsOf(state(both, connected), texts.de, false).title).toBe("Sie sprechen mit Anna und Ben");
  expect(alertOf(both, talking, t)).toBe("Ben has left the call");
  expect(alertOf(both, handedOver, t)).toBe("You are talking to Ben");
});
