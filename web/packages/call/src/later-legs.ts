/**
 * The connections of a caller, fetched once the caller has a place in line.
 *
 * Everything about media is code of its own, larger than what it takes to wait. Until it is there
 * it is noted down what would have been said to it; nobody is rung that fast.
 */
import type { Legs, LegsOptions } from "./legs";

/** The code could not be fetched: that is tried again after so long. */
const AGAIN_MS = 1_000;

let Made: typeof Legs | undefined;

/** Fetch the code, if it is not there. */
export async function loadLegs(): Promise<void> {
  Made = (await import("./legs")).Legs;
}

/** What a caller says to its connections. None of it has an answer. */
export type LaterLegs = Omit<Legs, "first" | "second">;

type Said = (...about: unknown[]) => void;

/** As {@link Legs}; what is said to them before they are there, they hear when they are. */
export function laterLegs(options: LegsOptions): LaterLegs {
  let legs = Made && new Made(options);
  let said: [keyof LaterLegs, unknown[]][] | null = [];
  const pass = (name: keyof LaterLegs, about: unknown[]) => legs && (legs[name] as Said).apply(legs, about);
  const fetch = (): void => {
    loadLegs().then(
      () => {
        // Closed meanwhile, there is nobody to speak to.
        if (!said || !Made) return;
        legs = new Made(options);
        for (const [name, about] of said) pass(name, about);
      },
      // No network for a moment, probably. Without it nobody talks, so there is no giving up.
      () => void options.time.after(AGAIN_MS, () => said && fetch()),
    );
  };
  let asked = false;
  return new Proxy({} as LaterLegs, {
    get:
      (_, name: keyof LaterLegs) =>
      (...about: unknown[]) => {
        if (legs) return pass(name, about);
        said = name === "close" ? null : (said?.concat([[name, about]]) ?? null);
        // The server has let us in: now they will be needed.
        if (name === "configure" && !asked) {
          asked = true;
          fetch();
        }
      },
  });
}
