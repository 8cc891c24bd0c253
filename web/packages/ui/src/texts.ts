/**
 * Texts for people, in two languages, typed so that a missing one does not compile.
 *
 * A phrase is a string, or a function of what it speaks about. The English catalogue says
 * which phrases there are and what they take; the German one has the same.
 */

export type Language = "de" | "en";

export const languages: readonly Language[] = ["de", "en"];

export type Phrase = string | ((...about: never[]) => string);

export type Phrases = Readonly<Record<string, Phrase>>;

/** The same phrases as `T`, in any wording. */
export type Catalogue<T extends Phrases> = {
  readonly [K in keyof T]: T[K] extends (...about: infer A) => string ? (...about: A) => string : string;
};

export type Texts<T extends Phrases> = Readonly<Record<Language, Catalogue<T>>>;

/** Join the catalogues of one package. */
export function createTexts<const T extends Phrases>(en: T, de: Catalogue<NoInfer<T>>): Texts<T> {
  // Only the literal types of its strings are lost.
  return { en: en as unknown as Catalogue<T>, de };
}

/** What is wrong with a set of catalogues, one line each; empty when they are complete. */
export function gaps(texts: Readonly<Record<Language, Phrases>>): string[] {
  const keys = new Set(languages.flatMap((language) => Object.keys(texts[language])));
  return [...keys].sort().flatMap((key) => {
    const [de, en] = [texts.de[key], texts.en[key]];
    if (de === undefined) return [`${key} has no German text`];
    if (en === undefined) return [`${key} has no English text`];
    if (typeof de !== typeof en) return [`${key} is a sentence in one language and a function in the other`];
    if (typeof de === "string" && typeof en === "string") {
      if (de.trim() === "") return [`${key} is empty in German`];
      if (en.trim() === "") return [`${key} is empty in English`];
    }
    return [];
  });
}

/**
 * The language to speak: what was chosen here before, else the first the browser asks for
 * that we have, else English.
 *
 * @param chosen - What the person or the page chose, `null` if nobody did.
 * @param asked - The browser's wishes, best first (`navigator.languages`).
 */
export function chooseLanguage(chosen: string | null, asked: readonly string[]): Language {
  for (const wish of chosen === null ? asked : [chosen, ...asked]) {
    const known = languages.find((language) => wish.toLowerCase().split("-")[0] === language);
    if (known) return known;
  }
  return "en";
}

/** A language's name in words: `languageName("de", "en")` is *German*. Unknown codes stay as they are. */
export function languageName(code: string, language: Language): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(code) ?? code;
  } catch {
    // Not a language tag at all; what the caller's page said is still better than nothing.
    return code;
  }
}
