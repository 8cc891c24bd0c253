/** What the caller and the caller's page said, as a list of pairs. */
import type { AgentContact } from "@zuruf/protocol";
import type { Language } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import type { DeskTexts } from "../texts";
import { kindOfCall, shortAddress, spokenLanguage } from "./words";

export const detailsStyles = css`
  .details {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 6px var(--z-4);
    font-size: 0.8125rem;
  }

  .details dt {
    color: var(--z-ink-2);
  }

  .details dd {
    min-width: 0;
    font-weight: 550;
    overflow-wrap: anywhere;
  }

  .details dd span {
    color: var(--z-ink-2);
    font-weight: 400;
  }
`;

/** @param language - Given where group and language are not said beside it already. */
export function details(contact: AgentContact, texts: DeskTexts, language?: Language): TemplateResult {
  const address = contact.pageUrl ? shortAddress(contact.pageUrl) : "";
  const page = [contact.pageTitle, address].filter(Boolean);
  const route = language
    ? html`<dt>${texts.group}</dt>
        <dd>${contact.groupName}</dd>
        <dt>${texts.spokenLanguage}</dt>
        <dd>${spokenLanguage(contact, language, texts)}</dd>`
    : nothing;
  return html`<dl class="details">
    <dt>${texts.wants}</dt>
    <dd>${kindOfCall(contact, texts)}</dd>
    ${route}
    <dt>${texts.topic}</dt>
    <dd>${contact.topic ? html`${contact.topic} <span>${texts.statedByVisitor}</span>` : html`<span>${texts.notStated}</span>`}</dd>
    <dt>${texts.page}</dt>
    <dd>
      ${page.length > 0 ? html`${page[0]}${page[1] ? html` <span>${page[1]}</span>` : nothing}` : html`<span>${texts.notStated}</span>`}
    </dd>
  </dl>`;
}
