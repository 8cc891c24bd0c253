import { CONTACT_KEY } from "@zuruf/call";
import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { loaderTexts } from "./loader.texts";
import loaderSource from "./loader.ts?raw";
import { texts } from "./panel.texts";

test("every phrase of the panel is there in both languages", () => {
  expect(gaps(texts)).toEqual([]);
});

test("every phrase of the bar is there in both languages", () => {
  expect(gaps(loaderTexts)).toEqual([]);
});

test("the buttons keep the names that other programs look for", () => {
  const { cancel, leaveQueue, hangUp, mute, camera } = texts.en;

  expect([loaderTexts.en.video, loaderTexts.en.voice, cancel, leaveQueue, hangUp, mute, camera]).toEqual([
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
  expect(loaderSource).toContain(`const CONTACT_KEY = "${CONTACT_KEY}"`);
});
