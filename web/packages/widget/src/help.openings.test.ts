import { expect, test } from "vitest";
import { daysOf } from "./help.openings";

const HOUR = 3_600_000;
const now = new Date(2026, 10, 23, 9, 5).getTime();
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();

test("only half hours within the openings can be chosen, and none that is nearly now", () => {
  const [today, tomorrow, ...more] = daysOf(
    [
      { start: now, end: at(23, 11) },
      { start: at(24, 9), end: at(24, 10) },
    ],
    now,
  );

  expect(today?.times).toEqual([at(23, 10), at(23, 10) + HOUR / 2]);
  expect(tomorrow?.times).toEqual([at(24, 9), at(24, 9) + HOUR / 2]);
  expect(more).toEqual([]);
});

test("a group that is never open offers no day", () => {
  expect(daysOf([], now)).toEqual([]);
});
