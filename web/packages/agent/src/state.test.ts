import { expect, test } from "vitest";
import {
  blank,
  cure,
  type Happening,
  quality,
  reception,
  reduce,
  type State,
  scene,
  speaksTo,
} from "./state";
import { ana, attached, changed, consultation, contact, desk, deskWith, NOW } from "./testing";

function after(...happenings: Happening[]): State {
  return happenings.reduce(reduce, blank("en", true));
}

const signedIn: Happening = { type: "known", who: ana };
const heard = (message: Extract<Happening, { type: "heard" }>["message"]): Happening => ({
  type: "heard",
  message,
});

test("after signing in an agent is offline and is told how to receive calls", () => {
  const state = after(signedIn, heard(attached(desk({ presence: "offline", receivesCalls: "offline" }))));

  expect(scene(state)).toEqual({ is: "away", presence: "offline" });
  expect(reception(state)).toBe("offline");
  expect(cure(reception(state))).toBe("available");
});

test("every reason why no calls come that one can mend has a remedy", () => {
  const cures = (["offline", "break", "not_responding", "wrap_up"] as const).map((receivesCalls) =>
    cure(reception(after(signedIn, heard(attached(desk({ receivesCalls })))))),
  );

  expect(cures).toEqual(["available", "available", "available", "finish"]);
});

test("a lost line comes before everything the server last said", () => {
  const open = [signedIn, heard(attached(desk()))];

  expect(reception(after(...open))).toBe("yes");
  expect(reception(after(...open, { type: "line", line: "lost" }))).toBe("reconnecting");
  expect(scene(after(...open, { type: "line", line: "superseded" }))).toEqual({ is: "superseded" });
});

test("a server that restarts is said to restart, and stops no call", () => {
  const restarts = { type: "line", line: "restarting" } as const;

  expect(reception(after(signedIn, heard(attached(desk())), restarts))).toBe("restarting");
  expect(scene(after(signedIn, heard(attached(desk())), restarts))).toEqual({ is: "cut_off" });
  expect(scene(after(signedIn, heard(attached(deskWith("talking"))), restarts))).toMatchObject({
    is: "call",
  });
});

test("a call stays on the screen while the line is lost", () => {
  const state = after(signedIn, heard(attached(deskWith("talking"))), { type: "line", line: "lost" });

  expect(scene(state)).toMatchObject({ is: "call", talking: true });
});

test("an offer that ends before it is answered says that the caller hung up", () => {
  const state = after(signedIn, heard(attached(deskWith("offered"))), heard(changed(desk())));

  expect(state.notice).toBe("offer_gone");
});

test("an offer that we declined ends without news", () => {
  const ringing = [signedIn, heard(attached(deskWith("offered")))];
  const state = after(...ringing, { type: "asked", what: "decline" }, heard(changed(desk())));

  expect(state.notice).toBeNull();
  expect(state.asked).toBeNull();
});

test("an offer that rang out shows that the agent did not answer, and nothing else", () => {
  const missed = desk({ routing: "not_responding", receivesCalls: "not_responding" });
  const state = after(signedIn, heard(attached(deskWith("offered"))), heard(changed(missed)));

  expect(state.notice).toBeNull();
  expect(scene(state)).toEqual({ is: "not_responding" });
});

test("a set-up that reached its deadline has failed; one that ended before was hung up", () => {
  const connecting = [signedIn, heard(attached(deskWith("connecting", { deadline: NOW + 10_000 })))];

  const late = after(...connecting, heard(changed(desk(), { serverTime: NOW + 10_020 })));
  const early = after(...connecting, heard(changed(desk(), { serverTime: NOW + 3_000 })));
  const gaveUp = after(
    ...connecting,
    { type: "media", media: { link: "failed" } },
    heard(changed(desk(), { serverTime: NOW + 3_000 })),
  );

  expect([late, early, gaveUp].map((state) => state.notice)).toEqual([
    "setup_failed",
    "caller_left",
    "setup_failed",
  ]);
});

test("the same caller put through again after a failed set-up is a new call", () => {
  const connecting = [signedIn, heard(attached(deskWith("connecting", { deadline: NOW + 10_000 })))];
  const again = changed(deskWith("offered", { epoch: 2 }), { serverTime: NOW + 10_020 });

  const state = after(...connecting, heard(again));

  expect(state.notice).toBe("setup_failed");
  expect(scene(state)).toMatchObject({ is: "offer", contact: { epoch: 2 } });
});

test("a call that the caller ended says so, and one that we ended does not", () => {
  const talking = [signedIn, heard(attached(deskWith("talking")))];
  const over = heard(changed(deskWith("wrap_up")));

  expect(after(...talking, over).notice).toBe("caller_hung_up");
  expect(after(...talking, { type: "asked", what: "end" }, over).notice).toBeNull();
});

test("a caller who hangs up in a conference is told of, and one who was handed over is not", () => {
  const confers = (given = {}) => [
    signedIn,
    heard(
      attached(
        deskWith("talking", { consultation: consultation({ phase: "talking", guest: "joined", ...given }) }),
      ),
    ),
  ];
  const over = heard(changed(deskWith("wrap_up")));

  expect(after(...confers(), over).notice).toBe("caller_hung_up");
  expect(after(...confers(), { type: "asked", what: "hand_over" }, over).notice).toBeNull();
  expect(after(...confers({ guest: "joining", takesOver: true }), over).notice).toBeNull();
});

