/** The open contacts: who waits, rings and talks. */
import type { SupervisedContact } from "@zuruf/protocol";
import { asClock, base, buttons, chips, fields, icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shortId, shownContacts, untold } from "../state";
import { asCards, counted, heading, tableStyles } from "./table";
import { View } from "./view";
import { channelWord, noticesFail, phaseWords } from "./words";

@customElement("zuruf-board-contacts")
export class Contacts extends View {
  static override styles = [
    base,
    buttons,
    chips,
    fields,
    tableStyles,
    asCards(660),
    css`
      .failed {
        display: grid;
        gap: var(--z-2);
        margin: 0 var(--z-4);
      }

      .failed .notice {
        margin: 0 0 var(--z-2);
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { state, texts } = this;
    const rows = shownContacts(state);
    return html`<section aria-label=${texts.contacts}>
      ${counted(texts.contacts, state.contacts.size + state.leftOut)}
      <div class="failed" role="status">${this.#failedNotices()}</div>
      ${
        rows.length === 0
          ? html`<p class="empty">${state.contacts.size ? texts.nothingFound : texts.noContacts}</p>`
          : html`<div class="scroll">
              <table aria-label=${texts.contacts}>
                <thead>
                  <tr>
                    ${heading(this, "contacts", "id", texts.contact)}
                    ${heading(this, "contacts", "group", texts.group)}
                    ${heading(this, "contacts", "state", texts.state)}
                    ${heading(this, "contacts", "asked", texts.since, true)}
                    ${heading(this, "contacts", "agent", texts.agent)}
                    <th scope="col"><span class="unseen">${texts.actions}</span></th>
                  </tr>
                </thead>
                <tbody>
                  ${repeat(
                    rows,
                    (row) => row.id,
                    (row) => this.#row(row),
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${state.leftOut > 0 ? html`<p class="foot">${texts.leftOut(state.leftOut)}</p>` : nothing}
    </section>`;
  }

  /** What to do about callers who cannot be told that it is their turn. */
  #failedNotices(): TemplateResult[] {
    const { state, texts } = this;
    const lost = untold(state);
    const failing = state.failedNotices.failing[0];
    const sentences = [
      ...(lost.length > 0 ? [texts.noticesGivenUp(lost.map(shortId).join(", "))] : []),
      ...(failing ? [noticesFail(failing.failure, texts)] : []),
    ];
    return sentences.map((said) => html`<p class="notice end">${icon("alert")}<span>${said}</span></p>`);
  }

  /** Whether the caller could not be told, so far or for good. */
  #notTold(id: string): TemplateResult | typeof nothing {
    const { failing, givenUp } = this.state.failedNotices;
    const isIts = ({ contactId }: { readonly contactId: string }) => contactId === id;
    if (!givenUp.some(isIts) && !failing.some(isIts)) return nothing;
    return html`<span class="chip ${givenUp.some(isIts) ? "end" : "ring"}">${icon("alert")}${this.texts.notTold}</span>`;
  }

  #row(contact: SupervisedContact): TemplateResult {
    const { state, texts, clock } = this;
    const { word, tone } = phaseWords(contact, texts);
    const nameOf = (id: string) => state.agents.get(id)?.name ?? id;
    const agents = contact.agentIds.map(nameOf).join(", ");
    const asker = contact.askedBy === null ? texts.colleague : nameOf(contact.askedBy);
    const waits = contact.phase === "queued" || contact.phase === "offered";
    const { id } = contact;
    return html`<tr>
      <th scope="row" class="number">${shortId(id)}</th>
      <td data-label=${texts.group}>
        ${state.groups.get(contact.groupId)?.name ?? contact.groupId}
        <span class="small muted">
          ${contact.isConsultation ? texts.consultation(asker) : channelWord(contact, texts)}
        </span>
      </td>
      <td data-label=${texts.state}>
        <span class="chips">
          <span class="chip ${tone}"><i class="dot"></i>${word}</span>
          ${contact.hasAlarm ? html`<span class="chip end">${icon("alert")}${texts.alarm}</span>` : nothing}
          ${this.#notTold(id)}
        </span>
      </td>
      <td class="figure" data-label=${texts.since}>
        ${asClock(clock.since(waits ? contact.askedAt : contact.phaseSince))}
      </td>
      <td data-label=${texts.agent}>${agents || texts.none}</td>
      <td class="acts wide">
        <button class="button quiet" @click=${() => this.actions.show({ kind: "why", contact: id })}>
          ${texts.why}
        </button>
        ${
          waits
            ? html`<button class="button" @click=${() => this.actions.show({ kind: "assign", contact: id })}>
                ${texts.assign}
              </button>`
            : nothing
        }
        <button class="button" @click=${() => this.actions.show({ kind: "end", contact: id })}>${texts.end}</button>
      </td>
    </tr>`;
  }
}
