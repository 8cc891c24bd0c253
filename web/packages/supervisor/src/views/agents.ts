/** The agents of one's groups: what they do, and for how long. */
import type { SupervisedAgent } from "@zuruf/protocol";
import { asClock, base, buttons, chips } from "@zuruf/ui";
import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shownAgents } from "../state";
import { asCards, counted, heading, tableStyles } from "./table";
import { View } from "./view";
import { doingWords } from "./words";

@customElement("zuruf-board-agents")
export class Agents extends View {
  static override styles = [base, buttons, chips, tableStyles, asCards(500)];

  protected override render(): TemplateResult {
    const { state, texts } = this;
    const rows = shownAgents(state);
    return html`<section aria-label=${texts.agents}>
      ${counted(texts.agents, state.agents.size)}
      ${
        rows.length === 0
          ? html`<p class="empty">${state.agents.size ? texts.nothingFound : texts.noAgents}</p>`
          : html`<div class="scroll">
              <table aria-label=${texts.agents}>
                <thead>
                  <tr>
                    ${heading(this, "agents", "name", texts.agent)}
                    ${heading(this, "agents", "state", texts.state)}
                    ${heading(this, "agents", "since", texts.since, true)}
                    ${heading(this, "agents", "groups", texts.groups)}
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
    </section>`;
  }

  #row(agent: SupervisedAgent): TemplateResult {
    const { state, texts, clock } = this;
    const { word, tone } = doingWords(agent.doing, texts);
    const groups = agent.groupIds.map((id) => state.groups.get(id)?.name ?? id).join(", ");
    const since = agent.doing === "signed_out" ? texts.none : asClock(clock.since(agent.since));
    return html`<tr>
      <th scope="row">${agent.name}</th>
      <td data-label=${texts.state}><span class="chip ${tone}"><i class="dot"></i>${word}</span></td>
      <td class="figure" data-label=${texts.since}>${since}</td>
      <td data-label=${texts.groups}>${groups}</td>
      <td class="acts wide">
        <button
          class="button"
          aria-label=${texts.agentTitle(agent.name)}
          @click=${() => this.actions.show({ kind: "agent", agent: agent.id })}
        >
          ${texts.manage}
        </button>
      </td>
    </tr>`;
  }
}
