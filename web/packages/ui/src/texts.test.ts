import { expect, test } from "vitest";
import { chooseLanguage, createTexts, gaps, languageName } from "./texts";

test("a catalogue with the same phrases in both languages has no gaps", () => {
  const texts = createTexts(
    { greet: "Hello", wait: (n: number) => `${n} before you` },
    { greet: "Hallo", wait: (n) => `${n} vor Ihnen` },
  );

  expect(gaps(texts)).toEqual([]);
  expect(texts.de.wait(2)).toBe("2 vor Ihnen");
});

test("what is missing, empty or of another kind is named", () => {
  const en = { a: "A", b: "B", c: "", d: "D" };
  const de = { a: "A", c: "C", d: () => "D", e: "E" };

  expect(gaps({ en, de })).toEqual([
    "b has no German text",
    "c is empty in English",
    "d is a sentence in one language and a function in the other",
    "e has no English text",
  ]);
});

test("the choice made here before comes before what the browser asks for", () => {
  expect(chooseLanguage("de", ["en-GB", "en"])).toBe("de");
  expect(chooseLanguage(null, ["fr", "de-AT", "en"])).toBe("de");
  expect(chooseLanguage("xx", ["fr"])).toBe("en");
});

test("languages are named in the reader's language", () => {
  expect(languageName("de", "en")).toBe("German");
  expect(languageName("en", "de")).toBe("Englisch");
  expect(languageName("not a tag!", "en")).toBe("not a tag!");
});
