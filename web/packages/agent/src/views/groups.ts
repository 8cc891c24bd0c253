/** The left side: what one is at now, and who waits. */
import type { AgentGroup } from "@zuruf/protocol";
import { asClock, base, buttons, EverySecond, icon, secondsLeft } from "@zuruf/ui";
import { languageSwitch, languageSwitchStyles } from "@zuruf/ui/language-switch";
import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { scene } from "../state";
import { SHOW_KEYS } from "./keys";
import { View } from "./view";
import { initials, kindOfCall, whoCalls } from "./words";

@customElement("zuruf-desk-groups")
export class Groups extends View {
  static override styles = [
    base,
    buttons,
    languageSwitchStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--z-5);
        min-height: 100%;
      }

      h2 {
        margin-bottom: var(--z-2);
        color: var(--z-ink-2);
        font-size: var(--z-t1);
        font-weight: 600;
        letter-spacing: 0;
      }

      .row {
        display: grid;
        grid-template-columns: 36px 1fr auto;
        align-items: center;
        gap: 10px;
        min-height: 56px;
        padding: var(--z-2);
        border-radius: var(--z-r2);
      }

      .row.on {
        background: var(--z-accent-soft);
      }

      .face {
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        border-radius: 50%;
        background: var(--z-page);
        color: var(--z-ink-2);
        font-size: 13px;
        font-weight: 600;
      }

      .row b {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .row b + span {
        display: block;
      }

      .row > :nth-child(2) {
        min-width: 0;
      }

      li {
        display: grid;
        gap: 2px;
        padding: 10px var(--z-3);
        border: 1px solid var(--z-line);
        border-radius: 12px;
      }

      li + li {
        margin-top: var(--z-2);
      }

      .account {
        display: grid;
        gap: var(--z-1);
        margin-top: auto;
        padding-top: var(--z-3);
        border-top: 1px solid var(--z-line);
      }

      .who {
        display: flex;
        align-items: center;
        gap: var(--z-2);
        padding: 0 var(--z-1);
        overflow-wrap: anywhere;
      }

      .account .pair {
        align-items: center;
      }

      .account .button {
        justify-self: start;
        padding: 6px 10px;
      }

      .pair {
        display: flex;
        justify-content: space-between;
        gap: var(--z-2);
      }
    `,
  ];

  constructor() {
    super();
    new EverySecond(this);
  }

  protected override render(): TemplateResult {
    const { state, texts } = this;
    const groups = state.desk?.groups ?? [];
    return html`
      <section aria-labelledby="now">
        <h2 id="now">${texts.now}</h2>
        ${this.#now()}
      </section>
      <section aria-labelledby="waiting">
        <h2 id="waiting">${texts.waitingForYou}</h2>
        ${
          state.desk && groups.length === 0
            ? html`<p class="muted small">${texts.noGroups}</p>`
            : html`<ul>
                ${groups.map((group) => this.#group(group))}
              </ul>`
        }
      </section>
      <section class="account" aria-label=${texts.account}>
        <p class="who">${icon("person")}<b>${state.desk?.displayName ?? state.who?.displayName}</b></p>
        <button
          class="button quiet"
          aria-haspopup="dialog"
          @click=${() => this.dispatchEvent(new Event(SHOW_KEYS, { bubbles: true, composed: true }))}
        >
          ${icon("keyboard")}${texts.keyboard}
        </button>
        <div class="pair">
          ${languageSwitch(state.language, texts, (chosen) => this.actions.speak(chosen))}
          <button class="button quiet" @click=${() => this.actions.signOut()}>
            ${icon("door")}${texts.signOut}
          </button>
        </div>
      </section>
    `;
  }

  #now(): TemplateResult {
    const { state, texts, clock } = this;
    const shown = scene(state);
    const desk = state.desk;
    if (!desk || !("contact" in shown) || !shown.contact) {
      return html`<div class="row"><span class="face">${icon("phone")}</span><span class="muted">${texts.noContact}</span></div>`;
    }
    const { contact } = shown;
    const what = html`${kindOfCall(contact, texts)} · ${contact.groupName}`;
    const row = (face: unknown, title: string, time: string) =>
      html`<div class="row on">
        <span class="face">${face}</span>
        <span><b>${title}</b><span class="small muted">${what}</span></span>
        <span class="small number">${time}</span>
      </div>`;
    switch (shown.is) {
      case "offer": {
        const left =
          contact.deadline === null ? "" : texts.secondsShort(secondsLeft(clock.until(contact.deadline)));
        return row(icon("bell"), texts.ringing, left);
      }
      case "call":
        return row(
          initials(contact) || icon("person"),
          whoCalls(contact, texts),
          asClock(clock.since(desk.routingSince)),
        );
      case "message":
        return row(icon("message"), whoCalls(contact, texts), asClock(clock.since(desk.routingSince)));
      case "wrap_up":
        return row(icon("clock"), texts.wrapUpTitle, asClock(clock.since(desk.routingSince)));
    }
  }

  #group(group: AgentGroup): TemplateResult {
    const { texts, clock } = this;
    const { longestAskedAt, waiting } = group;
    return html`<li>
      <span class="pair"><b>${group.name}</b><span class="number">${texts.waitingCount(waiting)}</span></span>
      <span class="small muted number">
        ${longestAskedAt === null ? texts.nobodyWaits : texts.longest(asClock(clock.since(longestAskedAt)))}
      </span>
    </li>`;
  }
}