test("who was asked by a colleague reads of the question, not of a caller", () => {
  const asked = { askedBy: "Ana", deadline: NOW + 10_000 };
  const ringing = [signedIn, heard(attached(deskWith("offered", asked)))];
  const connecting = [signedIn, heard(attached(deskWith("connecting", asked)))];

  expect(after(...ringing, heard(changed(desk()))).notice).toBe("question_gone");
  expect(after(...connecting, heard(changed(desk(), { serverTime: NOW + 3_000 }))).notice).toBe(
    "question_gone",
  );
  expect(after(...connecting, heard(attached(desk()))).notice).toBe("question_gone");
  expect(after(...connecting, heard(changed(desk(), { serverTime: NOW + 10_020 }))).notice).toBe(
    "question_failed",
  );
});

test("a caller who did not come back is told apart from one who hung up", () => {
  const away = heard(
    changed(deskWith("talking"), {
      peer: { party: "caller", present: false, generation: 0, canConfer: true },
    }),
  );
  const state = after(
    signedIn,
    heard(attached(deskWith("talking"))),
    away,
    heard(changed(deskWith("wrap_up"))),
  );

  expect(state.notice).toBe("caller_lost");
});

test("who comes back too late learns that the caller was given to others", () => {
  const state = after(signedIn, heard(attached(deskWith("talking"))), heard(attached(desk())));

  expect(state.notice).toBe("taken_back");
});

test("a button stays pressed until what it asked for shows", () => {
  const pressed = [
    signedIn,
    heard(attached(deskWith("offered"))),
    { type: "asked", what: "accept" } as const,
  ];
  const answered = { type: "answered", done: true } as const;

  expect(after(...pressed, answered).asked).toBe("accept");
  expect(after(...pressed, answered, heard(changed(desk({ ...deskWith("connecting") })))).asked).toBeNull();
});

test("a press that came to nothing is said", () => {
  const state = after(
    signedIn,
    heard(attached(deskWith("offered"))),
    { type: "asked", what: "accept" },
    { type: "answered", done: false },
  );

  expect(state).toMatchObject({ asked: null, notice: "not_done" });
});

test("a new ring clears what was said of the call before", () => {
  const gone = [signedIn, heard(attached(deskWith("offered"))), heard(changed(desk()))];

  const ringing = heard(changed(desk({ routing: "offered", contact: contact({ id: "ct_2" }) })));

  expect(after(...gone).notice).toBe("offer_gone");
  expect(after(...gone, ringing).notice).toBeNull();
});

test("signing out forgets everything but the language and the bell", () => {
  const state = after(
    { type: "bell", bell: { sound: "ready" } },
    { type: "language", language: "de" },
    signedIn,
    heard(attached(deskWith("talking"))),
    { type: "unknown", trouble: { kind: "expired" } },
  );

  expect(state).toMatchObject({
    page: "sign_in",
    who: null,
    desk: null,
    language: "de",
    trouble: { kind: "expired" },
    bell: { sound: "ready" },
  });
});

test("the quality of a call is a word made from numbers", () => {
  expect(quality(0, 40, 5)).toBe("good");
  expect(quality(4, 40, 5)).toBe("fair");
  expect(quality(0, 500, null)).toBe("fair");
  expect(quality(0, null, 120)).toBe("poor");
  expect(quality(30, 40, 5)).toBe("poor");
});

test("a message is worked off without a call, and nobody hangs up in it", () => {
  const before = reduce(reduce(blank("en", true), { type: "known", who: ana }), {
    type: "heard",
    message: attached(deskWith("talking", { channel: "message" })),
  });

  expect(scene(before)).toMatchObject({ is: "message" });
  const after = reduce(before, { type: "heard", message: changed(deskWith("offered", { id: "ct_2" })) });
  expect(after.notice).toBeNull();
  expect(scene(after)).toMatchObject({ is: "offer" });
});

test("who is on hold is still in the call, and neither hears the other", () => {
  const state = after(signedIn, heard(attached(deskWith("held"))));

  expect(scene(state)).toMatchObject({ is: "call", talking: true });
  expect(speaksTo(state)).toEqual({ first: false, second: true });
});

test("who asks a colleague speaks to them while the caller is on hold, and to both in a conference", () => {
  const asked = { consultation: consultation({ phase: "talking" }) };
  const confers = { consultation: consultation({ phase: "talking", guest: "joined" }) };

  expect(speaksTo(after(signedIn, heard(attached(deskWith("held", asked)))))).toEqual({
    first: false,
    second: true,
  });
  expect(speaksTo(after(signedIn, heard(attached(deskWith("talking", asked)))))).toEqual({
    first: true,
    second: false,
  });
  expect(speaksTo(after(signedIn, heard(attached(deskWith("talking", confers)))))).toEqual({
    first: true,
    second: true,
  });
});

test("who is asked speaks to whoever asks, and to the caller once they have joined", () => {
  const state = after(signedIn, heard(attached(deskWith("talking", { askedBy: "Ben" }))));

  expect(speaksTo(state)).toEqual({ first: true, second: true });
});

test("a colleague who is done with advising is told so", () => {
  const advised = after(
    signedIn,
    heard(attached(deskWith("talking", { askedBy: "Ben" }))),
    heard(changed(desk())),
  );

  expect(advised.notice).toBe("colleague_done");
});

test("a guest who is handed the contact goes on as if nothing had happened", () => {
  const state = after(
    signedIn,
    heard(attached(deskWith("talking", { id: "ct_2", askedBy: "Ben" }))),
    heard(changed(deskWith("talking", { id: "ct_1", epoch: 2 }))),
  );

  expect(state.notice).toBeNull();
});
