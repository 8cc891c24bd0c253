import { CONTACT_KEY } from "@zuruf/call";
import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { barTexts } from "./bar.texts";
import loaderSource from "./loader.ts?raw";
import type { PanelTexts } from "./parts";
import { bothLanguages } from "./testing";

test.each(["panel", "talk", "help"] as const)(
  "every phrase of %s is there in both languages",
  async (part) => {
    expect(gaps(await bothLanguages(part))).toEqual([]);
  },
);

test("no two parts use the same name for a phrase", async () => {
  const parts = await Promise.all((["panel", "talk", "help"] as const).map(bothLanguages));
  const names = parts.flatMap(({ en }) => Object.keys(en));

  expect(new Set(names).size).toBe(names.length);
});

test("every phrase of the bar is there in both languages", () => {
  expect(gaps(barTexts)).toEqual([]);
});

test("the buttons keep the names that other programs look for", async () => {
  const { en } = await bothLanguages("panel");
  const { cancel, leaveQueue, hangUp, mute, camera } = en as PanelTexts;

  expect([barTexts.en.video, barTexts.en.voice, cancel, leaveQueue, hangUp, mute, camera]).toEqual([
    "Video call",
    "Call",
    "Cancel",
    "Leave queue",
    "Hang up",
    "Mute",
    "Camera",
  ]);
});

test("the bar looks for a call where the panel remembers it", () => {
  expect(loaderSource).toContain(`sessionStorage["${CONTACT_KEY}"]`);
});
