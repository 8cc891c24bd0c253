/** The times at which somebody may ask to be called back. Pure: openings in, choices out. */
import type { Opening } from "@zuruf/protocol";

const STEP_MS = 30 * 60_000;
/** Nobody asks for a date that is nearly now. */
const AHEAD_MS = 30 * 60_000;

/** A day with the times at which it can be, in the visitor's own time zone. */
export interface Day {
  readonly day: string;
  readonly times: readonly number[];
}

/** Half hours within the openings, by day. A callback begins while the group is open. */
export function daysOf(openings: readonly Opening[], now: number): readonly Day[] {
  const days = new Map<string, number[]>();
  for (const { start, end } of openings) {
    const first = Math.ceil(Math.max(start, now + AHEAD_MS) / STEP_MS) * STEP_MS;
    for (let at = first; at < end; at += STEP_MS) {
      const day = dayOf(at);
      days.set(day, [...(days.get(day) ?? []), at]);
    }
  }
  return [...days].map(([day, times]) => ({ day, times }));
}

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
