/** The keys of the desk: a table, and the sheet that shows it. */
import { base, buttons } from "@zuruf/ui";
import { css, html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import type { DeskTexts } from "../texts";
import { View } from "./view";

/** What a key does in a call. */
export type InCall = "mute" | "camera" | "hold" | "transfer" | "picture" | "hang_up" | "keys";

/**
 * Single letters, and so only while the keyboard is in the call (WCAG 2.2, 2.1.4): somebody who dictates
 * or types elsewhere presses nothing by accident. Hanging up takes two fingers.
 */
const IN_CALL: Readonly<Record<string, InCall>> = {
  m: "mute",
  c: "camera",
  h: "hold",
  t: "transfer",
  p: "picture",
  X: "hang_up",
  "?": "keys",
};

/** What this press does in a call, if anything. */
export function inCallBy({ key, ctrlKey, altKey, metaKey, repeat }: KeyboardEvent): InCall | null {
  if (ctrlKey || altKey || metaKey || repeat) return null;
  return IN_CALL[key] ?? null;
}

/** Asks the desk to show the sheet. */
export const SHOW_KEYS = "zuruf-show-keys";

@customElement("zuruf-keys")
export class KeySheet extends View {
  static override styles = [
    base,
    buttons,
    css`
      dialog {
        width: min(460px, calc(100vw - 32px));
        padding: var(--z-5);
        border: 1px solid var(--z-line);
        border-radius: 16px;
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        color: var(--z-ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 0.5);
      }

      h2 {
        margin: 0 0 var(--z-2);
      }

      h3 {
        margin: var(--z-4) 0 var(--z-1);
        font-size: 0.875rem;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 6px var(--z-4);
        margin: 0;
      }

      dd {
        margin: 0;
      }

      kbd {
        display: inline-block;
        min-width: 1.75rem;
        padding: 1px 8px;
        border: 1px solid var(--z-line);
        border-radius: 6px;
        background: var(--z-page);
        font: inherit;
        font-weight: 600;
        text-align: center;
      }

      form {
        margin-top: var(--z-5);
      }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement | null;

  /** Open the sheet. */
  show(): void {
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
  }

  /** Close it: somebody rings. */
  hide(): void {
    if (this.dialog?.open) this.dialog.close();
  }

  protected override render(): TemplateResult {
    const { texts } = this;
    const ringing: [string, string][] = [
      [texts.keyEnter, texts.accept],
      ["Esc", texts.decline],
    ];
    const inCall = Object.entries(IN_CALL).map(([key, does]): [string, string] => [
      key === "X" ? `${texts.keyShift} + X` : key.toUpperCase(),
      wordsFor(does, texts),
    ]);
    return html`<dialog aria-labelledby="keys">
      <h2 id="keys">${texts.keyboard}</h2>
      <h3>${texts.keysRinging}</h3>
      ${table(ringing)}
      <h3>${texts.keysInCall}</h3>
      ${table(inCall)}
      <form method="dialog"><button class="button">${texts.keysClose}</button></form>
    </dialog>`;
  }
}

function table(rows: readonly [string, string][]): TemplateResult {
  return html`<dl>
    ${rows.map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`)}
  </dl>`;
}

function wordsFor(does: InCall, texts: DeskTexts): string {
  return {
    mute: texts.mute,
    camera: texts.camera,
    hold: `${texts.hold}, ${texts.backToCaller}`,
    transfer: texts.transfer,
    picture: `${texts.hidePicture}, ${texts.showPicture}`,
    hang_up: texts.hangUp,
    keys: texts.keysShow,
  }[does];
}
