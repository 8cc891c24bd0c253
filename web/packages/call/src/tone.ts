/** What a caller hears on hold: two soft notes now and then, so that they know the line is alive. */
import type { Time } from "@zuruf/protocol";

const EVERY_MS = 6_000;
const NOTES_HZ = [523.25, 659.25] as const;
const NOTE_S = 0.35;
const LOUDNESS = 0.05;

export class HoldTone {
  #context: AudioContext | null = null;
  #callOff = () => {};

  /** @param make - Makes the browser's audio context, if it has one. */
  constructor(
    private readonly time: Time,
    private readonly make: () => AudioContext | null = browserContext,
  ) {}

  /** Sound from now on. Without effect while it does. */
  start(): void {
    if (this.#context) return;
    this.#context = this.make();
    // A browser that wants a press first lets it run later.
    this.#context?.addEventListener("statechange", this.#play);
    this.#play();
  }

  /** Be silent. Without effect while it is. */
  stop(): void {
    this.#callOff();
    void this.#context?.close();
    this.#context = null;
  }

  readonly #play = (): void => {
    this.#callOff();
    const context = this.#context;
    if (!context) return;
    this.#callOff = this.time.after(EVERY_MS, this.#play);
    if (context.state !== "running") {
      // Its clock stands still: notes would pile up, and sound all at once.
      void context.resume();
      return;
    }
    NOTES_HZ.forEach((hz, nth) => {
      const begins = context.currentTime + 0.05 + nth * NOTE_S;
      const note = context.createOscillator();
      const volume = context.createGain();
      note.frequency.value = hz;
      volume.gain.setValueAtTime(0, begins);
      volume.gain.linearRampToValueAtTime(LOUDNESS, begins + 0.05);
      volume.gain.linearRampToValueAtTime(0, begins + NOTE_S);
      note.connect(volume).connect(context.destination);
      note.start(begins);
      note.stop(begins + NOTE_S);
    });
  };
}

function browserContext(): AudioContext | null {
  return typeof AudioContext === "undefined" ? null : new AudioContext();
}
