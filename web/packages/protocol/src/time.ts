/** Time and chance as something handed in, so that tests turn the clock by hand. */

/** A clock and its alarms. */
export interface Time {
  /** Milliseconds since the epoch, by this machine. */
  now(): number;
  /**
   * Call once, later.
   *
   * @returns What calls it off. Safe to call at any time.
   */
  after(ms: number, then: () => void): () => void;
}

/** A number from 0 up to, but not including, 1. */
export type Chance = () => number;

/** The browser's own. */
export function browserTime(): Time {
  return {
    now: () => Date.now(),
    after: (ms, then) => {
      const alarm = setTimeout(then, ms);
      return () => clearTimeout(alarm);
    },
  };
}

/** A random id for this load of the page: made once, kept while sockets come and go. */
export function newPageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `pg_${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}
