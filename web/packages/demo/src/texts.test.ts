import { expect, test } from "vitest";
import page from "../index.html?raw";
import { texts } from "./texts";

const used = [...page.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key ?? "");

test("every phrase of the page is there in both languages, and none too many", () => {
  expect(Object.keys(texts.en).sort()).toEqual([...used].sort());
  expect(Object.keys(texts.de).sort()).toEqual([...used].sort());
});

test("the page and the English texts say the same", () => {
  const flat = page.replace(/\s+/g, " ");

  for (const text of Object.values(texts.en)) expect(flat).toContain(text);
});
