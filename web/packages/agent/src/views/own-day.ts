/** What rang at this desk today, what came of it, and a search through it. For the agent alone. */
import type { OwnContact, OwnDay } from "@zuruf/protocol";
import { asClock, base, buttons, fields, icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state as inner } from "lit/decorators.js";
import type { DeskTexts } from "../texts";
import { View } from "./view";

/** With fewer one sees them all. */
const SEARCH_FROM = 6;

@customElement("zuruf-own-day")
export class OwnDayView extends View {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      section {
        display: grid;
        gap: var(--z-2);
        margin-top: var(--z-5);
      }

      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: 3rem minmax(0, 1fr) max-content;
        gap: 2px 10px;
        padding: 8px 0;
        border-top: 1px solid var(--z-line);
        font-size: var(--z-t1);
      }

      b {
        font-size: 0.875rem;
        font-weight: 550;
        overflow-wrap: anywhere;
      }

      .came {
        grid-column: 2 / -1;
      }

      .missed {
        color: var(--z-ring);
        font-weight: 600;
      }
    `,
  ];

  @inner() private looksFor = "";

  protected override render(): TemplateResult {
    const { state, texts, actions } = this;
    const { day } = state;
    return html`<section aria-labelledby="day">
      <h2 id="day">${texts.day}</h2>
      ${
        day === "unread"
          ? html`<p class="small muted">${texts.dayUnread}</p>
              <button class="button" @click=${() => actions.readDay()}>${texts.tryAgain}</button>`
          : day === "looking"
            ? html`<p class="small muted">${texts.looking}</p>`
            : this.#read(day)
      }
    </section>`;
  }

  #read(day: OwnDay): TemplateResult {
    const { texts } = this;
    const { contacts } = day;
    const found = contacts.filter((one) => mentions(one, this.looksFor, texts));
    return html`
      <p class="small muted number">${contacts.length === 0 ? texts.dayEmpty : inShort(contacts, texts)}</p>
      ${
        contacts.length < SEARCH_FROM
          ? nothing
          : html`<input
              class="field"
              type="search"
              aria-label=${texts.daySearch}
              placeholder=${texts.daySearch}
              .value=${this.looksFor}
              @input=${this.#look}
            />`
      }
      <ol aria-labelledby="day">${found.map((one) => this.#entry(one))}</ol>
      ${found.length === 0 && contacts.length > 0 ? html`<p class="small muted" role="status">${texts.dayNothing}</p>` : nothing}
      ${day.more > 0 ? html`<p class="small muted">${texts.dayMore(day.more)}</p>` : nothing}
      ${day.isComplete ? nothing : html`<p class="small muted">${texts.daySince(this.#time(day.since))}</p>`}
    `;
  }

  #entry(one: OwnContact): TemplateResult {
    const { texts } = this;
    const about = [one.topic, one.groupName].filter(Boolean).join(" · ");
    return html`<li>
      <span class="number muted">${this.#time(one.rangAt)}</span>
      <b>${whoItWas(one, texts)}</b>
      <span class="number muted">${one.talkedMs === null ? nothing : asClock(one.talkedMs)}</span>
      <span class="came muted">
        ${one.outcome === "missed" ? icon("bell") : nothing}
        <span class=${one.outcome === "missed" ? "missed" : ""}>${whatCame(one, texts)}</span>${about ? ` · ${about}` : ""}
      </span>
    </li>`;
  }

  #time(at: number): string {
    return new Intl.DateTimeFormat(this.state.language, { hour: "2-digit", minute: "2-digit" }).format(at);
  }

  #look(event: Event): void {
    this.looksFor = (event.target as HTMLInputElement).value;
  }
}

function whoItWas(one: OwnContact, texts: DeskTexts): string {
  if (one.askedBy) return texts.dayQuestion;
  if (one.name) return one.name;
  return one.pageTitle ? texts.visitorFrom(one.pageTitle) : texts.visitor;
}

/** What the wrap-up said, else how it ended. */
function whatCame(one: OwnContact, texts: DeskTexts): string {
  if (one.codeLabel) return one.codeLabel;
  const words: Record<OwnContact["outcome"], string> = {
    ringing: texts.dayRinging,
    missed: texts.dayMissed,
    declined: texts.dayDeclined,
    gone: one.askedBy ? texts.dayQuestionGone : texts.dayGone,
    taken: texts.dayTaken,
    talking: texts.dayTalking,
    caller_hung_up: one.askedBy ? texts.dayQuestionOver : texts.dayCallerHungUp,
    agent_hung_up: texts.dayAgentHungUp,
    caller_lost: texts.dayCallerLost,
    not_connected: texts.dayNotConnected,
    transferred: texts.dayTransferred,
    handed_over: one.askedBy ? texts.dayTakenOver : texts.dayHandedOver,
    lost: texts.dayLost,
    ended: texts.dayEnded,
  };
  return words[one.outcome];
}

function inShort(contacts: readonly OwnContact[], texts: DeskTexts): string {
  const answered = contacts.filter(({ answeredAt }) => answeredAt !== null).length;
  const missed = contacts.filter(({ outcome }) => outcome === "missed").length;
  const talked = contacts.reduce((sum, { talkedMs }) => sum + (talkedMs ?? 0), 0);
  return texts.dayInShort(answered, missed, asClock(talked));
}

function mentions(one: OwnContact, words: string, texts: DeskTexts): boolean {
  const said = [whoItWas(one, texts), one.topic, one.groupName, one.pageTitle, whatCame(one, texts)].join(
    " ",
  );
  return said.toLowerCase().includes(words.trim().toLowerCase());
}
