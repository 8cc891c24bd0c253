import { RestProblem, type RestRequest, type SignInAnswer } from "@zuruf/protocol";
import { FarEnds, HandTime, settle } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import { Control } from "./control";
import { attached, changed, group, sofia } from "./testing";

/** A supervisor's tab with a server at its far end. */
class Shift {
  readonly ends = new FarEnds();
  readonly asked: { path: string; request: RestRequest }[] = [];
  readonly time = new HandTime();
  /** What the server says of notices that failed. */
  notices: unknown = { failing: [], givenUp: [] };
  readonly kept = new Map<string, string>([["zuruf.person", ""]]);
  answer: () => Promise<unknown> = async () => null;
  signedOut = 0;
  readonly control: Control;

  constructor(who: SignInAnswer = { who: sofia, trouble: null }) {
    this.control = new Control({
      people: {
        whoAmI: async () => who,
        signIn: async () => who,
        signOut: async () => {
          this.signedOut += 1;
        },
      },
      ask: (path, request) => {
        if (path.endsWith("/notices")) return Promise.resolve(this.notices);
        this.asked.push({ path, request });
        return this.answer();
      },
      open: this.ends.open,
      time: this.time,
      chance: () => 0,
      page: "pg_1",
      language: "en",
      browser: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
        removeItem: (key) => void this.kept.delete(key),
      },
    });
  }

  get state() {
    return this.control.state;
  }

  get last() {
    return this.asked.at(-1);
  }

  async begin(): Promise<this> {
    await this.control.start();
    await settle();
    this.ends.last.say({ ...attached() });
    await settle();
    return this;
  }
}

test("whoever is signed in sees the board", async () => {
  const shift = await new Shift().begin();

  expect(shift.state.page).toBe("board");
  expect(shift.state.line).toBe("open");
  expect(shift.state.groups.get("sales")?.name).toBe("Sales");
});

test("who is no supervisor is told so", async () => {
  const shift = new Shift({ who: null, trouble: { kind: "not_for_you" } });
  await shift.control.start();

  expect(shift.state.page).toBe("sign_in");
  expect(shift.state.trouble).toEqual({ kind: "not_for_you" });
});

test("nobody is asked for who never signed in here", async () => {
  const shift = new Shift();
  shift.kept.clear();
  await shift.control.start();

  expect(shift.state.page).toBe("sign_in");
  shift.control.signIn("sofia", "secret");
  await settle();
  expect(shift.state.page).toBe("board");
});

test("changes show as they come", async () => {
  const shift = await new Shift().begin();
  shift.ends.last.say({ ...changed({ groups: [group({ waiting: 7 })] }) });
  await settle();

  expect(shift.state.groups.get("sales")?.waiting).toBe(7);
});

test("each action asks the server for what was pressed", async () => {
  const shift = await new Shift().begin();
  const { control } = shift;
  const said: (string | undefined)[] = [];
  for (const press of [
    () => control.setPresence("ag_ben", "available"),
    () => control.signAgentOut("ag_ben"),
    () => control.move("ag_ben", ["support"]),
    () => control.assign("ct_00001", "ag_ana"),
    () => control.end("ct_00001"),
    () => control.closeGroup("sales", { text: null, waiting: { kind: "refuse" } }),
    () => control.reopenGroup("sales"),
  ]) {
    press();
    await settle();
    said.push(shift.state.notice?.sentence);
  }

  expect(shift.asked.map(({ path, request }) => [request.method, path, request.body])).toEqual([
    ["PUT", "agents/ag_ben/presence", { presence: "available" }],
    ["POST", "agents/ag_ben/sign-out", undefined],
    ["POST", "agents/ag_ben/move", { leave: ["sales"], join: ["support"] }],
    ["POST", "contacts/ct_00001/assign", { agentId: "ag_ana" }],
    ["POST", "contacts/ct_00001/end", undefined],
    ["POST", "sites/demo/groups/sales/close", { text: null, waiting: { kind: "refuse" } }],
    ["POST", "sites/demo/groups/sales/reopen", undefined],
  ]);
  expect(shift.last?.request.headers).toEqual({ "X-Zuruf-CSRF": sofia.csrf });
  expect(said).toEqual([
    "Ben is set to “Available”.",
    "Ben is signed out.",
    "The groups of Ben are changed.",
    "The contact goes to Ana next.",
    "The contact is ended.",
    "Sales is closed.",
    "Sales is reopened; its hours count again.",
  ]);
});

