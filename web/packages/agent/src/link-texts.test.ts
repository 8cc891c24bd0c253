import { gaps } from "@zuruf/ui";
import { expect, test } from "vitest";
import { linkTexts } from "./link-texts";

test("every sentence of the dialog is there in both languages", () => {
  expect(gaps(linkTexts)).toEqual([]);
});
