import { expect, test } from "vitest";
import { Connection, type Status, type Wire } from "./connection";
import { FarEnds, HandTime, settle } from "./testing";

interface Ask extends Wire {
  readonly type: "ask";
  readonly id: string;
  readonly what: string;
}

function line(chance = 0.5) {
  const time = new HandTime();
  const far = new FarEnds();
  const heard: Wire[] = [];
  const statuses: Status[] = [];
  const connection = new Connection<Wire, Ask>({
    open: far.open,
    auth: () => ({ token: "t" }),
    page: "pg_1",
    time,
    chance: () => chance,
    onMessage: (message) => heard.push(message),
    onStatus: (status) => statuses.push(status),
  });
  connection.start();
  return { time, far, heard, statuses, connection };
}

function attached(sequence = 0): Wire & Record<string, unknown> {
  return { type: "caller.attached", sequence };
}

test("a line is attached when the snapshot has come, and not before", () => {
  const { far, heard, connection } = line();

  expect(connection.status.kind).toBe("connecting");
  far.last.say({ type: "caller.changed", sequence: 1 });
  expect(heard).toEqual([]);

  far.last.say(attached());
  expect(connection.status.kind).toBe("attached");
  expect(heard).toEqual([attached()]);
});

test("a gap in the numbers asks for a new snapshot", async () => {
  const { time, far, heard } = line();
  far.last.say(attached(4));
  far.last.say({ type: "caller.changed", sequence: 5 });
  const first = far.last;

  first.say({ type: "caller.changed", sequence: 7 });
  await time.pass(1_000);

  expect(first.open).toBe(false);
  expect(far.all).toHaveLength(2);
  far.last.say(attached(7));
  far.last.say({ type: "caller.changed", sequence: 8 });
  expect(heard.map((m) => (m as unknown as { sequence: number }).sequence)).toEqual([4, 5, 7, 8]);
});

test("a renewed line attaches again at once, and what waited for an answer is asked again", async () => {
  const { far, connection } = line();
  far.last.say(attached());
  const answer = connection.ask({ type: "ask", what: "a" });
  const first = far.last;

  connection.renew();

  expect(first.open).toBe(false);
  expect(far.all).toHaveLength(2);
  far.last.say(attached());
  far.last.say({ type: "reply", id: "pg_1-1" });
  await answer;
});

test("what was seen already is not seen again", () => {
  const { far, heard } = line();
  far.last.say(attached(4));

  far.last.say({ type: "caller.changed", sequence: 4 });

  expect(heard).toHaveLength(1);
});

test("the first retry is quick, later ones spread out, and none waits longer than 30 s", async () => {
  const { time, far } = line(0.999);
  const began = time.now();
  const waits: number[] = [];
  for (let i = 0; i < 30; i += 1) {
    const before = time.now();
    far.last.cut();
    while (far.all.length === i + 1) await time.pass(50);
    waits.push((time.now() - before) / 1_000);
    const away = (before - began) / 1_000;
    expect(waits.at(-1)).toBeLessThan(Math.max(1.1, away / 3 + 0.1));
  }

  expect(waits[0]).toBeLessThanOrEqual(0.5);
  expect(Math.max(...waits)).toBeGreaterThan(29);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30);
});

test("a line that breaks again and again is not hammered", async () => {
  const { time, far } = line();
  for (let i = 0; i < 20; i += 1) {
    far.last.say(attached());
    await time.pass(1_000);
    far.last.cut();
    while (far.all.length === i + 1) await time.pass(100);
  }
  const before = time.now();
  far.last.cut();
  const opened = far.all.length;
  while (far.all.length === opened) await time.pass(100);

  expect(time.now() - before).toBeGreaterThan(4_000);
});

test("a server that names a time is not asked before", async () => {
  const { time, far } = line();
  far.last.cut({ code: "too_many_requests", retryable: true, retryAfterMs: 5_000 });

  await time.pass(4_999);
  expect(far.all).toHaveLength(1);
  await time.pass(1_000);
  expect(far.all).toHaveLength(2);
});

test("a refusal that will not change ends the line, and what waited learns it", async () => {
  const { far, connection, statuses } = line();
  const kept = connection.ask({ type: "ask", what: "x" }, "keep");

  far.last.cut({ code: "session_expired", retryable: false, retryAfterMs: null });

  expect(statuses.at(-1)).toEqual({ kind: "stopped", code: "session_expired" });
  await expect(kept).rejects.toMatchObject({ code: "stopped" });
});

