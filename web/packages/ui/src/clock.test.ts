import { expect, test } from "vitest";
import { asClock, ServerClock, secondsLeft } from "./clock";

test("the server's time is told however wrong the local clock is", () => {
  let local = 1_000;
  const clock = new ServerClock(() => local);

  clock.heard(601_000);
  local = 4_000;

  expect(clock.now()).toBe(604_000);
  expect(clock.since(600_000)).toBe(4_000);
  expect(clock.until(610_000)).toBe(6_000);
  expect(clock.until(1)).toBe(0);
});

test("a message that was under way for long does not turn the clock back", () => {
  const clock = new ServerClock(() => 1_000);

  clock.heard(5_000);
  clock.heard(4_200);

  expect(clock.now()).toBe(5_000);
});

test("a local clock that was set is noticed", () => {
  let local = 1_000;
  const clock = new ServerClock(() => local);

  clock.heard(5_000);
  local = 100_000;
  clock.heard(6_000);

  expect(clock.now()).toBe(6_000);
});

test("lengths of time read like a clock", () => {
  expect(asClock(48_400)).toBe("0:48");
  expect(asClock(3_723_000)).toBe("1:02:03");
  expect(asClock(-5)).toBe("0:00");
  expect(secondsLeft(13_100)).toBe(14);
});