test("a refusal is told in the server's words, and the question stays", async () => {
  const shift = await new Shift().begin();
  shift.answer = () => Promise.reject(new RestProblem("not_possible_now", 409, "Not now.", null));
  shift.control.show({ kind: "end", contact: "ct_00001" });
  shift.control.end("ct_00001");
  await settle();

  expect(shift.state.notice).toEqual({ sentence: "Not now.", bad: true });
  expect(shift.state.dialog?.kind).toBe("end");
});

test("of several things that are wrong each is told", async () => {
  const shift = await new Shift().begin();
  const wrong = ["Not in Support.", "Not in Night."];
  shift.answer = () => Promise.reject(new RestProblem("configuration_wrong", 422, "Wrong.", null, wrong));
  shift.control.move("ag_ben", ["support"]);
  await settle();

  expect(shift.state.notice?.sentence).toBe("Not in Support. Not in Night.");
});

test("one thing is asked at a time", async () => {
  const shift = await new Shift().begin();
  shift.answer = () => new Promise(() => {});
  shift.control.end("ct_00001");
  shift.control.end("ct_00001");
  await settle();

  expect(shift.asked.length).toBe(1);
});

test("a contact opens to what happened to it, in the language of the page", async () => {
  const shift = await new Shift().begin();
  shift.answer = async () => ({ entries: [{ at: 1, code: "admitted", sentence: "It came." }], notes: [] });
  shift.control.show({ kind: "why", contact: "ct_00001" });
  await settle();
  expect(shift.state.explanation?.entries[0]?.sentence).toBe("It came.");

  shift.control.speak("de");
  await settle();
  expect(shift.asked.map(({ request }) => request.language)).toEqual(["en", "de"]);
  expect(shift.last?.path).toBe("sites/demo/contacts/ct_00001/explanation");
});

test("an explanation that cannot be had says why", async () => {
  const shift = await new Shift().begin();
  shift.answer = () => Promise.reject(new RestProblem("unreachable", 0, null, null));
  shift.control.show({ kind: "why", contact: "ct_00001" });
  await settle();

  expect(shift.state.explanation?.notes[0]).toContain("not answering");
});

test("who signs out leaves nothing behind", async () => {
  const shift = await new Shift().begin();
  shift.control.signOut();

  expect(shift.state.page).toBe("sign_in");
  expect(shift.signedOut).toBe(1);
  expect(shift.kept.has("zuruf.person")).toBe(false);
});

test("who is signed out elsewhere is asked to sign in", async () => {
  const shift = await new Shift().begin();
  shift.ends.last.say({ type: "agent.signed_out" });
  await settle();

  expect(shift.state.page).toBe("sign_in");
  expect(shift.state.trouble).toEqual({ kind: "expired" });
});

test("a lost line is said, and tried again", async () => {
  const shift = await new Shift().begin();
  shift.ends.last.cut();
  await settle();
  expect(shift.state.line).toBe("lost");

  shift.control.reconnect();
  await settle();
  shift.ends.last.say({ ...attached() });
  await settle();
  expect(shift.state.line).toBe("open");
});

test("which callers could not be told is asked at first and from time to time, until one leaves", async () => {
  const shift = new Shift();
  const failed = { contactId: "ct_00001", failure: "recipient_refused", givenUpAt: null };
  shift.notices = { failing: [failed], givenUp: [] };
  await shift.begin();
  expect(shift.state.failedNotices.failing).toEqual([failed]);

  shift.notices = { failing: [], givenUp: [] };
  await shift.time.pass(15_000);
  expect(shift.state.failedNotices.failing).toEqual([]);

  shift.control.signOut();
  await settle();
  expect(shift.time.alarms).toBe(0);
});