test("who was superseded does not come back by itself", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());

  far.last.say({ type: "superseded" });
  await time.pass(60_000);

  expect(connection.status).toEqual({ kind: "stopped", code: "superseded" });
  expect(far.all).toHaveLength(1);
  expect(far.last.open).toBe(false);
  expect(time.alarms).toBe(0);
});

test("a server that stops is left when it said, not before", async () => {
  const { time, far } = line();
  far.last.say(attached());

  far.last.say({ type: "draining", retryAfterMs: 3_000 });
  await time.pass(2_999);
  expect(far.all).toHaveLength(1);
  await time.pass(2_000);
  expect(far.all.length).toBeGreaterThan(1);
});

test("a line that a server closed to stop is told from one that broke", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());
  far.last.say({ type: "draining", retryAfterMs: 3_000 });
  far.last.cut();
  expect(connection.status).toMatchObject({ kind: "away", restarting: true });

  await time.pass(5_000);
  far.last.say(attached());
  far.last.cut();

  expect(connection.status).toMatchObject({ kind: "away", restarting: false });
});

test("a request is answered by the reply with its number", async () => {
  const { far, connection } = line();
  far.last.say(attached());
  const one = connection.ask({ type: "ask", what: "one" });
  const two = connection.ask({ type: "ask", what: "two" });
  const [first, second] = far.last.of("ask");

  far.last.say({
    type: "refused",
    id: second?.["id"],
    code: "not_now",
    retryable: false,
    retryAfterMs: null,
  });
  far.last.say({ type: "reply", id: first?.["id"] });

  await one;
  await expect(two).rejects.toMatchObject({ code: "not_now", retryable: false });
});

test("a request under way when the line breaks is asked again with the same number", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());
  const asked = connection.ask({ type: "ask", what: "x" });
  const before = far.last.of("ask")[0]?.["id"];

  far.last.cut();
  await time.pass(1_000);
  far.last.say(attached());

  expect(far.last.of("ask").map((m) => m["id"])).toEqual([before]);
  far.last.say({ type: "reply", id: before });
  await asked;
});

test("without a line a request is refused, unless it is to be kept", async () => {
  const { far, connection } = line();

  await expect(connection.ask({ type: "ask", what: "now" })).rejects.toMatchObject({ code: "not_connected" });
  const kept = connection.ask({ type: "ask", what: "later" }, "keep");
  connection.tell({ type: "ask", what: "never" });
  far.last.say(attached());

  expect(far.last.of("ask").map((m) => m["what"])).toEqual(["later"]);
  far.last.say({ type: "reply", id: far.last.of("ask")[0]?.["id"] });
  await kept;
});

test("an answer that says not yet is asked for again in time", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());
  const asked = connection.ask({ type: "ask", what: "x" });
  const id = far.last.of("ask")[0]?.["id"];

  far.last.say({ type: "refused", id, code: "pending", retryable: true, retryAfterMs: 2_000 });
  await time.pass(2_000);

  expect(far.last.of("ask")).toHaveLength(2);
  far.last.say({ type: "reply", id });
  await asked;
});

test("silence is asked again, and given up in the end", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());
  const asked = connection.ask({ type: "ask", what: "x" });
  const outcome = asked.catch((refusal: unknown) => refusal);

  await time.pass(60_000);

  expect(far.last.of("ask")).toHaveLength(5);
  expect(await outcome).toMatchObject({ code: "unanswered", retryable: true });
});

test("an attach that never comes is tried again", async () => {
  const { time, far } = line();

  await time.pass(11_000);

  expect(far.all.length).toBeGreaterThan(1);
  expect(far.all[0]?.open).toBe(false);
});

test("a network that is back is used at once", async () => {
  const { time, far, connection } = line(0.999);
  far.last.say(attached());
  far.last.cut();
  for (let i = 0; i < 6; i += 1) {
    await time.pass(30_000);
    far.last.cut();
  }
  const before = far.all.length;

  connection.hurry();

  expect(far.all).toHaveLength(before + 1);
});

test("a line closed by us leaves nothing behind", async () => {
  const { time, far, connection } = line();
  far.last.say(attached());
  const asked = connection.ask({ type: "ask", what: "x" }).catch((refusal: unknown) => refusal);

  connection.stop();
  await settle();

  expect(await asked).toMatchObject({ code: "stopped" });
  expect(time.alarms).toBe(0);
  expect(far.last.open).toBe(false);
});
