/** The panel's words for tests, which want them at once. */
import type { Language, Phrases } from "@zuruf/ui";
import { loadWords, type PanelTexts, type PartName, textsIn, WORDS } from "./parts";

/** All words of a language. */
export async function allTexts(language: Language): Promise<PanelTexts> {
  await Promise.all((["panel", "talk", "help"] as const).map((part) => loadWords(part, language)));
  return textsIn(language);
}

/** The words of one part. */
export async function bothLanguages(part: PartName): Promise<Record<Language, Phrases>> {
  const { de, en } = WORDS[part];
  return { de: (await de()).texts, en: (await en()).texts };
}
