/** Somebody calls: who, from where, and two answers. */
import type { AgentContact } from "@zuruf/protocol";
import { asClock, base, buttons, chips, EverySecond, fields, icon, secondsLeft } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { microphoneTrouble } from "../state";
import { details, detailsStyles } from "./details";
import { focused, takesEnter, takesText, View } from "./view";
import { aboutMicrophone, kindOfCall, spokenLanguage, waitWords, whoCalls } from "./words";

@customElement("zuruf-offer")
export class OfferCard extends View {
  static override styles = [
    base,
    buttons,
    chips,
    fields,
    detailsStyles,
    css`
      :host {
        display: grid;
        place-items: center;
        min-height: 100%;
        padding: var(--z-4);
      }

      .card {
        display: grid;
        gap: var(--z-4);
        width: min(540px, 100%);
        padding: 20px;
        border: 2px solid var(--z-ring);
        border-radius: 20px;
        background: var(--z-raised);
        box-shadow: 0 20px 60px rgb(10 20 25 / 0.28);
      }

      .card:focus {
        outline: none;
      }

      .head {
        display: grid;
        grid-template-columns: 52px 1fr auto;
        align-items: center;
        gap: 14px;
      }

      .head > :nth-child(2) {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .bell {
        display: grid;
        place-items: center;
        width: 52px;
        height: 52px;
        border-radius: 50%;
        background: var(--z-ring-soft);
        color: var(--z-ring);
      }

      @media (prefers-reduced-motion: no-preference) {
        .bell .icon {
          animation: sway 1.5s ease-in-out infinite;
          transform-origin: 50% 15%;
        }
      }

      @keyframes sway {
        0%,
        55%,
        100% {
          transform: rotate(0);
        }
        10%,
        30% {
          transform: rotate(9deg);
        }
        20%,
        40% {
          transform: rotate(-9deg);
        }
      }

      .chip {
        min-width: 84px;
        justify-content: center;
      }

      .answers {
        display: grid;
        grid-template-columns: 1fr 2fr;
        gap: 10px;
      }

      .tick small {
        display: block;
        font-size: var(--z-t1);
        color: var(--z-ink-2);
      }

      .keys {
        text-align: center;
      }

      /* A narrow card has no room for three beside each other. */
      @media (max-width: 480px) {
        .head {
          grid-template-columns: 52px 1fr;
        }

        .head .chip {
          grid-column: 1 / -1;
          justify-self: start;
        }
      }

      @media (pointer: coarse) {
        .keys {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;

  constructor() {
    super();
    new EverySecond(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.#key);
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    // A ring may not take the words out of somebody's hands.
    if (!takesText(focused())) this.renderRoot.querySelector<HTMLElement>(".card")?.focus();
  }

  protected override render(): TemplateResult {
    const { contact, state, texts, clock } = this;
    const { asked, media } = state;
    const video = contact.channel === "video";
    const message = contact.channel === "message";
    const left = contact.deadline === null ? null : secondsLeft(clock.until(contact.deadline));
    const trouble = microphoneTrouble(media);
    const busy = asked !== null || media.microphone === "opening";
    return html`
      <div class="card" role="alertdialog" tabindex="-1" aria-labelledby="who" aria-describedby="what">
        <div class="head">
          <span class="bell">${icon("bell")}</span>
          <div>
            <h2 id="who">${contact.askedBy ? texts.askedBy(contact.askedBy) : whoCalls(contact, texts)}</h2>
            <p class="muted" id="what">
              ${this.#inShort()}<span aria-hidden="true" class="number">
                · ${waitWords(contact, asClock(clock.since(contact.askedAt)), texts)}</span>
            </p>
          </div>
          ${left === null ? nothing : html`<span class="chip ring number" role="timer">${texts.secondsLeft(left)}</span>`}
        </div>
        ${contact.askedBy ? html`<p>${texts.asksAbout(whoCalls(contact, texts))}</p>` : nothing}
        ${details(contact, texts)}
        ${contact.callerPresent || message ? nothing : html`<p class="notice ring">${icon("alert")}<span>${contact.askedBy ? texts.colleagueAwayNow(contact.askedBy) : texts.awayNow}</span></p>`}
        ${video ? this.#cameraFirst() : nothing}
        <div role="alert">
          ${
            trouble
              ? html`<p class="notice end">
                  ${icon("microphoneOff")}<span>${aboutMicrophone(trouble, texts)} ${texts.declineHint}</span>
                </p>`
              : nothing
          }
        </div>
        <div class="answers">
          <button class="button big" ?disabled=${asked !== null} @click=${() => this.actions.decline()}>
            ${asked === "decline" ? texts.declining : texts.decline}
          </button>
          <button class="button primary big" ?disabled=${busy} @click=${() => this.actions.accept()}>
            ${icon(message ? "message" : video ? "camera" : "phone")}${this.#acceptWords()}
          </button>
        </div>
        ${
          message
            ? nothing
            : html`<button class="button quiet" ?disabled=${asked !== null} @click=${() => this.actions.decline(true)}>
                ${icon("microphoneOff")}${texts.devicesTaken}
              </button>`
        }
        <p class="small muted keys">${texts.keys}</p>
      </div>
    `;
  }

  #inShort(): string {
    const { contact, state, texts } = this;
    const language = contact.language && spokenLanguage(contact, state.language, texts);
    return [kindOfCall(contact, texts), contact.groupName, language].filter(Boolean).join(" · ");
  }

  #acceptWords(): string {
    const { state, texts } = this;
    if (state.asked === "accept") return texts.accepting;
    return state.media.microphone === "opening" ? texts.opensMicrophone : texts.accept;
  }

  #cameraFirst(): TemplateResult {
    const { state, texts } = this;
    const on = state.startWithCamera;
    const changed = (event: Event) =>
      this.actions.startWithCamera((event.target as HTMLInputElement).checked);
    return html`<label class="tick">
      <input type="checkbox" .checked=${on} aria-labelledby="first" aria-describedby="seen" @change=${changed} />
      <span>
        <span id="first">${texts.startWithCamera}</span>
        <small id="seen">${on ? texts.startWithCameraOn : texts.startWithCameraOff}</small>
      </span>
    </label>`;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.repeat || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = focused();
    const { asked, media } = this.state;
    if (event.key === "Enter" && !takesEnter(at) && asked === null && media.microphone !== "opening") {
      event.preventDefault();
      this.actions.accept();
    }
    if (event.key === "Escape" && !takesText(at) && asked === null) {
      event.preventDefault();
      this.actions.decline();
    }
  };
}
