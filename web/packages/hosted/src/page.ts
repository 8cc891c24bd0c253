/**
 * The call panel as a page of its own: behind the link of a callback, or for a group that is
 * called without a website around it.
 *
 * Looking at a link takes nothing; only a press on the button does.
 */
import { CONTACT_KEY } from "@zuruf/call";
import {
  type Availability,
  type ContactCreated,
  type GroupAvailability,
  type KeptPlace,
  type PersonalPlace,
  type PersonalToken,
  RestProblem,
  rest,
} from "@zuruf/protocol";
import { base, buttons, fields, type Language, tokens } from "@zuruf/ui";
import type { Panel, PanelOptions } from "@zuruf/widget/panel";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Asked } from "./address";
import { type HostedTexts, texts } from "./texts";

export type MakePanel = (options: PanelOptions) => Panel;

export interface HostedOptions {
  readonly server: URL;
  readonly asked: Asked;
  readonly language: Language;
  readonly memory: Pick<Storage, "getItem"> | null;
  readonly panel: MakePanel;
}

type Shown =
  | { readonly is: "looking" }
  | { readonly is: "place"; readonly place: KeptPlace; readonly sure: boolean }
  | { readonly is: "group"; readonly about: Availability; readonly group: GroupAvailability }
  | { readonly is: "personal"; readonly place: PersonalPlace }
  | { readonly is: "code" }
  | { readonly is: "call"; readonly panel: Panel }
  | {
      readonly is: "sentence";
      readonly title: string;
      readonly text: string;
      readonly again: boolean | "code";
    };

export class HostedPage extends LitElement {
  static override styles = [
    tokens,
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        align-content: start;
        justify-items: center;
        min-height: 100dvh;
        padding: 40px 16px;
        background: var(--z-page);
      }

      main {
        width: 100%;
      }

      .card {
        display: grid;
        gap: 16px;
        width: min(480px, 100%);
        margin: 0 auto;
        padding: 28px 24px;
        border: 1px solid var(--z-line);
        border-radius: 20px;
        background: var(--z-surface);
        box-shadow: var(--z-shadow);
      }

      h1 {
        text-wrap: balance;
      }

      h1:focus {
        outline: none;
      }

      p {
        font-size: var(--z-t3);
        text-wrap: pretty;
      }

      .presses {
        display: grid;
        gap: 8px;
      }

      a {
        color: var(--z-ink-2);
        text-align: center;
      }

