/** When to try again. */
import type { Chance } from "./time";

const FIRST_MS = 500;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;
/** A server that is back is found again after at most this part of the time it was away. */
const PART = 1 / 3;

/**
 * How long to wait before the next attempt: anything from nothing to a bound, which grows
 * with the trouble itself and so by a constant factor from attempt to attempt.
 *
 * Chance over the whole length keeps thousands of pages from coming back in the same instant.
 *
 * @param troubleMs - How long it has not worked; 0 for the first attempt.
 * @param floorMs - What the server asked for, at least.
 */
export function pause(troubleMs: number, floorMs: number, chance: Chance): number {
  const bound = troubleMs === 0 ? FIRST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, troubleMs * PART));
  return Math.round(floorMs + chance() * bound);
}
