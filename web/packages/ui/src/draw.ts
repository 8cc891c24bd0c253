/** How a drawing of `drawings.ts` is shown. */
import { html, type TemplateResult } from "lit";

/** One drawing. Its size is that of the class `icon` in the base style. */
export function draw(outline: string): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    <path d=${outline} />
  </svg>`;
}
