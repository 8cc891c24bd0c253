/**
 * The server's time at this end, and lengths of time in words.
 *
 * Every moment on the wire is by the server's clock; a client's own may be minutes off.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What an answer that took long to come may be late by before it counts as a clock that was set. */
const LATE_MS = 2_000;

/** Tells the server's time from what its messages say of it. */
export class ServerClock {
  #ahead: number | null = null;

  /** @param local - This end's clock, ms since the epoch. */
  constructor(private readonly local: () => number) {}

  /** Learn from a message that just came. The one that travelled shortest is believed. */
  heard(serverTime: number): void {
    const ahead = serverTime - this.local();
    if (this.#ahead === null || ahead > this.#ahead || this.#ahead - ahead > LATE_MS) this.#ahead = ahead;
  }

  /** Now, as the server would say it. */
  now(): number {
    return this.local() + (this.#ahead ?? 0);
  }

  /** Milliseconds since a moment; never negative. */
  since(moment: number): number {
    return Math.max(0, this.now() - moment);
  }

  /** Milliseconds until a moment; never negative. */
  until(moment: number): number {
    return Math.max(0, moment - this.now());
  }
}

/** A length of time as a clock shows it: `0:48`, `12:05`, `1:02:03`. */
export function asClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Seconds left, rounded up: a countdown shows 0 only when it is over. */
export function secondsLeft(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}

/** Renders its host again each second while it is connected, for clocks that run. */
export class EverySecond implements ReactiveController {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer ??= setInterval(() => this.host.requestUpdate(), 1_000);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
