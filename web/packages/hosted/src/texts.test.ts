import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { texts } from "./texts";

test("every sentence is there in both languages", () => {
  expect(gaps(texts)).toEqual([]);
});
