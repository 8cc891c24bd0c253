/** What a visitor leaves who does not wait: a message, or an address to be called back at. */
import type { Opening } from "@zuruf/protocol";
import { base, coreTokens, inputs, type Language, plainButtons } from "@zuruf/ui";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { daysOf } from "./help.openings";
import { type PanelTexts, textsIn } from "./parts";

const LONGEST_TEXT = 4000;
const LONGEST_ADDRESS = 200;

/** As the server wants it; the browser's own idea of an address is wider. */
const ADDRESS = "[A-Za-z0-9.!#$%&'*+\\/=?^_`\\{\\|\\}~\\-]{1,64}@[A-Za-z0-9\\-]+(\\.[A-Za-z0-9\\-]+)*";

const formStyles = css`
  :host {
    --z-t2: 14px;
    --z-t3: 16px;
    display: block;
    font: 400 14px/1.45 var(--z-font);
    color: var(--z-ink);
  }

  form,
  fieldset {
    display: grid;
    gap: 14px;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }

  fieldset {
    gap: 2px;
  }

  legend {
    padding: 0;
    font-weight: 550;
  }

  textarea,
  select {
    width: 100%;
    min-height: 44px;
    padding: 8px 12px;
    border: 1px solid var(--z-edge);
    border-radius: var(--z-r2);
    background: var(--z-surface);
    color: var(--z-ink);
    font: inherit;
    font-size: 16px;
  }

  textarea {
    min-height: 112px;
    resize: vertical;
  }

  .pair {
    display: grid;
    grid-template-columns: 3fr 2fr;
    gap: 8px;
  }

  .tick {
    min-height: 36px;
  }

  .hint {
    color: var(--z-ink-2);
    font-size: 13px;
  }

  .button {
    min-height: 44px;
  }
`;

abstract class Form extends LitElement {
  static override styles = [coreTokens, base, plainButtons, inputs, formStyles];

  static override properties = {
    language: { attribute: false },
    busy: { type: Boolean },
  };

  declare language: Language;
  declare busy: boolean;

  constructor() {
    super();
    this.language = "en";
    this.busy = false;
  }

  protected get t(): PanelTexts {
    return textsIn(this.language);
  }

  protected value(name: string): string {
    const field = this.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`);
    return field?.value.trim() ?? "";
  }

  protected address(label: string, required: boolean): TemplateResult {
    return html`<div class="field">
      <label for="address">${label}</label>
      <input
        id="address"
        name="address"
        type="email"
        autocomplete="email"
        maxlength=${LONGEST_ADDRESS}
        pattern=${ADDRESS}
        ?required=${required}
      />
    </div>`;
  }

  protected submit(label: string): TemplateResult {
    return html`<button class="button primary big" ?disabled=${this.busy}>${label}</button>`;
  }

  protected send(event: SubmitEvent, detail: unknown): void {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("send", { detail }));
  }
}

/**
 * A message.
 *
 * @fires send - With {@link MessageLeft}.
 */
export class MessageForm extends Form {
  protected override render(): TemplateResult {
    const { t } = this;
    return html`<form @submit=${this.#submitted}>
      <div class="field">
        <label for="text">${t.messageLabel}</label>
        <textarea id="text" name="text" required maxlength=${LONGEST_TEXT}></textarea>
      </div>
      ${this.address(t.messageAddress, false)}
      <p class="hint">${t.messageHint}</p>
      ${this.submit(t.sendMessage)}
    </form>`;
  }

  readonly #submitted = (event: SubmitEvent): void => {
    const detail: MessageLeft = { text: this.value("text"), address: this.value("address") };
    if (detail.text === "") event.preventDefault();
    else this.send(event, detail);
  };
}

/** What was written, and where to answer; empty for nowhere. */
export interface MessageLeft {
  readonly text: string;
  readonly address: string;
}

/**
 * To be called back: as soon as it is their turn, or at a time within the opening hours.
 *
 * @fires send - With {@link CallbackWish}.
 */
export class CallbackForm extends Form {
  static override properties = {
    ...Form.properties,
    openings: { attribute: false },
    dated: { state: true },
    day: { state: true },
  };

  /** When it may be; none: only as soon as it is their turn. */
  declare openings: readonly Opening[];
  declare private dated: boolean;
  declare private day: string;

  constructor() {
    super();
    this.openings = [];
    this.dated = false;
    this.day = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    // A choice that is there no more is none.
    if (changed.has("openings")) this.day = "";
  }

  protected override render(): TemplateResult {
    const { t, dated } = this;
    const days = daysOf(this.openings, Date.now());
    return html`<form @submit=${this.#submitted}>
      ${this.address(t.callbackAddress, true)}
      ${
        days.length === 0
          ? nothing
          : html`<fieldset>
              <legend>${t.callbackWhen}</legend>
              <label class="tick">
                <input type="radio" name="when" ?checked=${!dated} @change=${() => (this.dated = false)} />${t.callbackSoon}
              </label>
              <label class="tick">
                <input type="radio" name="when" ?checked=${dated} @change=${() => (this.dated = true)} />${t.callbackAt}
              </label>
            </fieldset>`
      }
      ${dated && days.length > 0 ? this.#date(days) : nothing}
      <p class="hint">${t.callbackHint}</p>
      ${this.submit(t.wantCallback)}
    </form>`;
  }

  #date(days: ReturnType<typeof daysOf>): TemplateResult {
    const chosen = days.find(({ day }) => day === this.day) ?? days[0];
    const dayName = new Intl.DateTimeFormat(this.language, {
      weekday: "short",
      day: "numeric",
      month: "short",
    });
    const time = new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit" });
    return html`<div class="pair">
      <div class="field">
        <label for="day">${this.t.day}</label>
        <select id="day" name="day" @change=${() => (this.day = this.value("day"))}>
          ${days.map(({ day, times }) => html`<option value=${day}>${dayName.format(times[0])}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="at">${this.t.time}</label>
        <select id="at" name="at">
          ${chosen?.times.map((at) => html`<option value=${at}>${time.format(at)}</option>`)}
        </select>
      </div>
    </div>`;
  }

  readonly #submitted = (event: SubmitEvent): void => {
    const at = this.dated ? Number(this.value("at")) : 0;
    const detail: CallbackWish = { address: this.value("address"), at: at || null };
    this.send(event, detail);
  };
}

/** Where to send the link, and not before when. */
export interface CallbackWish {
  readonly address: string;
  readonly at: number | null;
}

/** Make the forms known to the browser. */
export function defineForms(): void {
  if (customElements.get("zuruf-message-form")) return;
  customElements.define("zuruf-message-form", MessageForm);
  customElements.define("zuruf-callback-form", CallbackForm);
}
