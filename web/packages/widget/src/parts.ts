/**
 * What the panel fetches only when it is needed: a talk, help where it does not go the straight
 * way, and the words of each in the visitor's language.
 */
import type { Language } from "@zuruf/ui";
import type { HelpTexts } from "./help.texts.en";
import type { WaitTexts } from "./panel.texts.en";
import type { TalkTexts } from "./talk.texts.en";

/** Every sentence of the panel. Those of a part are there when the part is. */
export type PanelTexts = WaitTexts & TalkTexts & HelpTexts;

export type PartName = "panel" | "talk" | "help";

export const WORDS = {
  panel: { de: () => import("./panel.texts.de"), en: () => import("./panel.texts.en") },
  talk: { de: () => import("./talk.texts.de"), en: () => import("./talk.texts.en") },
  help: { de: () => import("./help.texts.de"), en: () => import("./help.texts.en") },
};

const known: Record<Language, Partial<PanelTexts>> = { de: {}, en: {} };

/** What is known of a language by now. */
export function textsIn(language: Language): PanelTexts {
  return known[language] as PanelTexts;
}

/** Fetch the words of a part. */
export async function loadWords(part: PartName, language: Language): Promise<void> {
  Object.assign(known[language], (await WORDS[part][language]()).texts);
}
