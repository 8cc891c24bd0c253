/** Who are you? The first thing our pages ask. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "./icons";
import { languageSwitch, languageSwitchStyles } from "./language-switch";
import { base } from "./styles/base";
import { buttons } from "./styles/buttons";
import { fields } from "./styles/fields";
import type { Language } from "./texts";

/** What it says. */
export interface SignInTexts {
  readonly title: string;
  readonly looking: string;
  readonly signIn: string;
  readonly signInLead: string;
  readonly userName: string;
  readonly password: string;
  readonly signingIn: string;
  readonly language: string;
}

/** What can be pressed. */
export interface SignInActions {
  signIn(userName: string, password: string): void;
  speak(language: Language): void;
}

@customElement("zuruf-sign-in")
export class SignIn extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    languageSwitchStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto 1fr;
        min-height: 100vh;
        padding: var(--z-4);
        background: var(--z-page);
      }

      .top {
        display: flex;
        justify-content: flex-end;
      }

      main {
        display: grid;
        place-content: center;
        justify-items: stretch;
        padding-bottom: 10vh;
      }

      form {
        display: grid;
        gap: var(--z-4);
        width: min(400px, calc(100vw - 2 * var(--z-4)));
        padding: var(--z-6);
        border: 1px solid var(--z-line);
        border-radius: 20px;
        background: var(--z-surface);
        box-shadow: var(--z-shadow);
      }

      .mark {
        display: flex;
        align-items: center;
        gap: var(--z-3);
        font-size: var(--z-t4);
        font-weight: 720;
        letter-spacing: -0.02em;
      }

      .mark i {
        width: 40px;
        height: 40px;
        border-radius: 12px 12px 12px 4px;
        background: var(--z-accent);
      }

      .head {
        display: grid;
        gap: var(--z-1);
      }

      .trouble {
        min-height: 0;
      }

      .button {
        margin-top: var(--z-2);
      }
    `,
  ];

  @property({ attribute: false }) texts!: SignInTexts;
  @property({ attribute: false }) actions!: SignInActions;
  @property({ attribute: false }) language!: Language;
  /** Whether it is still being found out who is signed in. */
  @property({ attribute: false }) looking = false;
  @property({ attribute: false }) signingIn = false;
  /** Why somebody has to sign in again, or was refused, as a sentence. */
  @property({ attribute: false }) trouble: string | null = null;
  /** Whether the server refused, rather than something having ended. */
  @property({ attribute: false }) refused = false;

  protected override updated(changed: PropertyValues): void {
    // Whoever was refused starts over with the password.
    if (changed.get("signingIn") === true && !this.signingIn && this.trouble)
      this.#input("password")?.select();
  }

  protected override firstUpdated(): void {
    this.#input("user")?.focus();
  }

  protected override render(): TemplateResult {
    const { texts, trouble } = this;
    if (this.looking) {
      return html`<div class="top"></div>
        <main aria-busy="true"><h1 class="unseen">${texts.title}</h1><p class="muted">${texts.looking}</p></main>`;
    }
    return html`
      <header class="top">${languageSwitch(this.language, texts, (chosen) => this.actions.speak(chosen))}</header>
      <main>
        <form @submit=${this.#submit} aria-describedby="trouble">
          <p class="mark"><i></i>Zuruf</p>
          <div class="head">
            <h1>${texts.signIn}</h1>
            <p class="muted">${texts.signInLead}</p>
          </div>
          <div class="trouble" id="trouble" role="alert">
            ${
              trouble
                ? html`<p class="notice ${this.refused ? "end" : ""}">
                    ${icon("alert")}<span>${trouble}</span>
                  </p>`
                : nothing
            }
          </div>
          <div class="field">
            <label for="user">${texts.userName}</label>
            <input id="user" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required />
          </div>
          <div class="field">
            <label for="password">${texts.password}</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required />
          </div>
          <button class="button primary big" ?disabled=${this.signingIn}>
            ${this.signingIn ? texts.signingIn : texts.signIn}
          </button>
        </form>
      </main>
    `;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const [user, password] = [this.#input("user"), this.#input("password")];
    if (user && password) this.actions.signIn(user.value.trim(), password.value);
  };

  #input(id: string): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
  }
}
