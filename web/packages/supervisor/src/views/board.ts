/**
 * The whole page: sign-in, or header, groups, contacts and agents, always in the same places.
 *
 * It follows a {@link Control} and shows its state; each press goes back to it.
 */
import { base, buttons, chips, EverySecond, fields, icon, masthead, tokens } from "@zuruf/ui";
import { languageSwitch, languageSwitchStyles } from "@zuruf/ui/language-switch";
import "@zuruf/ui/sign-in";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner, property } from "lit/decorators.js";
import type { Control } from "../control";
import type { State } from "../state";
import { texts } from "../texts";
import "./agents";
import "./contacts";
import "./dialogs";
import "./groups";
import { signInSentence } from "./words";

@customElement("zuruf-board")
export class BoardView extends LitElement {
  static override styles = [
    tokens,
    base,
    buttons,
    chips,
    fields,
    languageSwitchStyles,
    masthead,
    css`
      :host {
        --z-font: "Inter Variable", Inter, system-ui, "Segoe UI", Roboto, sans-serif;
        display: block;
        min-height: 100vh;
        background: var(--z-page);
      }

      header {
        position: sticky;
        z-index: 1;
        inset-block-start: 0;
      }

      .filter {
        display: flex;
        flex: 1 1 200px;
        max-width: 360px;
      }

      .filter input {
        width: 100%;
        min-height: 40px;
        padding: 6px 12px;
        border: 1px solid var(--z-edge);
        border-radius: var(--z-r2);
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
      }

      .who {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-items: start;
        gap: 14px;
        max-width: 1720px;
        margin: 0 auto;
        padding: 14px;
      }

      .news {
        position: fixed;
        z-index: 2;
        inset: auto 14px 14px;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      .news .notice {
        max-width: 600px;
        align-items: start;
        border: 1px solid var(--z-line);
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        pointer-events: auto;
      }

      .news .button {
        flex: none;
        min-height: 28px;
        margin: -4px -6px -4px 0;
        padding: 2px 4px;
      }

      @media (min-width: 1280px) {
        main {
          grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr);
        }

        zuruf-board-groups {
          grid-column: 1 / -1;
        }
      }

      @media (max-width: 700px) {
        header {
          position: static;
        }

        .filter {
          flex-basis: 100%;
          order: 1;
          max-width: none;
        }

        .filter input,
        header .button,
        .languages select {
          min-height: 44px;
        }
      }
    `,
  ];

  /** Whose page this is. */
  @property({ attribute: false }) control?: Control;

  @inner() private shown: State | null = null;

  #leave: (() => void) | null = null;

  constructor() {
    super();
    // Clocks run.
    new EverySecond(this);
  }

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
    if (changed.has("control")) this.#follow();
  }

  protected override updated(): void {
    // Their own properties are as before when only time has passed.
    for (const part of this.renderRoot.querySelectorAll<LitElement>("main > *")) part.requestUpdate();
  }

  #follow(): void {
    this.#leave?.();
    this.#leave =
      this.control?.follow((state) => {
        this.shown = state;
      }) ?? null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { shown: state, control } = this;
    if (!state || !control) return nothing;
    const words = texts[state.language];
    const { clock } = control;
    if (state.page !== "board") {
      const { trouble } = state;
      return html`<zuruf-sign-in
        .texts=${words}
        .actions=${control}
        .language=${state.language}
        .looking=${state.page === "looking"}
        .signingIn=${state.signingIn}
        .trouble=${trouble && signInSentence(trouble, words)}
        .refused=${trouble?.kind === "said"}
      ></zuruf-sign-in>`;
    }
    return html`
      ${this.#header(state, control)}
      <main aria-busy=${state.day === null}>
        <zuruf-board-groups .state=${state} .texts=${words} .clock=${clock} .actions=${control}></zuruf-board-groups>
        <zuruf-board-contacts .state=${state} .texts=${words} .clock=${clock} .actions=${control}></zuruf-board-contacts>
        <zuruf-board-agents .state=${state} .texts=${words} .clock=${clock} .actions=${control}></zuruf-board-agents>
      </main>
      ${this.#news(state, control)}
      <zuruf-board-dialog .state=${state} .texts=${words} .clock=${clock} .actions=${control}></zuruf-board-dialog>
    `;
  }

  #header(state: State, control: Control): TemplateResult {
    const words = texts[state.language];
    const lines: Record<State["line"], readonly [string, string]> = {
      open: [words.live, "ready"],
      opening: [words.connecting, "still"],
      lost: [words.lost, "end"],
      restarting: [words.restarting, "ring"],
    };
    const [said, tone] = lines[state.line];
    return html`<header>
      <h1 class="mark"><i></i>${words.title}</h1>
      <span class="chip ${tone}" role="status"><i class="dot"></i>${said}</span>
      ${
        state.line === "lost"
          ? html`<button class="button" @click=${() => control.reconnect()}>${icon("reconnect")}${words.tryNow}</button>`
          : nothing
      }
      <span class="filter">
        <input
          type="search"
          aria-label=${words.filter}
          placeholder=${words.filterHint}
          .value=${state.filter}
          @input=${(event: InputEvent) => control.filter((event.target as HTMLInputElement).value)}
        />
      </span>
      <span class="grow"></span>
      <span class="who">${icon("person")}<b>${state.who?.displayName}</b></span>
      ${languageSwitch(state.language, words, (chosen) => control.speak(chosen))}
      <button class="button quiet" @click=${() => control.signOut()}>${icon("door")}${words.signOut}</button>
    </header>`;
  }

  #news(state: State, control: Control): TemplateResult {
    const words = texts[state.language];
    // What went wrong in a dialog is said there.
    const notice = state.dialog === null ? state.notice : null;
    return html`<div class="news" role="status">
      ${
        notice === null
          ? nothing
          : html`<div class="notice ${notice.bad ? "end" : ""}">
              ${icon(notice.bad ? "alert" : "check")}<span>${notice.sentence}</span>
              <button class="button quiet" aria-label=${words.close} @click=${() => control.dismiss()}>
                ${icon("close")}
              </button>
            </div>`
      }
    </div>`;
  }
}
