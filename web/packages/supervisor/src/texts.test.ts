import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { texts } from "./texts";

test("the supervisor's page says everything in both languages", () => {
  expect(gaps(texts)).toEqual([]);
});
