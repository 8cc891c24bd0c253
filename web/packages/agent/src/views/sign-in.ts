/** Who are you? The first thing the desk asks. */
import { base, buttons, fields, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { languageSwitch, languageSwitchStyles } from "./language-switch";
import { View } from "./view";
import { signInSentence } from "./words";

@customElement("zuruf-sign-in")
export class SignIn extends View {
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

  protected override updated(changed: PropertyValues): void {
    // Whoever was refused starts over with the password.
    const before = changed.get("state") as View["state"] | undefined;
    const { trouble, signingIn } = this.state;
    if (before?.signingIn && !signingIn && trouble) this.#input("password")?.select();
  }

  protected override firstUpdated(): void {
    this.#input("user")?.focus();
  }

  protected override render(): TemplateResult {
    const { state, texts } = this;
    if (state.page === "looking") {
      return html`<div class="top"></div>
        <main aria-busy="true"><h1 class="unseen">${texts.title}</h1><p class="muted">${texts.looking}</p></main>`;
    }
    return html`
      <header class="top">${languageSwitch(state.language, texts, (chosen) => this.actions.speak(chosen))}</header>
      <main>
        <form @submit=${this.#submit} aria-describedby="trouble">
          <p class="mark"><i></i>Zuruf</p>
          <div class="head">
            <h1>${texts.signIn}</h1>
            <p class="muted">${texts.signInLead}</p>
          </div>
          <div class="trouble" id="trouble" role="alert">
            ${
              state.trouble
                ? html`<p class="notice ${state.trouble.kind === "said" ? "end" : ""}">
                    ${icon("alert")}<span>${signInSentence(state.trouble, texts)}</span>
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
          <button class="button primary big" ?disabled=${state.signingIn}>
            ${state.signingIn ? texts.signingIn : texts.signIn}
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
