import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { texts } from "./texts";

test("the desk says everything in both languages", () => {
  expect(gaps(texts)).toEqual([]);
});
