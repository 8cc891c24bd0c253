/** When to try again. */
import type { Chance } from "./time";

const FIRST_MS = 500;
const STEP_MS = 1_000;
const LONGEST_MS = 30_000;
/** Attempts at each length: most outages are a restart of a few seconds, and should end in one. */
const TRIES_PER_STEP = 2;

/**
 * How long to wait before an attempt: anything from nothing to a bound that doubles.
 *
 * Chance over the whole length keeps thousands of pages from coming back in the same instant.
 *
 * @param failures - Attempts that failed since the last success.
 * @param floorMs - What the server asked for, at least.
 */
export function pause(failures: number, floorMs: number, chance: Chance): number {
  const steps = Math.floor((failures - 1) / TRIES_PER_STEP);
  const bound = failures === 0 ? FIRST_MS : Math.min(LONGEST_MS, STEP_MS * 2 ** steps);
  return Math.round(floorMs + chance() * bound);
}