      @media (max-width: 480px) {
        :host {
          padding: 12px;
        }
      }
    `,
  ];

  static override properties = { shown: { state: true } };

  declare private shown: Shown;

  #options: HostedOptions | null = null;

  /** The same for every repeat of one use of a personal link. */
  readonly #key = crypto.randomUUID();

  /** Of a personal link, once its code was entered. */
  #entered: string | null = null;

  constructor() {
    super();
    this.shown = { is: "looking" };
  }

  /** Look what the address means. */
  async open(options: HostedOptions): Promise<void> {
    this.#options = options;
    this.lang = options.language;
    if (["join", "personal"].includes(options.asked.page) && this.#resume(options)) return;
    await this.#look();
  }

  get #t(): HostedTexts {
    return texts[this.#options?.language ?? "en"];
  }

  protected override updated(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  async #look(): Promise<void> {
    const { asked } = this.#options ?? {};
    const t = this.#t;
    this.shown = { is: "looking" };
    if (asked?.page === "join")
      await this.#attempt(async () => this.#showPlace(await this.#join<KeptPlace>("join/look")));
    else if (asked?.page === "personal" || this.#entered)
      await this.#attempt(async () => {
        this.shown = { is: "personal", place: await this.#join<PersonalPlace>("join/link/look") };
      });
    else if (asked?.page === "code") this.shown = { is: "code" };
    else if (asked?.page === "call") await this.#attempt(() => this.#showGroup(asked.site, asked.group));
    else this.shown = { is: "sentence", title: t.unknownTitle, text: t.unknown, again: false };
  }

  #showPlace(place: KeptPlace): void {
    this.shown = { is: "place", place, sure: false };
  }

  async #showGroup(site: string, wanted: string): Promise<void> {
    const { server, language } = this.#need();
    const path = `sites/${encodeURIComponent(site)}/availability?lang=${language}`;
    const about = await rest<Availability>(server, path, { language });
    const group = about.groups.find(({ id }) => id === wanted);
    const t = this.#t;
    if (!group) this.shown = { is: "sentence", title: t.unknownTitle, text: t.unknown, again: false };
    else if (!this.#resume(this.#need())) this.shown = { is: "group", about, group };
  }

  /** Go on with a call that this tab had before it was loaded anew. */
  #resume(options: HostedOptions): boolean {
    const { asked, memory } = options;
    let found: { site?: unknown; group?: unknown };
    try {
      found = JSON.parse(memory?.getItem(CONTACT_KEY) ?? "{}") as typeof found;
    } catch {
      // Somebody else's.
      return false;
    }
    const { site, group } = found;
    if (typeof site !== "string" || typeof group !== "string") return false;
    if (asked.page === "call" && (asked.site !== site || asked.group !== group)) return false;
    const panel = this.#panel(site, group);
    this.shown = { is: "call", panel };
    return panel.resume();
  }

  #panel(site: string, group: string, about: Partial<Availability> = {}): Panel {
    const { server, language, panel: make } = this.#need();
    const panel = make({ server, site, group, language, ...about });
    panel.toggleAttribute("page", true);
    panel.onclose = () => {
      panel.remove();
      void this.#panelClosed();
    };
    return panel;
  }

  /** A callback that was only left for a moment is still there; a call that is over is over. */
  async #panelClosed(): Promise<void> {
    const { asked } = this.#need();
    if (asked.page === "call") {
      await this.#look();
      return;
    }
    const t = this.#t;
    if (asked.page !== "join") {
      // The page already says what was wrong with the link.
      if (this.shown.is !== "call") return;
      this.shown = { is: "sentence", title: t.overTitle, text: t.over, again: false };
      return;
    }
    try {
      this.#showPlace(await this.#join<KeptPlace>("join/look"));
    } catch (problem) {
      if (!(problem instanceof RestProblem)) throw problem;
      this.shown = { is: "sentence", title: t.overTitle, text: t.over, again: false };
    }
  }

  #need(): HostedOptions {
    if (!this.#options) throw new Error("opened before it is used");
    return this.#options;
  }

  async #join<T>(path: string): Promise<T> {
    const { server, language, asked } = this.#need();
    const token = "token" in asked ? asked.token : (this.#entered ?? "");
    const headers = { "Idempotency-Key": this.#key };
    return rest<T>(server, path, { method: "POST", body: { token }, language, headers });
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (problem) {
      if (!(problem instanceof RestProblem)) throw problem;
      this.shown = this.#problem(problem);
    }
  }

  #problem({ code, detail }: RestProblem): Shown {
    const t = this.#t;
    const titles: Record<string, string> = {
      link_cancelled: t.cancelledLinkTitle,
      link_expired: t.expiredLinkTitle,
      link_used: t.usedLinkTitle,
      link_in_use: t.busyLinkTitle,
      personal_link_unknown: t.personalUnknownTitle,
      personal_link_not_yet_valid: t.personalEarlyTitle,
      personal_link_used: t.usedLinkTitle,
      personal_link_expired: t.personalExpiredTitle,
      personal_link_revoked: t.personalRevokedTitle,
      code_wrong: t.codeWrongTitle,
      too_many_requests: t.tooOftenTitle,
      site_unknown: t.unknownTitle,
      group_unknown: t.unknownTitle,
    };
    const title = titles[code];
    if (title) return { is: "sentence", title, text: detail ?? "", again: this.#again(code) };
    // Cut short, the token is not even one.
    if (code === "link_unknown" || code === "malformed") {
      return { is: "sentence", title: t.badLinkTitle, text: t.badLink, again: false };
    }
    return { is: "sentence", title: t.unreachableTitle, text: detail ?? t.unreachable, again: true };
  }

  #again(code: string): boolean | "code" {
    const { asked } = this.#need();
    if (asked.page === "code" && !this.#entered && code !== "site_unknown") return "code";
    return code === "link_in_use" || code === "personal_link_not_yet_valid" || code === "too_many_requests";
  }

  protected override render(): TemplateResult {
    const { shown } = this;
    switch (shown.is) {
      case "looking":
        return html`<main><div class="card"><p role="status">${this.#t.looking}</p></div></main>`;
      case "call":
        return html`<main>${shown.panel}</main>`;
      case "sentence":
        return this.#card(
          shown.title,
          html`<p>${shown.text}</p>`,
          shown.again === "code"
            ? this.#button(this.#t.codeAgain, "primary big", () => {
                this.shown = { is: "code" };
              })
            : shown.again
              ? this.#button(this.#t.tryAgain, "primary big", () => void this.#look())
              : nothing,
        );
      case "place":
        return this.#place(shown.place, shown.sure);
      case "personal":
        return this.#personal(shown.place);
      case "code":
        return this.#code();
      case "group":
        return this.#group(shown.about, shown.group);
    }
  }

  #card(title: string, text: TemplateResult, presses: unknown): TemplateResult {
    return html`<main>
      <div class="card">
        <h1 tabindex="-1">${title}</h1>
        ${text}
        <div class="presses">${presses}</div>
      </div>
    </main>`;
  }

  #button(label: string, looks: string, press: () => void): TemplateResult {
    return html`<button class="button ${looks}" type="button" @click=${press}>${label}</button>`;
  }

  #place(place: KeptPlace, sure: boolean): TemplateResult {
    const t = this.#t;
    const { language } = this.#need();
    const invited = place.goodUntil !== null;
    const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    const date = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
    const stands = invited
      ? t.turn(time.format(place.goodUntil))
      : place.dueAt !== null
        ? t.due(date.format(place.dueAt))
        : t.position(place.position ?? 1);
    const begin = place.channel === "video" ? t.startVideo : t.startVoice;
    const text = html`
      <p>${stands}</p>
      <p class="muted">${invited ? t.needsMicrophone : t.hereAlready}</p>
      ${sure ? html`<p role="alert"><b>${t.cancelSure}</b></p>` : nothing}
    `;
    const sureNow = (now: boolean) => () => {
      this.shown = { is: "place", place, sure: now };
    };
    return this.#card(
      invited ? t.turnTitle : t.placeTitle(place.groupName),
      text,
      sure
        ? html`${this.#button(t.cancelYes, "end big", () => void this.#cancel())}
          ${this.#button(t.cancelNo, "", sureNow(false))}`
        : html`${this.#button(invited ? begin : t.wait, "primary big", () => this.#come(place))}
          ${this.#button(t.cancel, "quiet", sureNow(true))}`,
    );
  }

  #come({ site, group, channel }: KeptPlace): void {
    const panel = this.#panel(site, group);
    this.shown = { is: "call", panel };
    panel.join(channel, () => this.#join<ContactCreated>("join"));
  }

  #personal(place: PersonalPlace): TemplateResult {
    const t = this.#t;
    const { agentName, groupName, siteName, site, group, channel } = place;
    const text = html`
      <p>${agentName ? t.personalAgent(agentName, siteName) : t.personalGroup(siteName)}</p>
      <p class="muted">${t.onlyOnce} ${t.needsMicrophone}</p>
    `;
    const begin = channel === "video" ? t.startVideo : t.startVoice;
    return this.#card(
      t.personalTitle(agentName || groupName),
      text,
      this.#button(begin, "primary big", () => {
        const panel = this.#panel(site, group);
        this.shown = { is: "call", panel };
        panel.join(channel, () => this.#use());
      }),
    );
  }

  /** What is wrong with the link itself is said by the page; the panel knows nothing of links. */
  async #use(): Promise<ContactCreated> {
    try {
      return await this.#join<ContactCreated>("join/link");
    } catch (problem) {
      if (problem instanceof RestProblem && problem.code.startsWith("personal_link_")) {
        this.shown = this.#problem(problem);
      }
      throw problem;
    }
  }

  #code(): TemplateResult {
    const t = this.#t;
    return html`<main>
      <form class="card" @submit=${(event: SubmitEvent) => this.#enter(event)}>
        <h1 tabindex="-1">${t.codeTitle}</h1>
        <p>${t.codeLead}</p>
        <div class="field">
          <label for="digits">${t.codeLabel}</label>
          <input
            id="digits"
            name="digits"
            inputmode="numeric"
            autocomplete="one-time-code"
            maxlength="7"
            pattern="[0-9]{3} ?[0-9]{3}"
            required
          />
        </div>
        <button class="button primary big">${t.codeEnter}</button>
      </form>
    </main>`;
  }

  #enter(event: SubmitEvent): void {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement).get("digits");
    const code = String(said ?? "").replace(/\s/g, "");
    const { server, language, asked } = this.#need();
    const site = asked.page === "code" ? asked.site : "";
    void this.#attempt(async () => {
      const body = { code, site };
      const { token } = await rest<PersonalToken>(server, "join/code", { method: "POST", body, language });
      this.#entered = token;
      await this.#look();
    });
  }

  async #cancel(): Promise<void> {
    const t = this.#t;
    await this.#attempt(async () => {
      await this.#join("join/cancel");
      this.shown = { is: "sentence", title: t.cancelledTitle, text: t.cancelled, again: false };
    });
  }

  #group(about: Availability, group: GroupAvailability): TemplateResult {
    const t = this.#t;
    const open = (begin: (panel: Panel) => void) => () => {
      const panel = this.#panel(about.site, group.id, about);
      this.shown = { is: "call", panel };
      begin(panel);
    };
    const presses = (["video", "voice"] as const)
      .filter((channel) => group.state !== "closed" && group.channels.includes(channel))
      .map((channel, place) =>
        this.#button(
          t[channel],
          place === 0 ? "primary big" : "big",
          open((panel) => panel.start(channel)),
        ),
      );
    const { instead, notice } = group;
    if (instead === "group")
      presses.push(
        this.#button(
          t.group,
          "big",
          open((panel) => panel.start("voice")),
        ),
      );
    else if (instead) {
      const because = {
        code: "group_closed",
        detail: null,
        retryAfter: null,
        notice,
        answer: { kind: instead, group: null },
      };
      presses.push(
        this.#button(
          t[instead],
          "primary big",
          open((panel) => panel.offer(because)),
        ),
      );
    }
    const privacy = about.privacyUrl
      ? html`<a href=${about.privacyUrl} target="_blank" rel="noopener">${t.privacy}</a>`
      : nothing;
    return this.#card(t.talkTo(group.name), html`<p>${notice ?? t[group.state]}</p>`, [...presses, privacy]);
  }
}
