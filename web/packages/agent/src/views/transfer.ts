/** To whom a call may be handed on, or who may be asked first: agents, groups, and who has a skill. */
import type { AgentContact, Targets } from "@zuruf/protocol";
import { base, buttons, fields, type IconName, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner, property, query } from "lit/decorators.js";
import { View, type Whom } from "./view";

interface Target {
  readonly sign: IconName;
  readonly name: string;
  readonly ready: boolean;
  readonly whom: Whom;
  /** Somebody of the contact's own group may be asked, but to hand it on there would change nothing. */
  readonly onlyAsk?: boolean;
}

@customElement("zuruf-transfer")
export class TransferDialog extends View {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      dialog {
        width: min(36rem, 92vw);
        max-height: 80vh;
        padding: var(--z-5);
        border: 1px solid var(--z-line);
        border-radius: 18px;
        background: var(--z-surface);
        color: var(--z-ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 0.5);
      }

      h2,
      h3 {
        margin: 0 0 var(--z-2);
      }

      p,
      .search {
        margin: 0 0 var(--z-4);
      }

      .search {
        display: grid;
        gap: 4px;
      }

      ul {
        display: grid;
        gap: var(--z-2);
        margin: 0 0 var(--z-4);
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--z-2);
        padding: 6px 6px 6px 12px;
        border: 1px solid var(--z-line);
        border-radius: 10px;
      }

      .name {
        flex: 1 1 9rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .note {
        color: var(--z-ink-2);
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;

  @inner() private looksFor = "";

  @query("dialog") private dialog!: HTMLDialogElement;

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { targets } = this.state;
    if (targets && !this.dialog.open) {
      this.looksFor = "";
      this.dialog.showModal();
    }
    if (!targets && this.dialog.open) this.dialog.close();
  }

  protected override render(): TemplateResult {
    const { targets } = this.state;
    return html`<dialog aria-labelledby="whom" @close=${() => this.actions.forgetTargets()}>
      ${targets ? this.#choices(targets) : nothing}
    </dialog>`;
  }

  #choices(targets: Targets): TemplateResult {
    const { texts } = this;
    const { agents, groups, skills } = this.#of(targets);
    const all = [...agents, ...groups, ...skills];
    const found = (some: readonly Target[]) =>
      some.filter(({ name }) => name.toLowerCase().includes(this.looksFor.trim().toLowerCase()));
    return html`<h2 id="whom">${texts.transferTo}</h2>
      <p>${all.length > 0 ? texts.transferLead : texts.noTarget}</p>
      ${
        all.length > 6
          ? html`<label class="search">
              ${texts.transferSearch}
              <input class="field" type="search" .value=${this.looksFor} @input=${this.#look} />
            </label>`
          : nothing
      }
      <div role="status">
        ${all.length > 0 && found(all).length === 0 ? html`<p>${texts.transferNone}</p>` : nothing}
      </div>
      ${this.#list(texts.transferAgents, found(agents))} ${this.#list(texts.transferGroups, found(groups))}
      ${this.#list(texts.transferSkills, found(skills))}
      <form method="dialog"><button class="button">${texts.transferNot}</button></form>`;
  }

  #of({ agents, groups, skills, ownGroup }: Targets): Record<"agents" | "groups" | "skills", Target[]> {
    const { texts } = this;
    const group = ({ id, name, ready }: Targets["groups"][number], onlyAsk = false): Target => ({
      sign: "people",
      name,
      ready,
      whom: { groupId: id },
      onlyAsk,
    });
    return {
      agents: agents.map(({ id, name, ready }) => ({ sign: "person", name, ready, whom: { agentId: id } })),
      groups: [
        ...(ownGroup && agents.length > 0 ? [group(ownGroup, true)] : []),
        ...groups.map((one) => group(one)),
      ],
      skills: skills.map(({ id, level, ready }) => ({
        sign: "check",
        name: texts.skillLevel(id, level),
        ready,
        whom: { skill: { id, level: 1 } },
      })),
    };
  }

  #list(words: string, targets: readonly Target[]): TemplateResult | typeof nothing {
    if (targets.length === 0) return nothing;
    return html`<h3>${words}</h3>
      <ul>
        ${targets.map((target) => this.#row(target))}
      </ul>`;
  }

  #row({ sign, name, ready, whom, onlyAsk }: Target): TemplateResult {
    const { actions, texts, contact } = this;
    const talks = contact.channel === "voice" || contact.channel === "video";
    return html`<li>
      ${icon(sign)}<span class="name">${name} <span class="note">· ${ready ? texts.targetReady : texts.targetBusy}</span></span>
      ${
        talks
          ? html`<button class="button" aria-label=${texts.toWhom(texts.askFirst, name)} @click=${() => actions.consult(whom)}>
              ${texts.askFirst}
            </button>`
          : nothing
      }
      ${
        onlyAsk
          ? nothing
          : html`<button
              class="button"
              aria-label=${texts.toWhom(texts.transferNow, name)}
              @click=${() => actions.transfer(whom)}
            >
              ${texts.transferNow}
            </button>`
      }
    </li>`;
  }

  #look = (event: InputEvent): void => {
    this.looksFor = (event.target as HTMLInputElement).value;
  };
}
