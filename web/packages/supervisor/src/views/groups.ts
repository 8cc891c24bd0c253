/** The groups: who waits, who is there, and how the day goes. */
import type { SupervisedGroup } from "@zuruf/protocol";
import { asClock, base, buttons, chips } from "@zuruf/ui";
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shownGroups } from "../state";
import { asCards, counted, heading, tableStyles } from "./table";
import { View } from "./view";

@customElement("zuruf-board-groups")
export class Groups extends View {
  static override styles = [base, buttons, chips, tableStyles, asCards(1120)];

  protected override render(): TemplateResult {
    const { state, texts } = this;
    const rows = shownGroups(state);
    const figures: readonly [string, string][] = [
      ["waiting", texts.waiting],
      ["longest", texts.longest],
      ["ready", texts.ready],
      ["talking", texts.talking],
      ["wrapUp", texts.wrapUp],
      ["onBreak", texts.onBreak],
      ["offered", texts.offered],
      ["answered", texts.answered],
      ["abandoned", texts.abandoned],
      ["level", texts.level],
    ];
    return html`<section aria-label=${texts.groups}>
      ${counted(texts.groups, rows.length)}
      <div class="scroll">
        <table aria-label=${texts.groups}>
          <thead>
            <tr>
              ${heading(this, "groups", "name", texts.group)}
              ${figures.map(([by, words]) => heading(this, "groups", by, words, true))}
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
      </div>
      ${rows.length === 0 ? html`<p class="empty">${state.groups.size ? texts.nothingFound : texts.noGroups}</p>` : nothing}
      ${state.day ? html`<p class="foot">${this.#meaning()}</p>` : nothing}
    </section>`;
  }

  #row(group: SupervisedGroup): TemplateResult {
    const { texts, clock } = this;
    const { day } = group;
    const figure = (label: string, value: unknown, more: unknown = nothing) =>
      html`<td class="figure" data-label=${label}>${value}${more}</td>`;
    const small = (words: string) => html`<span class="small muted">${words}</span>`;
    const waits = group.longestAskedAt === null ? texts.none : asClock(clock.since(group.longestAskedAt));
    const level = day.serviceLevel === null ? texts.none : texts.percent(day.serviceLevel);
    const target = small(texts.target(group.levelShare, Math.round(group.levelMs / 1_000)));
    const left = day.shortAbandoned > 0 ? small(texts.short(day.shortAbandoned)) : nothing;
    const [word, tone] = group.closedByHand
      ? [texts.closedByHand, "end"]
      : group.isOpen
        ? [texts.open, "ready"]
        : [texts.closed, "still"];
    const act = group.closedByHand
      ? html`<button class="button" @click=${() => this.actions.reopenGroup(group.id)}>${texts.reopen}</button>`
      : html`<button class="button" @click=${() => this.actions.show({ kind: "close", group: group.id })}>
          ${texts.closeNow}
        </button>`;
    return html`<tr>
      <th scope="row" class="wide">
        ${group.name} <span class="chip ${tone}"><i class="dot"></i>${word}</span>
      </th>
      ${figure(texts.waiting, html`<b>${group.waiting}</b>`)} ${figure(texts.longest, waits)}
      ${figure(texts.ready, group.ready)} ${figure(texts.talking, group.talking)}
      ${figure(texts.wrapUp, group.wrapUp)} ${figure(texts.onBreak, group.onBreak)}
      ${figure(texts.offered, day.offered)} ${figure(texts.answered, day.answered)}
      ${figure(texts.abandoned, day.abandoned, left)} ${figure(texts.level, html`<b>${level}</b>`, target)}
      <td class="acts wide">${act}</td>
    </tr>`;
  }

  #meaning(): string {
    const { state, texts } = this;
    if (!state.day) return "";
    const { since, isComplete, shortMs } = state.day;
    const time = new Intl.DateTimeFormat(state.language, { timeStyle: "short", hourCycle: "h23" }).format(
      since,
    );
    const from = isComplete ? texts.sinceMidnight : texts.sinceTime(time);
    return `${texts.levelMeaning(Math.round(shortMs / 1_000))} ${from}`;
  }
}
