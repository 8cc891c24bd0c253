/** The dialog in which an agent issues personal links, and takes open ones back. */
import type { PersonalLinkCreated, PersonalLinkShown } from "@zuruf/protocol";
import { base, buttons, fields } from "@zuruf/ui";
import { css, html, nothing, svg, type TemplateResult } from "lit";
import { customElement, state as inner, property, query } from "lit/decorators.js";
import { type LinkTexts, linkTexts } from "../link-texts";
import { type Links, linksOf } from "../links";
import { View } from "./view";

/** Asks the desk to show the dialog. */
export const SHOW_LINKS = "zuruf-show-links";

const MINUTE = 60_000;

@customElement("zuruf-links")
export class LinkSheet extends View {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      dialog {
        width: min(560px, calc(100vw - 32px));
        padding: var(--z-5);
        border: 1px solid var(--z-line);
        border-radius: 16px;
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        color: var(--z-ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 0.5);
      }

      form,
      .made {
        display: grid;
        gap: var(--z-3);
        margin: var(--z-4) 0;
      }

      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
        gap: var(--z-3);
      }

      select {
        width: 100%;
        min-height: 44px;
        padding: 8px 12px;
        border: 1px solid var(--z-edge);
        border-radius: var(--z-r2);
        background: var(--z-surface);
        color: var(--z-ink);
        font: inherit;
      }

      .qr {
        width: 168px;
        height: 168px;
        border-radius: 8px;
        background: #fff;
      }

      .digits {
        font-size: 2rem;
        font-weight: 650;
        letter-spacing: 0.08em;
      }

      ul {
        margin: var(--z-2) 0 var(--z-4);
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--z-3);
        padding: 8px 0;
        border-top: 1px solid var(--z-line);
        overflow-wrap: anywhere;
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: var(--z-2);
      }
    `,
  ];

  /** Tests bring their own. */
  @property({ attribute: false }) links: Links | null = null;

  @inner() private made: PersonalLinkCreated | null = null;
  @inner() private open: readonly PersonalLinkShown[] = [];
  @inner() private says = "";
  @inner() private busy = false;

  @query("dialog") private dialog!: HTMLDialogElement | null;

  show(): void {
    if (!this.dialog || this.dialog.open) return;
    this.made = null;
    this.says = "";
    this.dialog.showModal();
    void this.#read();
  }

  /** Close it: somebody rings. */
  hide(): void {
    if (this.dialog?.open) this.dialog.close();
  }

  get #t(): LinkTexts {
    return linkTexts[this.state.language];
  }

  get #links(): Links {
    return this.links ?? linksOf(new URL(location.origin), this.state.who?.csrf ?? "", this.state.language);
  }

  protected override render(): TemplateResult {
    const t = this.#t;
    return html`<dialog aria-labelledby="links">
      <h2 id="links">${t.title}</h2>
      <p>${t.lead}</p>
      ${this.made ? this.#made(this.made) : this.#form()}
      <p class="small" role="status">${this.says}</p>
      <h3 id="open">${t.list}</h3>
      ${
        this.open.length === 0
          ? html`<p class="small muted">${t.none}</p>`
          : html`<ul aria-labelledby="open">${this.open.map((one) => this.#one(one))}</ul>`
      }
      <form method="dialog" class="choices"><button class="button">${t.close}</button></form>
    </dialog>`;
  }

  #form(): TemplateResult {
    const t = this.#t;
    const groups = this.state.desk?.groups ?? [];
    return html`<form @submit=${(event: SubmitEvent) => void this.#issue(event)}>
      <div class="two">
        ${select(
          "group",
          t.group,
          groups.map(({ id, name }) => [id, name]),
        )}
        ${select("rings", t.rings, [
          ["me", t.forMe],
          ["group", t.forGroup],
        ])}
        ${select("channel", t.channel, [
          ["video", t.video],
          ["voice", t.voice],
        ])}
        ${select("valid", t.valid, [
          ["60", t.hour],
          ["15", t.minutes],
          ["1440", t.day],
          ["10080", t.week],
        ])}
      </div>
      <div class="field">
        <label for="name">${t.name}</label>
        <input id="name" name="name" maxlength="100" autocomplete="off" aria-describedby="hint" />
        <span class="small muted" id="hint">${t.nameHint}</span>
      </div>
      <div class="choices">
        <button class="button primary" aria-disabled=${this.busy}>${t.issue}</button>
      </div>
    </form>`;
  }

  #made({ url, picture, code, codeUrl, link }: PersonalLinkCreated): TemplateResult {
    const t = this.#t;
    return html`<div class="made">
      <div class="field">
        <label for="url">${t.link}</label>
        <input id="url" readonly .value=${url} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
      </div>
      <div class="choices">
        <button class="button primary" @click=${() => void this.#copy(url)}>${t.copy}</button>
        <button class="button" @click=${() => {
          this.made = null;
        }}>${t.another}</button>
      </div>
      <p class="small muted">${t.goodUntil(this.#when(link.goodUntil))}</p>
      <div class="two">
        <svg class="qr" role="img" aria-label=${t.picture} viewBox="0 0 ${picture.side} ${picture.side}" shape-rendering="crispEdges">
          ${svg`<path fill="#000" d=${picture.path}></path>`}
        </svg>
        ${
          code === null || link.codeUntil === null
            ? nothing
            : html`<div>
                <p id="code"><b>${t.code}</b></p>
                <p class="digits number" aria-labelledby="code">${code.slice(0, 3)} ${code.slice(3)}</p>
                <p class="small muted">${t.codeHow(codeUrl.replace(/^https?:\/\//, ""), this.#time(link.codeUntil))}</p>
              </div>`
        }
      </div>
    </div>`;
  }

  #one(link: PersonalLinkShown): TemplateResult {
    const t = this.#t;
    const groupName = this.state.desk?.groups.find(({ id }) => id === link.group)?.name ?? link.group;
    const what = [link.name, groupName, t.until(this.#when(link.goodUntil))].filter(Boolean).join(" · ");
    return html`<li>
      <span class="small">${what}</span>
      <button class="button" aria-label=${t.revokeOne(what)} @click=${() => void this.#revoke(link.id)}>${t.revoke}</button>
    </li>`;
  }

  async #issue(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const said = new FormData(event.target as HTMLFormElement);
    const word = (name: string) => String(said.get(name) ?? "");
    this.busy = true;
    const answer = await this.#links.issue({
      group: word("group"),
      agentId: word("rings") === "me" ? (this.state.desk?.agentId ?? null) : null,
      channel: word("channel") === "voice" ? "voice" : "video",
      goodFrom: null,
      validMs: Number(word("valid")) * MINUTE,
      code: true,
      name: word("name"),
    });
    this.busy = false;
    if ("trouble" in answer) {
      this.says = answer.trouble || this.#t.trouble;
      return;
    }
    this.says = "";
    this.made = answer.is;
    await this.#read();
  }

  async #read(): Promise<void> {
    const answer = await this.#links.open();
    if ("trouble" in answer) this.says = answer.trouble || this.#t.trouble;
    else this.open = answer.is;
  }

  async #revoke(id: string): Promise<void> {
    const answer = await this.#links.revoke(id);
    this.says = "trouble" in answer ? answer.trouble || this.#t.trouble : this.#t.revoked;
    if (this.made?.link.id === id && !("trouble" in answer)) this.made = null;
    await this.#read();
  }

  async #copy(url: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      this.says = this.#t.copied;
    } catch {
      // The browser forbids it; the link can still be selected.
      this.says = this.#t.notCopied;
    }
  }

  #when(at: number): string {
    return new Intl.DateTimeFormat(this.state.language, { dateStyle: "short", timeStyle: "short" }).format(
      at,
    );
  }

  #time(at: number): string {
    return new Intl.DateTimeFormat(this.state.language, { hour: "2-digit", minute: "2-digit" }).format(at);
  }
}

function select(
  name: string,
  label: string,
  choices: readonly (readonly [string, string])[],
): TemplateResult {
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <select id=${name} name=${name}>${choices.map(([value, words]) => html`<option value=${value}>${words}</option>`)}</select>
  </div>`;
}
