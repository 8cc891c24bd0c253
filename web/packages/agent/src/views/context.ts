/** The right side: about the caller during a contact, about one's own set-up otherwise. */
import type { AgentContact } from "@zuruf/protocol";
import { asClock, base, buttons, EverySecond, fields, type IconName, icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import type { Device } from "../devices";
import { linkTexts } from "../link-texts";
import { scene } from "../state";
import { SHOW_CHECK } from "./check";
import { details, detailsStyles } from "./details";
import { SHOW_LINKS } from "./links";
import "./own-day";
import { View } from "./view";
import { initials, whoCalls } from "./words";

@customElement("zuruf-desk-context")
export class Context extends View {
  static override styles = [
    base,
    buttons,
    fields,
    detailsStyles,
    css`
      :host {
        display: grid;
        align-content: start;
        gap: var(--z-4);
      }

      section {
        display: grid;
        gap: var(--z-4);
      }

      .head {
        display: grid;
        grid-template-columns: 44px 1fr;
        align-items: center;
        gap: var(--z-3);
      }

      .head > :nth-child(2) {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .face {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        background: var(--z-page);
        color: var(--z-ink-2);
        font-weight: 600;
      }

      .card {
        display: grid;
        gap: var(--z-1);
        padding: var(--z-3);
        border: 1px solid var(--z-line);
        border-radius: 12px;
      }

      .code {
        font-size: var(--z-t4);
        font-weight: 650;
        letter-spacing: 0.08em;
      }

      summary {
        font-weight: 550;
        cursor: pointer;
      }

      .device {
        display: grid;
        margin-top: var(--z-2);
      }

      .safe {
        display: flex;
        gap: var(--z-2);
        align-items: center;
      }

      .safe .icon {
        color: var(--z-ready);
      }

      li {
        display: grid;
        grid-template-columns: 20px 1fr;
        gap: 2px 10px;
        padding: 10px 0;
        border-bottom: 1px solid var(--z-line);
      }

      li:last-child {
        border-bottom: 0;
      }

      li > .icon {
        color: var(--z-ink-2);
      }

      li.wrong > .icon {
        color: var(--z-ring);
      }

      select {
        max-width: 100%;
        min-height: 32px;
        margin-top: 6px;
        padding: 2px 8px;
        border: 1px solid var(--z-edge);
        border-radius: 10px;
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
        font-size: 0.8125rem;
      }

      li .button {
        justify-self: start;
        min-height: 32px;
        margin-top: 6px;
        padding: 2px 12px;
      }
    `,
  ];

  constructor() {
    super();
    new EverySecond(this);
  }

  protected override render(): TemplateResult {
    const shown = scene(this.state);
    const known = (shown.is === "call" || shown.is === "message" || shown.is === "wrap_up") && shown.contact;
    return known
      ? this.#caller(known)
      : html`${this.#setUp()}
          <zuruf-own-day
            .state=${this.state}
            .texts=${this.texts}
            .clock=${this.clock}
            .actions=${this.actions}
          ></zuruf-own-day>`;
  }

  /** Beside the headset, so that a ring is heard by who does not wear it. */
  #speakers(): TemplateResult | typeof nothing {
    const { texts, actions } = this;
    const { bell, found } = this.state;
    if (found.speaker.length < 2) return nothing;
    const choice = choose(texts.ringThrough, found.speaker, bell.speaker, texts.ringDefault, (id) =>
      actions.ringThrough(id),
    );
    return html`${choice}<br />`;
  }

  /** Which of several devices the call uses. Exchanged while one talks. */
  #devices(): TemplateResult | typeof nothing {
    const { state, texts, actions } = this;
    const { found, uses } = state;
    const kinds = (["microphone", "camera", "speaker"] as const).filter((kind) => found[kind].length > 1);
    if (kinds.length === 0) return nothing;
    const names = { microphone: texts.microphone, camera: texts.camera, speaker: texts.checkSpeaker };
    return html`<details class="card">
      <summary>${texts.devices}</summary>
      ${kinds.map(
        (kind) => html`<label class="device">
          <span class="small muted">${names[kind]}</span>
          ${choose(names[kind], found[kind], uses[kind], texts.deviceDefault, (id) => actions.use(kind, id))}
        </label>`,
      )}
    </details>`;
  }

  #caller(contact: AgentContact): TemplateResult {
    const { state, texts } = this;
    const { checkCode } = state.media;
    return html`<section aria-labelledby="caller">
      <div class="head">
        <span class="face" aria-hidden="true">${initials(contact) || icon("person")}</span>
        <div>
          <h2 id="caller">${whoCalls(contact, texts)}</h2>
          ${contact.askedBy ? html`<p class="small">${texts.askedBy(contact.askedBy)}</p>` : nothing}
          ${
            scene(state).is === "call" || scene(state).is === "message"
              ? html`<p class="small muted number">${this.#wait(contact)}</p>`
              : nothing
          }
        </div>
      </div>
      ${details(contact, texts, state.language)}
      ${state.desk && state.desk.more > 0 ? html`<p class="notice">${icon("message")}<span>${texts.moreContacts(state.desk.more)}</span></p>` : nothing}
      ${
        contact.policy === "direct" && scene(state).is === "call"
          ? html`<div class="card">
              <p class="safe"><b>${icon("shield")}</b><span>${texts.encrypted}</span></p>
              ${
                checkCode === null
                  ? nothing
                  : html`<p class="small muted" id="code">${texts.checkCode}</p>
                      <p class="code number" aria-labelledby="code">${checkCode}</p>
                      <p class="small muted">
                        ${contact.askedBy ? texts.checkCodeColleague(contact.askedBy) : texts.checkCodeLead}
                      </p>`
              }
            </div>`
          : nothing
      }
      ${scene(state).is === "call" ? this.#devices() : nothing}
    </section>`;
  }

  /** Until the call began; the desk knows when that was. */
  #wait(contact: AgentContact): string {
    const { texts, clock } = this;
    const { desk } = this.state;
    if (contact.isCallback || contact.channel === "message") {
      return texts.askedBefore(asClock(clock.since(contact.askedAt)));
    }
    const { askedAt } = contact;
    return desk?.routing === "talking" || desk?.routing === "held"
      ? texts.waited(asClock(desk.routingSince - askedAt))
      : texts.waiting(asClock(clock.since(askedAt)));
  }

  #setUp(): TemplateResult {
    const { state, texts, actions } = this;
    const { bell, line, microphoneFound } = state;
    const microphone = {
      ok: texts.setUpMicrophoneOk,
      missing: texts.setUpMicrophoneMissing,
      unknown: texts.setUpMicrophoneUnknown,
    };
    const notices = {
      on: texts.notificationsOn,
      off: texts.notificationsOff,
      denied: texts.notificationsDenied,
      unknown: texts.notificationsUnknown,
    };
    const ask = html`<button class="button" @click=${() => actions.allowNotices()}>${texts.allowNotifications}</button>`;
    const check = html`<button
      class="button"
      aria-haspopup="dialog"
      @click=${() => this.dispatchEvent(new Event(SHOW_CHECK, { bubbles: true, composed: true }))}
    >
      ${texts.checkOpen}
    </button>`;
    const { open, short } = linkTexts[state.language];
    const invite = html`<button
      class="button"
      aria-haspopup="dialog"
      @click=${() => this.dispatchEvent(new Event(SHOW_LINKS, { bubbles: true, composed: true }))}
    >
      ${open}
    </button>`;
    const test = html`<button class="button" @click=${() => actions.testRing()}>${texts.testRing}</button>`;
    return html`<section aria-labelledby="setup">
      <h2 id="setup">${texts.youAreSetUp}</h2>
      <ul>
        ${item("microphone", microphoneFound === "missing", texts.microphone, microphone[microphoneFound])}
        ${item("bell", bell.sound === "locked", texts.ring, bell.sound === "ready" ? texts.ringReady : texts.ringLocked, html`${this.#speakers()}${test}`)}
        ${item("message", false, texts.notifications, notices[bell.notifications], bell.notifications === "off" ? ask : nothing)}
        ${item("shield", false, texts.check, texts.checkShort, check)}
        ${item("people", line === "superseded", texts.thisTab, line === "open" ? texts.thisTabLeads : texts.thisTabWaits)}
      </ul>
      <p class="small muted">${short}</p>
      ${invite}
    </section>`;
  }
}

function choose(
  name: string,
  devices: readonly Device[],
  uses: string,
  otherwise: string,
  choice: (id: string) => void,
): TemplateResult {
  // One that was unplugged is not used, though it was chosen.
  const used = devices.some(({ id }) => id === uses) ? uses : "";
  const all = [{ id: "", name: otherwise }, ...devices];
  return html`<select
    aria-label=${name}
    @change=${(event: Event) => choice((event.target as HTMLSelectElement).value)}
  >
    ${all.map((one) => html`<option value=${one.id} ?selected=${one.id === used}>${one.name}</option>`)}
  </select>`;
}

function item(
  sign: IconName,
  wrong: boolean,
  name: string,
  words: string,
  button: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<li class=${wrong ? "wrong" : ""}>
    ${icon(sign)}
    <div><b>${name}</b><br /><span class="small muted">${words}</span><br />${button}</div>
  </li>`;
}
