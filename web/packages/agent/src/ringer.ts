/**
 * The ring: two soft chords every three seconds, made in code.
 *
 * It is one looped buffer, so no timer of the page is in it: a hidden tab rings like a
 * visible one. Browsers let a page sound only after a press in it; {@link Ringer.unlock}
 * is called on each press until it has worked.
 */

/** A chord: when it begins and which tones, in s and Hz. */
const CHORDS = [
  { at: 0, tones: [587.33, 880] },
  { at: 0.32, tones: [739.99, 987.77] },
  { at: 0.64, tones: [587.33, 880] },
] as const;
const PERIOD_S = 3;
const CHORD_S = 0.9;
const LOUDNESS = 0.22;

/** One period of the ring as samples between -1 and 1. */
export function ringSamples(rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(PERIOD_S * rate));
  for (const { at, tones } of CHORDS) {
    const from = Math.round(at * rate);
    for (let i = 0; i < CHORD_S * rate && from + i < samples.length; i++) {
      const t = i / rate;
      // A quick swell, then a bell's decay: heard across a room, and no click at either end.
      const envelope = Math.min(1, t / 0.01) * Math.exp(-t * 4) * Math.min(1, (CHORD_S - t) / 0.05);
      const sound = tones.reduce((sum, tone) => sum + Math.sin(2 * Math.PI * tone * t), 0) / tones.length;
      samples[from + i] = (samples[from + i] ?? 0) + LOUDNESS * envelope * sound;
    }
  }
  return samples;
}

type Sinking = AudioContext & { setSinkId?: (id: string) => Promise<void> };

export class Ringer {
  #context: Sinking | null = null;
  /** Empty: wherever the system sends sound. */
  #speaker = "";
  /** Where the context sends it. */
  #sunk = "";
  #source: AudioBufferSourceNode | null = null;
  #wanted = false;

  /** @param changed - Told when sound becomes possible or impossible. */
  constructor(
    private readonly open: () => AudioContext,
    private readonly changed: (sound: "locked" | "ready") => void,
  ) {}

  /** To be called from a press. Safe to repeat. */
  unlock(): void {
    if (!this.#context) {
      this.#context = this.open();
      this.#context.addEventListener("statechange", () => this.#look());
      this.#sink();
    }
    if (this.#context.state === "suspended") void this.#context.resume();
    this.#look();
  }

  /** Ring through this loudspeaker from now on, apart from the headset for instance. */
  through(speaker: string): void {
    this.#speaker = speaker;
    this.#sink();
  }

  #sink(): void {
    const context = this.#context;
    if (!context?.setSinkId || this.#sunk === this.#speaker) return;
    this.#sunk = this.#speaker;
    context.setSinkId(this.#speaker).catch(() => {
      // One that was unplugged is no reason not to ring.
      this.#sunk = "";
      return context.setSinkId?.("");
    });
  }

  start(): void {
    this.#wanted = true;
    this.#look();
  }

  stop(): void {
    this.#wanted = false;
    this.#source?.stop();
    this.#source = null;
  }

  /** One period of it, to hear whether it is heard. */
  test(): void {
    this.unlock();
    if (this.#wanted || !this.#context) return;
    this.#play(this.#context, false);
  }

  #look(): void {
    const running = this.#context?.state === "running";
    this.changed(running ? "ready" : "locked");
    if (running && this.#wanted && !this.#source && this.#context) {
      this.#source = this.#play(this.#context, true);
    }
  }

  #play(context: AudioContext, loop: boolean): AudioBufferSourceNode {
    const samples = ringSamples(context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = loop;
    source.connect(context.destination);
    source.start();
    return source;
  }
}
