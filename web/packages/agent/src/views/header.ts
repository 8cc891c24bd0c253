/** The line that always says whether calls come, and how one is present. */
import type { Presence } from "@zuruf/protocol";
import { base, buttons, chips, type IconName, icon, masthead } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { type Cure, canAsk, cure, type Reception, reception } from "../state";
import { View } from "./view";
import { becauseOf } from "./words";

const PRESENCES: readonly { presence: Presence; sign: IconName }[] = [
  { presence: "available", sign: "check" },
  { presence: "once", sign: "check" },
  { presence: "busy", sign: "clock" },
  { presence: "break", sign: "away" },
  { presence: "offline", sign: "offline" },
];

@customElement("zuruf-desk-header")
export class Header extends View {
  static override styles = [
    base,
    buttons,
    chips,
    masthead,
    css`
      .presence {
        display: flex;
        flex-wrap: wrap;
        gap: 2px;
        padding: 2px;
        border: 1px solid var(--z-line);
        border-radius: calc(var(--z-r2) + 2px);
        background: var(--z-page);
      }

      .presence .button {
        min-height: 36px;
        padding: 4px 12px;
        border-color: transparent;
        background: transparent;
        color: var(--z-ink-2);
      }

      .presence .button:hover {
        color: var(--z-ink);
      }

      .presence .button[aria-pressed="true"] {
        border-color: var(--z-edge);
        background: var(--z-surface);
        color: var(--z-ink);
        font-weight: 650;
      }

      .presence .button[aria-pressed="true"][data-presence="available"] .icon,
      .presence .button[aria-pressed="true"][data-presence="once"] .icon {
        color: var(--z-ready);
      }

      .presence .button[aria-pressed="true"][data-presence="busy"] .icon,
      .presence .button[aria-pressed="true"][data-presence="break"] .icon {
        color: var(--z-away);
      }

      .presence .button.cures {
        color: var(--z-accent);
      }

      .small-button {
        min-height: 32px;
        padding: 2px 12px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { state, texts } = this;
    const why = reception(state);
    const remedy = cure(why);
    return html`
      <header>
        <h1 class="mark"><i></i>Zuruf</h1>
        <div role="status" aria-label=${texts.reception}>
          <span class="chip ${tone(why)}"><i class="dot"></i>${becauseOf(why, texts)}</span>
        </div>
        ${this.#remedy(remedy)}
        <span class="grow"></span>
        <div class="presence" role="group" aria-label=${texts.presence}>
          ${PRESENCES.map(({ presence, sign }) => this.#presence(presence, sign, remedy))}
        </div>
      </header>
    `;
  }

  #presence(presence: Presence, sign: IconName, remedy: Cure): TemplateResult {
    const { state, texts } = this;
    const cures = presence === "available" && remedy === "available";
    const chosen = state.desk?.presence === presence && !cures;
    return html`<button
      class="button ${cures ? "cures" : ""}"
      data-presence=${presence}
      aria-pressed=${chosen}
      ?disabled=${!canAsk(state)}
      @click=${() => this.actions.choose(presence)}
    >
      ${icon(sign)}${texts[presence]}
    </button>`;
  }

  #remedy(remedy: Cure): TemplateResult | typeof nothing {
    const { actions, texts } = this;
    const button = (words: string, press: () => void) =>
      html`<button class="button small-button" @click=${press}>${words}</button>`;
    switch (remedy) {
      case "finish":
        // Where a code is due, it is chosen in the middle of the desk.
        if (this.state.desk?.contact?.wrapUp === "mandatory") return nothing;
        return button(texts.finishNow, () => actions.finishWrapUp());
      case "use_this_tab":
        return button(texts.takeOver, () => actions.useThisTab());
      case "reconnect":
        return button(texts.tryNow, () => actions.reconnect());
      case "available":
      case null:
        return nothing;
    }
  }
}

function tone(why: Reception): string {
  switch (why) {
    case "yes":
      return "ready";
    case "ringing":
    case "reconnecting":
    case "restarting":
    case "not_responding":
    case "lost":
      return "ring";
    case "break":
    case "other_work":
    case "elsewhere":
    case "wrap_up":
    case "back_off":
      return "away";
    case "in_call":
      return "";
    case "offline":
    case "opening":
    case "superseded":
      return "still";
  }
}
