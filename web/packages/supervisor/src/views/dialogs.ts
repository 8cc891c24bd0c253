/** What is asked back before something happens to somebody, and what happened to a contact. */
import type { SupervisedAgent, SupervisedGroup } from "@zuruf/protocol";
import { base, buttons, chips, fields, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner } from "lit/decorators.js";
import type { Instead, SettablePresence } from "../control";
import { type Dialog, shortId } from "../state";
import { View } from "./view";
import { doingWords } from "./words";

@customElement("zuruf-board-dialog")
export class Dialogs extends View {
  static override styles = [
    base,
    buttons,
    chips,
    fields,
    css`
      dialog {
        width: min(560px, calc(100vw - 2 * var(--z-3)));
        max-height: calc(100dvh - 2 * var(--z-4));
        padding: var(--z-5);
        overflow: auto;
        border: 1px solid var(--z-line);
        border-radius: 20px;
        background: var(--z-raised);
        color: var(--z-ink);
        box-shadow: var(--z-shadow);
      }

      dialog::backdrop {
        background: rgb(8 16 20 / 0.45);
      }

      .top {
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: var(--z-3);
        margin-bottom: var(--z-2);
      }

      .top .button {
        min-height: 32px;
        margin: -4px -8px 0 0;
        padding: 2px 6px;
      }

      form,
      .parts {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--z-4);
      }

      .part {
        display: grid;
        gap: var(--z-2);
        margin: 0;
        padding: 0;
        border: 0;
        min-width: 0;
      }

      legend,
      .part > h3 {
        padding: 0;
        margin-bottom: var(--z-1);
        font-size: var(--z-t2);
        font-weight: 600;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--z-2);
      }

      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--z-3);
      }

      .field select {
        width: 100%;
        min-height: 44px;
        padding: 8px 12px;
        border: 1px solid var(--z-edge);
        border-radius: var(--z-r2);
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
      }

      .field textarea {
        width: 100%;
        min-height: 72px;
        padding: 8px 12px;
        border: 1px solid var(--z-edge);
        border-radius: var(--z-r2);
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
        resize: vertical;
      }

      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: var(--z-2);
      }

      .button[aria-pressed="true"] {
        border-color: var(--z-accent);
        background: var(--z-accent-soft);
        font-weight: 650;
      }

      [role="alert"]:not(:has(*)) {
        display: none;
      }

      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: 72px 1fr;
        gap: var(--z-2);
        padding: 5px 0;
      }

      li + li {
        border-top: 1px solid var(--z-line);
      }
    `,
  ];

