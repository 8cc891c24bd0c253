import { HandTime } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import { HoldTone } from "./tone";

/** An audio context that counts what sounds. */
class Speaker {
  notes = 0;
  closed = false;
  readonly currentTime = 0;
  readonly destination = {};

  createOscillator(): object {
    this.notes += 1;
    return { frequency: { value: 0 }, connect: (to: object) => to, start: () => {}, stop: () => {} };
  }

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

test("a browser without sound stays silent", () => {
  const tone = new HoldTone(new HandTime(), () => null);

  tone.start();
  tone.stop();
});
