/** A message that somebody left: what they wrote, where to answer, and that it is done. */
import type { AgentContact } from "@zuruf/protocol";
import { base, buttons, icon } from "@zuruf/ui";
import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { focused, takesText, View } from "./view";
import { whoCalls } from "./words";

@customElement("zuruf-message")
export class MessageView extends View {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        min-height: 100%;
        padding: var(--z-5);
      }

      section {
        display: grid;
        align-content: start;
        gap: var(--z-4);
        width: min(680px, 100%);
        margin: 0 auto;
      }

      section:focus {
        outline: none;
      }

      .head {
        display: grid;
        gap: var(--z-1);
      }

      .text {
        padding: var(--z-4);
        border: 1px solid var(--z-line);
        border-radius: 14px;
        background: var(--z-page);
        font-size: var(--z-t3);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      a {
        color: var(--z-accent);
        overflow-wrap: anywhere;
      }

      .button {
        justify-self: start;
        min-width: 220px;
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;

  protected override firstUpdated(): void {
    if (!takesText(focused())) this.renderRoot.querySelector<HTMLElement>("section")?.focus();
  }

  protected override render(): TemplateResult {
    const { contact, state, texts } = this;
    return html`<section tabindex="-1" aria-labelledby="title">
      <div class="head">
        <h2 id="title">${texts.messageFrom(whoCalls(contact, texts))}</h2>
        ${
          contact.address
            ? html`<p>${texts.answerTo} <a href=${`mailto:${encodeURIComponent(contact.address)}`}>${contact.address}</a></p>`
            : html`<p class="muted">${texts.noAnswer}</p>`
        }
      </div>
      <p class="text">${contact.text || html`<span class="muted">${texts.messageGone}</span>`}</p>
      <button class="button primary big" ?disabled=${state.asked !== null} @click=${() => this.actions.hangUp()}>
        ${icon("check")}${texts.done}
      </button>
    </section>`;
  }
}