  /** What was chosen in the dialog so far. */
  @inner() private chosen: readonly string[] = [];
  @inner() private wrong = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("state")?.dialog ?? null;
    const { dialog } = this.state;
    if (changed.has("state") && dialog !== before && !(dialog && before && isSame(dialog, before))) {
      this.chosen = dialog?.kind === "agent" ? (this.state.agents.get(dialog.agent)?.groupIds ?? []) : [];
      this.wrong = "";
    }
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { dialog } = this.state;
    if (dialog === null) return nothing;
    const [title, body] = this.#content(dialog);
    return html`<dialog aria-labelledby="title" @close=${this.#closed} @click=${this.#beside}>
      <div class="top">
        <h2 id="title">${title}</h2>
        <button class="button quiet" aria-label=${this.texts.close} @click=${this.#dismiss}>${icon("close")}</button>
      </div>
      ${body}
    </dialog>`;
  }

  #content(dialog: Dialog): readonly [string, TemplateResult] {
    const { state, texts, actions } = this;
    switch (dialog.kind) {
      case "agent": {
        const agent = state.agents.get(dialog.agent);
        return [texts.agentTitle(agent?.name ?? ""), agent ? this.#agent(agent) : html``];
      }
      case "sign_out": {
        const name = state.agents.get(dialog.agent)?.name ?? "";
        const act = () => actions.signAgentOut(dialog.agent);
        return [
          texts.signAgentOutTitle(name),
          this.#question(texts.signAgentOutMeaning, texts.signAgentOutNow, act),
        ];
      }
      case "end": {
        const act = () => actions.end(dialog.contact);
        return [
          `${texts.endTitle} (${shortId(dialog.contact)})`,
          this.#question(texts.endMeaning, texts.endNow, act),
        ];
      }
      case "assign":
        return [`${texts.assignTitle} (${shortId(dialog.contact)})`, this.#assign(dialog.contact)];
      case "close": {
        const group = state.groups.get(dialog.group);
        return [texts.closeTitle(group?.name ?? ""), group ? this.#close(group) : html``];
      }
      case "why":
        return [`${texts.whyTitle} (${shortId(dialog.contact)})`, this.#explanation()];
    }
  }

  #question(meaning: string, press: string, act: () => void): TemplateResult {
    return html`<div class="parts"><p>${meaning}</p>${this.#failure()} ${this.#foot(press, act, true)}</div>`;
  }

  #agent(agent: SupervisedAgent): TemplateResult {
    const { state, texts, actions } = this;
    const presences: readonly SettablePresence[] = ["available", "once", "busy", "break"];
    const out = agent.doing === "signed_out";
    const isAsBefore = [...this.chosen].sort().join() === [...agent.groupIds].sort().join();
    const toggle = (group: string, on: boolean) => {
      this.chosen = on ? [...this.chosen, group] : this.chosen.filter((one) => one !== group);
    };
    return html`<div class="parts">
      <fieldset class="part">
        <legend>${texts.presence}</legend>
        ${
          out
            ? html`<p class="muted">${texts.isSignedOut}</p>`
            : html`<div class="row">
                ${presences.map(
                  (presence) => html`<button
                    class="button"
                    aria-pressed=${agent.presence === presence}
                    ?disabled=${state.working}
                    @click=${() => actions.setPresence(agent.id, presence)}
                  >
                    ${texts[presence]}
                  </button>`,
                )}
              </div>`
        }
      </fieldset>
      <fieldset class="part">
        <legend>${texts.servesGroups}</legend>
        ${[...state.groups.values()].map(
          (group) => html`<label class="tick">
            <input
              type="checkbox"
              .checked=${this.chosen.includes(group.id)}
              @change=${(event: Event) => toggle(group.id, (event.target as HTMLInputElement).checked)}
            />${group.name}
          </label>`,
        )}
        ${this.chosen.length === 0 ? html`<p class="notice ring">${icon("alert")}<span>${texts.oneGroupAtLeast}</span></p>` : nothing}
        <div class="row">
          <button
            class="button"
            ?disabled=${state.working || isAsBefore || this.chosen.length === 0}
            @click=${() => actions.move(agent.id, this.chosen)}
          >
            ${texts.saveGroups}
          </button>
        </div>
      </fieldset>
      ${this.#failure()}
      <div class="foot">
        ${
          out
            ? nothing
            : html`<button class="button" @click=${() => actions.show({ kind: "sign_out", agent: agent.id })}>
                ${icon("door")}${texts.signAgentOut}
              </button>`
        }
        <button class="button" @click=${this.#dismiss}>${texts.close}</button>
      </div>
    </div>`;
  }

  #assign(contact: string): TemplateResult {
    const { state, texts, actions } = this;
    const there = [...state.agents.values()].filter((agent) => agent.doing !== "signed_out");
    if (there.length === 0) return html`<div class="parts"><p>${texts.nobodyToAssign}</p></div>`;
    // Who is ready first; then by name.
    const rank = (agent: SupervisedAgent) => `${agent.doing === "ready" ? 0 : 1} ${agent.name}`;
    there.sort((a, b) => rank(a).localeCompare(rank(b), state.language));
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      actions.assign(contact, this.#value("assignee"));
    };
    return html`<form @submit=${submit}>
      <p>${texts.assignMeaning}</p>
      <div class="field">
        <label for="assignee">${texts.assignTo}</label>
        <select id="assignee">
          ${there.map(
            (agent) =>
              html`<option value=${agent.id}>${agent.name} · ${doingWords(agent.doing, texts).word}</option>`,
          )}
        </select>
      </div>
      ${this.#failure()} ${this.#foot(texts.assignNow)}
    </form>`;
  }

  #close(group: SupervisedGroup): TemplateResult {
    const { state, texts, actions } = this;
    const others = [...state.groups.values()].filter(
      (other) =>
        other.id !== group.id && other.isOpen && other.channels.some((one) => group.channels.includes(one)),
    );
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const [de, en] = [this.#value("text-de").trim(), this.#value("text-en").trim()];
      if ((de === "") !== (en === "")) {
        this.wrong = texts.bothLanguages;
        return;
      }
      this.wrong = "";
      const waiting = insteadOf(this.#value("waiting"));
      actions.closeGroup(group.id, { text: de === "" ? null : { de, en }, waiting });
    };
    const area = (id: string, label: string) =>
      html`<div class="field">
        <label for=${id}>${label}</label><textarea id=${id} maxlength="1000" aria-describedby="hint"></textarea>
      </div>`;
    return html`<form @submit=${submit}>
      <p>${texts.closeMeaning}</p>
      <fieldset class="part">
        <legend>${texts.closeText}</legend>
        <div class="pair">${area("text-de", texts.inGerman)} ${area("text-en", texts.inEnglish)}</div>
        <p class="small muted" id="hint">${texts.closeTextHint}</p>
      </fieldset>
      <div class="field">
        <label for="waiting">${texts.waitingGet(group.waiting)}</label>
        <select id="waiting">
          <option value="">${texts.areServed}</option>
          ${group.takesMessages ? html`<option value="message">${texts.areOfferedMessage}</option>` : nothing}
          ${group.callsBack ? html`<option value="callback">${texts.areOfferedCallback}</option>` : nothing}
          ${others.map((other) => html`<option value="group ${other.id}">${texts.areLedTo(other.name)}</option>`)}
          <option value="refuse">${texts.areRefused}</option>
        </select>
      </div>
      <div role="alert">
        ${this.wrong ? html`<p class="notice ring">${icon("alert")}<span>${this.wrong}</span></p>` : nothing}
      </div>
      ${this.#failure()} ${this.#foot(texts.closeGroupNow, undefined, true)}
    </form>`;
  }

  #explanation(): TemplateResult {
    const { explanation, language } = this.state;
    if (explanation === null) return html`<p class="muted" aria-busy="true">${this.texts.working}</p>`;
    const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
    return html`<div class="parts">
      ${
        explanation.entries.length === 0
          ? nothing
          : html`<ol>
              ${explanation.entries.map(
                (entry) => html`<li>
                  <span class="muted number">${time.format(entry.at)}</span><span>${entry.sentence}</span>
                </li>`,
              )}
            </ol>`
      }
      ${explanation.notes.map((note) => html`<p class="notice">${icon("alert")}<span>${note}</span></p>`)}
    </div>`;
  }

  #failure(): TemplateResult {
    const { notice } = this.state;
    return html`<div role="alert">
      ${notice?.bad ? html`<p class="notice end">${icon("alert")}<span>${notice.sentence}</span></p>` : nothing}
    </div>`;
  }

  #foot(press: string, act?: () => void, hurts = false): TemplateResult {
    const { state, texts } = this;
    return html`<div class="foot">
      <button type="button" class="button" @click=${this.#dismiss}>${texts.cancel}</button>
      <button
        type=${act ? "button" : "submit"}
        class="button ${hurts ? "end" : "primary"}"
        ?disabled=${state.working}
        @click=${() => act?.()}
      >
        ${state.working ? texts.working : press}
      </button>
    </div>`;
  }

  #value(id: string): string {
    return this.renderRoot.querySelector<HTMLSelectElement | HTMLTextAreaElement>(`#${id}`)?.value ?? "";
  }

  #dismiss = (): void => {
    this.actions.show(null);
  };

  /** Escape closes it; so does a press beside it. */
  #closed = (): void => {
    if (this.state.dialog !== null) this.actions.show(null);
  };

  #beside = (event: MouseEvent): void => {
    if (event.target === event.currentTarget && this.state.dialog?.kind === "why") this.actions.show(null);
  };
}

function isSame(a: Dialog, b: Dialog): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function insteadOf(chosen: string): Instead | null {
  const [kind, group] = chosen.split(" ");
  switch (kind) {
    case "message":
    case "callback":
    case "refuse":
      return { kind };
    case "group":
      return group === undefined ? null : { kind, group };
    default:
      return null;
  }
}
