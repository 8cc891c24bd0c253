import { expect, test } from "vitest";
import { Ringer, ringSamples } from "./ringer";

/** As much of an `AudioContext` as rings. */
class Sound extends EventTarget {
  state: "suspended" | "running" = "suspended";
  readonly sampleRate = 8_000;
  readonly destination = {};
  sounding = 0;

  async resume(): Promise<void> {
    this.state = "running";
    this.dispatchEvent(new Event("statechange"));
  }

  createBuffer() {
    return { copyToChannel: () => {} };
  }

  createBufferSource() {
    return {
      connect: () => {},
      start: () => {
        this.sounding += 1;
      },
      stop: () => {
        this.sounding -= 1;
      },
    };
  }
}

test("the ring never clips, and ends each round in silence so that it does not click", () => {
  const samples = ringSamples(8_000);

  expect(samples.length).toBe(24_000);
  expect(Math.max(...samples.map(Math.abs))).toBeGreaterThan(0.1);
  expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.9);
  expect(samples.at(-1)).toBe(0);
});

test("a ring that was wanted before the browser allowed sound begins with the first press", () => {
  const sound = new Sound();
  const heard: string[] = [];
  const ringer = new Ringer(
    () => sound as unknown as AudioContext,
    (state) => heard.push(state),
  );

  ringer.start();
  expect(sound.sounding).toBe(0);
  ringer.unlock();
  expect(sound.sounding).toBe(1);
  expect(heard.at(-1)).toBe("ready");

  ringer.stop();
  expect(sound.sounding).toBe(0);
});

test("a chosen loudspeaker is used, and one that was unplugged is no reason not to ring", async () => {
  const sinks: string[] = [];
  const sound = Object.assign(new Sound(), {
    setSinkId: async (id: string) => {
      sinks.push(id);
      if (id === "unplugged") throw new DOMException("gone", "NotFoundError");
    },
  });
  const ringer = new Ringer(
    () => sound as unknown as AudioContext,
    () => {},
  );

  ringer.unlock();
  expect(sinks).toEqual([]);
  ringer.through("box");
  ringer.through("box");
  ringer.through("unplugged");
  await Promise.resolve();
  await Promise.resolve();

  expect(sinks).toEqual(["box", "unplugged", ""]);
});
