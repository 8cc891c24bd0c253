/**
 * The whole desk: sign-in, or header, groups, middle and context, always in the same places.
 *
 * It follows a {@link Workplace} and shows its state; each press goes back to it.
 */
import { base, buttons, fields, icon, tokens } from "@zuruf/ui";
import "@zuruf/ui/sign-in";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner, property, query } from "lit/decorators.js";
import { type State, scene } from "../state";
import { texts } from "../texts";
import type { Workplace } from "../workplace";
import "./call";
import type { CheckSheet } from "./check";
import "./check";
import "./context";
import "./groups";
import "./header";
import type { KeySheet } from "./keys";
import "./keys";
import type { LinkSheet } from "./links";
import "./links";
import "./message";
import "./offer";
import "./panels";
import { isTrouble, kindOfCall, newsOf, signInSentence } from "./words";

@customElement("zuruf-desk")
export class DeskView extends LitElement {
  static override styles = [
    tokens,
    base,
    buttons,
    fields,
    css`
      :host {
        --z-font: "Inter Variable", Inter, system-ui, "Segoe UI", Roboto, sans-serif;
        display: block;
        min-height: 100vh;
        background: var(--z-page);
      }

      .desk {
        display: grid;
        grid-template: auto 1fr / 264px minmax(0, 1fr) 336px;
        height: 100vh;
        min-height: 480px;
      }

      zuruf-desk-header {
        grid-column: 1 / -1;
      }

      aside,
      main {
        min-height: 0;
        overflow: auto;
      }

      aside {
        padding: 14px;
        background: var(--z-surface);
      }

      .left {
        border-right: 1px solid var(--z-line);
      }

      .right {
        padding: var(--z-4);
        border-left: 1px solid var(--z-line);
      }

      main {
        position: relative;
        padding: 14px;
      }

      .middle {
        position: relative;
        height: 100%;
        min-height: 420px;
      }

      .middle.framed {
        border: 1px solid var(--z-line);
        border-radius: 18px;
        background: var(--z-surface);
      }

      .news {
        position: absolute;
        z-index: 1;
        inset: 28px 28px auto;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      .news .notice {
        max-width: 600px;
        align-items: start;
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        border: 1px solid var(--z-line);
        pointer-events: auto;
      }

      .news .button {
        flex: none;
        min-height: 28px;
        margin: -4px -6px -4px 0;
        padding: 2px 4px;
      }

      @media (max-width: 1100px) {
        .desk {
          grid-template: auto auto 1fr / 220px minmax(0, 1fr);
          height: auto;
          min-height: 100vh;
        }

        .left {
          grid-row: 2 / 4;
        }

        main {
          min-height: 560px;
        }

        .middle {
          height: 532px;
        }

        .right {
          border-left: 0;
          border-top: 1px solid var(--z-line);
        }
      }

      @media (max-width: 700px) {
        .desk {
          grid-template: none / minmax(0, 1fr);
        }

        .left {
          grid-row: auto;
          order: 2;
          border-right: 0;
          border-top: 1px solid var(--z-line);
        }

        .right {
          order: 3;
        }

        .middle {
          height: auto;
          min-height: 420px;
          display: grid;
        }
      }
    `,
  ];

  /** Whose desk this is. Given another, the view follows that one and closes nothing of the first. */
  @property({ attribute: false }) workplace?: Workplace;

  @inner() private shown: State | null = null;

  @query("zuruf-keys") private keys!: KeySheet;
  @query("zuruf-check") private check!: CheckSheet;
  @query("zuruf-links") private links!: LinkSheet;

  #leave: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    this.#leave?.();
    this.#leave = null;
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("workplace")) this.#follow();
  }

  protected override updated(): void {
    // Whatever else is open, a ring is seen.
    if (this.shown?.page !== "desk" || scene(this.shown).is !== "offer") return;
    this.keys.hide();
    this.check.hide();
    this.links.hide();
  }

  #follow(): void {
    this.#leave?.();
    this.#leave =
      this.workplace?.follow((state) => {
        this.shown = state;
      }) ?? null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { shown: state, workplace } = this;
    if (!state || !workplace) return nothing;
    const words = texts[state.language];
    const { clock } = workplace;
    if (state.page !== "desk") {
      const { trouble } = state;
      return html`<zuruf-sign-in
        .texts=${words}
        .actions=${workplace}
        .language=${state.language}
        .looking=${state.page === "looking"}
        .signingIn=${state.signingIn}
        .trouble=${trouble && signInSentence(trouble, words)}
        .refused=${trouble?.kind === "said"}
      ></zuruf-sign-in>`;
    }
    return html`
      <div
        class="desk"
        @zuruf-show-keys=${() => this.keys.show()}
        @zuruf-show-check=${() => this.check.show()}
        @zuruf-show-links=${() => this.links.show()}
      >
        <zuruf-desk-header .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-desk-header>
        <aside class="left" aria-label=${words.waitingForYou}>
          <zuruf-desk-groups .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-desk-groups>
        </aside>
        <main>${this.#middle(state, workplace)} ${this.#news(state, workplace)}</main>
        <aside class="right" aria-label=${words.aboutCaller}>
          <zuruf-desk-context .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-desk-context>
        </aside>
      </div>
      <div class="unseen" aria-live="assertive">${this.#call(state)}</div>
      <zuruf-check .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-check>
      <zuruf-links .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-links>
      <zuruf-keys .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-keys>
    `;
  }

  #middle(state: State, workplace: Workplace): TemplateResult {
    const words = texts[state.language];
    const { clock } = workplace;
    const now = scene(state);
    switch (now.is) {
      case "offer":
        return html`<div class="middle framed">
          <zuruf-offer .contact=${now.contact} .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-offer>
        </div>`;
      case "call":
        return html`<div class="middle">
          <zuruf-call .contact=${now.contact} .talking=${now.talking} .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-call>
        </div>`;
      case "message":
        return html`<div class="middle framed">
          <zuruf-message .contact=${now.contact} .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-message>
        </div>`;
      case "waiting_for_server":
      case "superseded":
      case "cut_off":
      case "wrap_up":
      case "not_responding":
      case "away":
      case "ready":
        return html`<div class="middle framed">
          <zuruf-panel .state=${state} .texts=${words} .clock=${clock} .actions=${workplace}></zuruf-panel>
        </div>`;
    }
  }

  #news(state: State, workplace: Workplace): TemplateResult {
    const words = texts[state.language];
    const { notice } = state;
    return html`<div class="news" role="status">
      ${
        notice === null
          ? nothing
          : html`<div class="notice ${isTrouble(notice) ? "ring" : ""}">
              ${icon(isTrouble(notice) ? "alert" : "hangUp")}<span>${newsOf(notice, words)}</span>
              <button class="button quiet" aria-label=${words.close} @click=${() => workplace.dismiss()}>
                ${icon("close")}
              </button>
            </div>`
      }
    </div>`;
  }

  /** Said at once to who does not look: somebody rings. */
  #call(state: State): string {
    const now = scene(state);
    const words = texts[state.language];
    return now.is === "offer" ? words.ringsFor(kindOfCall(now.contact, words), now.contact.groupName) : "";
  }
}
