/** German or English: a plain list to choose from, each language named in itself. */
import { css, html, type TemplateResult } from "lit";
import { icon } from "./icons";
import { type Language, languages } from "./texts";

const NAMES: Record<Language, string> = { de: "Deutsch", en: "English" };

export const languageSwitchStyles = css`
  .languages {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--z-ink-2);
  }

  .languages select {
    min-height: 40px;
    padding: 4px 6px;
    border: 1px solid transparent;
    border-radius: var(--z-r2);
    background: var(--z-surface);
    color: var(--z-ink);
    font: inherit;
    cursor: pointer;
  }
`;

export function languageSwitch(
  language: Language,
  texts: { readonly language: string },
  choose: (language: Language) => void,
): TemplateResult {
  const changed = (event: Event) => choose((event.target as HTMLSelectElement).value as Language);
  return html`<span class="languages">
    ${icon("globe")}
    <select aria-label=${texts.language} @change=${changed}>
      ${languages.map(
        (one) => html`<option value=${one} lang=${one} ?selected=${one === language}>${NAMES[one]}</option>`,
      )}
    </select>
  </span>`;
}
