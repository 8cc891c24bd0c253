import { HandTime } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import { HoldTone } from "./tone";

/** An audio context that counts what sounds. */
class Speaker extends EventTarget {
  notes = 0;
  state = "running";
  closed = false;
  readonly currentTime = 0;
  readonly destination = {};

  createOscillator(): object {
    this.notes += 1;
    return { frequency: { value: 0 }, connect: (to: object) => to, start: () => {}, stop: () => {} };
  }

  async resume(): Promise<void> {}

  createGain(): object {
    const gain = { setValueAtTime: () => {}, linearRampToValueAtTime: () => {} };
    return { gain, connect: (to: object) => to };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function made(): { tone: HoldTone; speakers: Speaker[]; time: HandTime } {
  const [time, speakers] = [new HandTime(), [] as Speaker[]];
  const make = () => {
    const speaker = new Speaker();
    speakers.push(speaker);
    return speaker as unknown as AudioContext;
  };
  return { tone: new HoldTone(time, make), speakers, time };
}

test("two notes sound at once, and again every six seconds", async () => {
  const { tone, speakers, time } = made();

  tone.start();
  tone.start();
  expect(speakers).toMatchObject([{ notes: 2 }]);
  await time.pass(12_000);

  expect(speakers).toMatchObject([{ notes: 6 }]);
});

test("after it was stopped nothing sounds, until it is started anew", async () => {
  const { tone, speakers, time } = made();
  tone.start();

  tone.stop();
  tone.stop();
  await time.pass(60_000);
  tone.start();

  expect(speakers).toMatchObject([
    { notes: 2, closed: true },
    { notes: 2, closed: false },
  ]);
});

test("while the browser wants a press nothing piles up, and once it sounds it does so at once", async () => {
  const [time, speaker] = [new HandTime(), new Speaker()];
  speaker.state = "suspended";
  const tone = new HoldTone(time, () => speaker as unknown as AudioContext);

  tone.start();
  await time.pass(90_000);
  expect(speaker.notes).toBe(0);
  speaker.state = "running";
  speaker.dispatchEvent(new Event("statechange"));
  expect(speaker.notes).toBe(2);
  await time.pass(6_000);

  expect(speaker.notes).toBe(4);
});

test("a browser without sound stays silent", () => {
  const tone = new HoldTone(new HandTime(), () => null);

  tone.start();
  tone.stop();
});
