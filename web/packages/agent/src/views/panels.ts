/** The middle of the desk while nobody calls: one sentence, and one button where one is needed. */
import type { CodeChoice } from "@zuruf/protocol";
import { asClock, base, buttons, EverySecond, fields, type IconName, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner } from "lit/decorators.js";
import { canAsk, reception, scene } from "../state";
import { focused, takesText, View } from "./view";
import { whoCalls } from "./words";

const BUSY_REASONS = ["", "mail", "documents", "meeting", "training"] as const;

interface Panel {
  readonly sign: IconName;
  readonly tone: string;
  readonly title: string;
  readonly lead: string;
  readonly more?: string;
  readonly choices?: TemplateResult;
  readonly button?: { readonly words: string; readonly press: () => void; readonly ready: boolean };
}

@customElement("zuruf-panel")
export class PanelView extends View {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        place-items: center;
        min-height: 100%;
        padding: var(--z-5);
      }

      section {
        display: grid;
        justify-items: center;
        gap: var(--z-4);
        width: min(460px, 100%);
        text-align: center;
      }

      section:focus {
        outline: none;
      }

      .sign {
        display: grid;
        place-items: center;
        width: 64px;
        height: 64px;
        border-radius: 50%;
        background: var(--z-accent-soft);
        color: var(--z-accent);
      }

      .sign.ready {
        background: var(--z-ready-soft);
        color: var(--z-ready);
      }

      .sign.ring {
        background: var(--z-ring-soft);
        color: var(--z-ring);
      }

      .sign.away {
        background: var(--z-away-soft);
        color: var(--z-away);
      }

      .sign.still {
        background: color-mix(in oklab, var(--z-surface), var(--z-ink) 8%);
        color: var(--z-ink-2);
      }

      .sign .icon {
        width: 30px;
        height: 30px;
      }

      .codes {
        display: grid;
        justify-items: start;
        gap: 2px;
        max-width: 100%;
        text-align: start;
      }

      .field {
        width: 220px;
        text-align: start;
      }

      select {
        min-height: 44px;
        padding: 8px 12px;
        border: 1px solid var(--z-edge);
        border-radius: var(--z-r2);
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
      }

      .lead {
        font-size: var(--z-t3);
        text-wrap: pretty;
      }

      .button {
        min-width: 220px;
      }
    `,
  ];

  /** The disposition code that is chosen and not sent yet. */
  @inner() private code = "";

  constructor() {
    super();
    new EverySecond(this);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const before = changed.get("state") as View["state"] | undefined;
    const turned = !before || scene(before).is !== scene(this.state).is;
    const at = focused();
    // What had the focus is gone with the view before; the next key should land here.
    const lost = at === null || at === document.body || at === this;
    if (turned && lost && !takesText(at)) {
      this.renderRoot.querySelector<HTMLElement>("section")?.focus({ preventScroll: true });
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const panel = this.#panel();
    if (!panel) return nothing;
    const { button } = panel;
    return html`<section tabindex="-1" aria-labelledby="title">
      <span class="sign ${panel.tone}">${icon(panel.sign)}</span>
      <h2 id="title">${panel.title}</h2>
      <p class="lead muted">${panel.lead}</p>
      ${panel.more === undefined ? nothing : html`<p class="muted number" role="timer">${panel.more}</p>`}
      ${panel.choices ?? nothing}
      ${
        button
          ? html`<button class="button primary big" ?disabled=${!button.ready} @click=${button.press}>${button.words}</button>`
          : nothing
      }
    </section>`;
  }

  #panel(): Panel | null {
    const { state, texts, actions } = this;
    const shown = scene(state);
    const ready = canAsk(state);
    const comeBack = () => actions.choose("available");
    switch (shown.is) {
      case "waiting_for_server":
        return { sign: "reconnect", tone: "still", title: texts.openingTitle, lead: texts.openingLead };
      case "cut_off": {
        const title = state.line === "restarting" ? texts.restartingTitle : texts.lostTitle;
        return { sign: "reconnect", tone: "ring", title, lead: texts.lostLead };
      }
      case "superseded": {
        const button = { words: texts.useThisTab, press: () => actions.useThisTab(), ready: true };
        return {
          sign: "people",
          tone: "still",
          title: texts.supersededTitle,
          lead: texts.supersededLead,
          button,
        };
      }
      case "ready":
        if (reception(state) === "back_off") {
          return { sign: "clock", tone: "away", title: texts.pauseTitle, lead: texts.pauseLead };
        }
        if (reception(state) === "lost") {
          return { sign: "reconnect", tone: "ring", title: texts.unheardTitle, lead: texts.unheardLead };
        }
        return { sign: "phone", tone: "ready", title: texts.readyTitle, lead: texts.readyLead };
      case "away": {
        if (shown.presence === "break") {
          const button = { words: texts.back, press: comeBack, ready };
          return { sign: "away", tone: "away", title: texts.breakTitle, lead: texts.breakLead, button };
        }
        if (shown.presence === "busy") {
          const button = { words: texts.back, press: comeBack, ready };
          const choices = this.#reasons();
          return {
            sign: "away",
            tone: "away",
            title: texts.busyTitle,
            lead: texts.busyLead,
            choices,
            button,
          };
        }
        const button = { words: texts.goOnline, press: comeBack, ready };
        return { sign: "offline", tone: "still", title: texts.offlineTitle, lead: texts.offlineLead, button };
      }
      case "not_responding": {
        const button = { words: texts.back, press: comeBack, ready };
        return { sign: "bell", tone: "ring", title: texts.missedTitle, lead: texts.missedLead, button };
      }
      case "wrap_up":
        return this.#wrapUp(ready);
      case "offer":
      case "call":
      case "message":
        return null;
    }
  }

  #codes(codes: readonly CodeChoice[], chosen: string): TemplateResult {
    return html`<div class="codes" role="radiogroup" aria-label=${this.texts.codes}>
      ${codes.map(
        ({ id, label }) => html`<label class="tick">
          <input type="radio" name="code" .checked=${id === chosen} @change=${() => {
            this.code = id;
          }} />${label}
        </label>`,
      )}
    </div>`;
  }

  /** What the other work is, for who reads the board. */
  #reasons(): TemplateResult {
    const { state, texts, actions } = this;
    const reason = state.desk?.presenceReason ?? "";
    return html`<div class="field">
      <label for="reason">${texts.reason}</label>
      <select
        id="reason"
        ?disabled=${!canAsk(state)}
        @change=${(event: Event) => actions.choose("busy", (event.target as HTMLSelectElement).value)}
      >
        ${BUSY_REASONS.map(
          (code) =>
            html`<option value=${code} ?selected=${code === reason}>${texts.busyReasons(code)}</option>`,
        )}
      </select>
    </div>`;
  }

  #wrapUp(ready: boolean): Panel {
    const { state, texts, actions, clock } = this;
    const contact = state.desk?.contact;
    const name = contact?.name || contact?.pageTitle ? whoCalls(contact, texts) : null;
    const title = name === null ? texts.wrapUpTitle : `${texts.wrapUpTitle} · ${name}`;
    const ends = contact?.deadline ?? null;
    const codes = contact?.codes ?? [];
    const mandatory = contact?.wrapUp === "mandatory";
    // Where any code will do, that it is done is one.
    const code = codes.some(({ id }) => id === this.code)
      ? this.code
      : mandatory && codes.length === 0
        ? "done"
        : "";
    return {
      sign: "clock",
      tone: "away",
      title,
      lead: mandatory && codes.length > 0 ? texts.wrapUpCode : texts.wrapUpLead,
      button: {
        words: texts.finishWrapUp,
        press: () => actions.finishWrapUp(code),
        ready: ready && (code !== "" || !mandatory),
      },
      ...(codes.length === 0 ? {} : { choices: this.#codes(codes, code) }),
      ...(ends === null ? {} : { more: texts.wrapUpEnds(asClock(clock.until(ends) + 999)) }),
    };
  }
}
