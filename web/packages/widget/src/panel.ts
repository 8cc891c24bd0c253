/**
 * The panel of a call: from the browser's question for the microphone to being put through.
 *
 * It shows what the {@link Caller} knows and passes presses on; devices, sockets and the peer
 * connection are the caller's business. A talk, and whatever does not go the straight way, are
 * parts of their own, see `parts.ts`: who only waits has no use for them.
 *
 * It belongs to the page, not to the element that opened it: whoever takes it off the page while
 * a call goes on finds it back at the end of the document.
 */
import {
  announcedAfter,
  browserPeers,
  Caller,
  type CallerState,
  CONTACT_KEY,
  hasContact,
  type RefusedBecause,
  START,
  type Step,
} from "@zuruf/call";
import { browserTime, type Channel, newPageId } from "@zuruf/protocol";
import { base, coreTokens, draw, EverySecond, type Language, notices, plainButtons } from "@zuruf/ui";
import { alert, camera, cameraOff, down, microphone, microphoneOff, phone } from "@zuruf/ui/drawings";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Bar } from "./bar";
import type { Help } from "./help";
import type { ZurufCall } from "./loader";
import { panelStyles } from "./panel.styles";
import {
  deviceNote,
  partOf,
  setbackAlert,
  setbackNote,
  type Words,
  waitAlert,
  waitWords,
  words,
} from "./panel.words";
import { loadWords, type PanelTexts, textsIn } from "./parts";
import type { Talk } from "./talk";

export { loadWords } from "./parts";

/** A part that could not be fetched is tried for again after so long. */
const AGAIN_MS = 3_000;

export interface PanelOptions {
  readonly server: URL;
  readonly site: string;
  readonly group: string;
  readonly language: Language;
  /** What the site wants read before the first call, and where it says more. */
  readonly terms?: string | null;
  readonly privacyUrl?: string | null;
}

/** What the page is told of a call. Nothing in it is about a person. */
export interface CallNews {
  readonly site: string;
  readonly group: string;
  readonly channel: Channel;
  /** Of `zuruf-ended`: how. */
  readonly outcome?: string;
}

/** What a site may set, see `docs/reference/widget.md`. */
const LOOK = ["--zuruf-accent", "--zuruf-radius", "--zuruf-font", "--zuruf-color-scheme"];

/**
 * @fires close - The visitor is done with it.
 * @fires zuruf-queued - The visitor has a place in line; with {@link CallNews}, as the next two.
 * @fires zuruf-connected - They talk.
 * @fires zuruf-ended - It is over.
 * @csspart panel - The panel itself.
 * @csspart button - Each of its buttons.
 * @csspart bubble - What is left of it when it is minimised.
 */
export class Panel extends LitElement {
  static override styles = [coreTokens, base, plainButtons, notices, panelStyles];

  static override properties = {
    language: { attribute: false },
    state: { state: true },
    minimised: { state: true },
    asks: { state: true },
    missing: { state: true },
  };

  declare language: Language;
  declare state: CallerState;
  declare minimised: boolean;
  /** The visitor reads the terms, and would then start this. */
  declare asks: Channel | null;
  /** A part that is needed could not be fetched. */
  declare private missing: boolean;

  /** They were read, since the page was loaded. */
  static agreed = false;

  caller: Caller | null = null;
  options: PanelOptions | null = null;
  #talk: Talk | null = null;
  #help: Help | null = null;
  /** Parts by name and language, asked for or there. */
  readonly #parts = new Map<string, Promise<void>>();
  readonly #there = new Set<string>();
  #alert = "";
  #before: Step = START.step;
  /** Our own picture as something a video element takes. */
  #mirror: { track: MediaStreamTrack; stream: MediaStream } | null = null;
  #focusTitle = false;
  /** Aborted when the panel is off the page: it then hears nothing of it any more. */
  #onPage = new AbortController();

  constructor() {
    super();
    this.language = "en";
    this.state = START;
    this.minimised = false;
    this.asks = null;
    this.missing = false;
    new EverySecond(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onPage = new AbortController();
    const { signal } = this.#onPage;
    const hurry = () => this.caller?.hurry();
    addEventListener("pagehide", () => this.caller?.pageHidden(), { signal });
    addEventListener("pageshow", hurry, { signal });
    addEventListener("online", hurry, { signal });
    const looked = () => {
      if (!document.hidden && hasContact(this.state.step)) hurry();
    };
    document.addEventListener("visibilitychange", looked, { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
    // Whoever only moves it has put it back by then.
    queueMicrotask(() => {
      if (this.isConnected || this.state.step.name === "start") return;
      // The page shows something else now. The call is not its business.
      if (hasContact(this.state.step)) document.documentElement.append(this);
      else this.close();
    });
  }

  /** Show this caller from now on. */
  follow(caller: Caller, options: PanelOptions | null = null): void {
    this.caller = caller;
    this.options = options;
  }

  /** The caller's state changed. */
  show(state: CallerState): void {
    const before = this.state.step;
    this.state = state;
    const { step } = state;
    if (step.name === "contact") {
      const { phase } = step.contact;
      if (before.name !== "contact") this.#tell("queued");
      if (phase === "talking" && !(before.name === "contact" && before.contact.phase === phase))
        this.#tell("connected");
      // Who has a place may need them any moment, and may have no network by then.
      void this.need("talk");
      void this.need("help");
    } else if (step.name === "ended" && hasContact(before)) {
      this.#tell("ended", step.reason);
    }
  }

  start(channel: Channel): void {
    this.takeFocus();
    // What the site wants read first is shown by whoever helps.
    this.asks = this.options?.terms && !Panel.agreed ? channel : null;
    if (this.asks) void this.need("help");
    else void this.caller?.start(channel);
  }

  /** Take up a place that was kept; `claim` gets its session. */
  join(channel: Channel, claim: Parameters<Caller["join"]>[1]): void {
    this.takeFocus();
    void this.caller?.join(channel, claim);
  }

  /** Show what may be done instead of calling: it is known that nobody is let in. */
  offer(because: RefusedBecause): void {
    this.takeFocus();
    this.caller?.offer(because, "voice");
  }

  /** Go on with the call this tab had before a reload; says whether there is one. */
  resume(): boolean {
    return this.caller?.resume() ?? false;
  }

  /** Come onto the page, in the colours of the element that opened it. */
  open(from: HTMLElement | null): void {
    if (from) {
      const look = getComputedStyle(from);
      for (const name of LOOK) this.style.setProperty(name, look.getPropertyValue(name));
    }
    document.body.append(this);
  }

  /** Go on in another language. */
  async speak(language: Language): Promise<void> {
    await loadWords("panel", language);
    this.language = language;
  }

  /** Leave nothing running. */
  close(): void {
    this.asks = null;
    this.caller?.reset();
    this.minimised = false;
    this.dispatchEvent(new Event("close"));
  }

  /** Whether there is something that closing would end. */
  get isBusy(): boolean {
    return hasContact(this.state.step);
  }

  get t(): PanelTexts {
    return textsIn(this.language);
  }

  /** Move the focus to the heading when it is there. */
  takeFocus(): void {
    this.#focusTitle = true;
  }

  /** Have a part fetched, if it is not there. */
  need(name: "talk" | "help"): Promise<void> {
    const key = `${name} ${this.language}`;
    let coming = this.#parts.get(key);
    if (!coming) {
      coming = this.#fetch(name, key);
      this.#parts.set(key, coming);
    }
    return coming;
  }

  /** The part, if it is there in the visitor's language. */
  get talk(): Talk | null {
    return this.#there.has(`talk ${this.language}`) ? this.#talk : null;
  }

  get help(): Help | null {
    return this.#there.has(`help ${this.language}`) ? this.#help : null;
  }

  async #fetch(name: "talk" | "help", key: string): Promise<void> {
    try {
      const sheets = await Promise.all([
        name === "talk" ? this.#fetchTalk() : this.#fetchHelp(),
        loadWords(name, this.language),
      ]);
      const root = this.renderRoot as ShadowRoot;
      for (const { styleSheet } of sheets[0] ?? []) if (styleSheet) root.adoptedStyleSheets.push(styleSheet);
      this.#there.add(key);
      this.missing = false;
    } catch {
      this.missing = true;
      setTimeout(() => {
        this.#parts.delete(key);
        this.requestUpdate();
      }, AGAIN_MS);
    }
    this.requestUpdate();
  }

  async #fetchTalk() {
    const { Talk } = await import("./talk");
    if (this.#talk) return null;
    this.#talk = new Talk(this);
    return Talk.styles;
  }

  async #fetchHelp() {
    const { Help } = await import("./help");
    if (this.#help) return null;
    this.#help = new Help(this);
    return Help.styles;
  }

  #tell(what: "queued" | "connected" | "ended", outcome?: string): void {
    const { step } = this.state;
    if (!this.options || !("channel" in step)) return;
    const { site, group } = this.options;
    const detail: CallNews = { site, group, channel: step.channel, ...(outcome && { outcome }) };
    this.dispatchEvent(new CustomEvent(`zuruf-${what}`, { bubbles: true, composed: true, detail }));
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { step } = this.state;
    const part = this.asks ? "help" : partOf(step);
    if (part) void this.need(part);
    if (changed.has("language")) {
      this.lang = this.language;
      if (this.#talk) void this.need("talk");
      if (this.#help) void this.need("help");
    }
    if (!changed.has("state")) return;
    const isNews = viewOf(step) !== viewOf(this.#before);
    this.#help?.follow(step, isNews);
    const { t } = this;
    const news =
      waitAlert(this.#before, step, t) ??
      this.talk?.alert(this.#before, step) ??
      this.help?.alert(this.#before, step) ??
      setbackAlert(this.#before, step, t);
    if (news !== null || isNews) this.#alert = news ?? "";
    if (isNews) {
      // Who works in here is taken along; who reads the page is left alone.
      if (this.shadowRoot?.activeElement) this.takeFocus();
      // News of this size is not for a corner.
      this.minimised = false;
    }
    this.#before = step;
  }

  protected override updated(): void {
    this.#talk?.updated();
    if (this.#focusTitle && !this.minimised) {
      this.#focusTitle = false;
      this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
    }
  }

  #words(): Words {
    const { t } = this;
    const part = this.asks ? "help" : partOf(this.state.step);
    if (part && this[part]) return this[part].words();
    if (part && this.missing) return words(t.unreachableTitle, t.unreachable, "", "bad");
    return waitWords(this.state, t);
  }

  protected override render(): TemplateResult {
    const { step } = this.state;
    const said = this.#words();
    const talk = viewOf(step) === "talk" ? this.talk : null;
    const size = step.name === "contact" ? "" : "short";
    return html`
      <p class="unseen" role="alert">${this.#alert}</p>
      <section class="panel ${size}" part="panel" role="dialog" aria-labelledby="title" ?hidden=${this.minimised}>
        ${talk ? talk.render(said) : this.#sheet(said)}
      </section>
      ${this.minimised ? this.#mini(said) : nothing}
    `;
  }

  #sheet(said: Words): TemplateResult {
    const hasPlace = this.state.step.name === "contact";
    const { help } = this;
    const chosen = help?.chosen() ?? null;
    return html`
      <div class="head">
        <h2 id="title" tabindex="-1">${chosen ? this.t.callbackTitle : said.title}</h2>
        ${hasPlace ? this.minimise() : nothing}
      </div>
      <div class="body ${hasPlace && !chosen ? "queue" : ""}">
        ${chosen ? html`<p class="more" role="status">${said.main}</p>` : html`${this.say(said)} ${this.#announced()}`}
        ${chosen ?? help?.question() ?? this.#middle()} ${help?.instead() ?? nothing}
        <div class="foot">${help?.foot() ?? this.#foot()}</div>
      </div>
    `;
  }

  say(said: Words, remedy: TemplateResult | typeof nothing = nothing): TemplateResult {
    return html`
      <div class="say ${said.tone}" role="status">
        ${said.main ? html`<p class="main">${said.main}</p>` : nothing}
        ${said.more ? html`<p class="more">${said.more}</p>` : nothing}
        ${remedy}
      </div>
    `;
  }

  /** What the group tells who waits. A live region of its own: it is read out when it changes, and only then. */
  #announced(): TemplateResult | typeof nothing {
    const { step, announcements, ahead } = this.state;
    if (step.name !== "contact" || viewOf(step) !== "queue") return nothing;
    const told = announcedAfter(announcements, Date.now() + ahead - step.contact.askedAt);
    return html`<div class="announced" role="status">${told.map((text) => html`<p>${text}</p>`)}</div>`;
  }

  /** What the visitor sees of themselves, and what happened before. */
  #middle(): TemplateResult | typeof nothing {
    const { step, trouble } = this.state;
    if (step.name !== "contact") return nothing;
    const { t } = this;
    const waits = viewOf(step) === "queue";
    const note = setbackNote(step, t) ?? deviceNote(this.state, t);
    return html`
      ${this.#own(!waits ? "" : step.channel === "video" ? t.unseenYet : t.unheardYet)}
      <div class="row">
        ${step.channel === "video" ? this.#toggle("camera") : nothing} ${this.#toggle("microphone")}
      </div>
      ${waits && note ? this.notice(note) : nothing} ${trouble ? this.notice(t.needsPress) : nothing}
    `;
  }

  notice(text: string): TemplateResult {
    return html`<p class="notice ring">${draw(alert)}<span>${text}</span></p>`;
  }

  #own(caption: string): TemplateResult {
    const { step, local } = this.state;
    const stream = this.mirrored();
    return html`
      <div class="own ${step.name === "contact" && step.channel === "voice" ? "still" : ""}">
        ${
          stream
            ? html`<video class="mirror" .srcObject=${stream} autoplay muted playsinline aria-hidden="true"></video>`
            : draw(local.microphone === "on" ? microphone : microphoneOff)
        }
        ${caption ? html`<span class="veil">${caption}</span>` : nothing}
      </div>
    `;
  }

  /** Camera or microphone while waiting. */
  #toggle(which: "camera" | "microphone"): TemplateResult {
    const { local } = this.state;
    const [pressed, disabled, drawing, label, press] =
      which === "camera"
        ? ([
            local.camera === "on",
            local.camera === "closed",
            local.camera === "on" ? camera : cameraOff,
            this.t.camera,
            () => this.switchCamera(),
          ] as const)
        : ([
            local.microphone === "muted",
            local.microphone === "closed" || local.microphone === "lost",
            local.microphone === "muted" ? microphoneOff : microphone,
            this.t.mute,
            () => this.caller?.mute(local.microphone !== "muted"),
          ] as const);
    return html`
      <button class="button" part="button" type="button" aria-pressed=${pressed} ?disabled=${disabled} @click=${press}>
        ${draw(drawing)}${label}
      </button>
    `;
  }

  #foot(): TemplateResult {
    const { step, trouble, local } = this.state;
    const { t, caller } = this;
    switch (step.name) {
      case "start":
        return html``;
      case "asking":
      case "requesting":
      case "attaching":
        return this.button(t.cancel, "", () => (step.name === "attaching" ? this.leave() : this.close()));
      case "contact": {
        const waits = viewOf(step) === "queue";
        const again = trouble !== null || local.microphone === "lost";
        const mayLeave = waits && step.contact.canBeCalledBack && !step.contact.question;
        const callMeBack = () => void this.need("help").then(() => this.help?.choose("wish"));
        return html`
          ${mayLeave ? this.button(t.callMeBack, "", callMeBack) : nothing}
          ${again ? this.button(t.continue, "primary big", () => void caller?.openAgain()) : nothing}
          ${this.button(waits ? t.leaveQueue : t.hangUp, waits ? "" : "end", () => this.leave())}
        `;
      }
      default:
        return this.button(t.close, "", () => this.close());
    }
  }

  /** Leave the line, or hang up. */
  leave(): void {
    this.takeFocus();
    this.caller?.leave();
  }

  #mini(said: Words): TemplateResult {
    const { step } = this.state;
    return html`
      <button class="mini" part="bubble" type="button" @click=${() => this.expand()}>
        ${draw(step.name === "contact" && step.channel === "video" ? camera : phone)}
        <span>${said.main || said.title}</span>
        <span class="unseen">${this.t.showCall}</span>
      </button>
    `;
  }

  button(label: string, looks: string, press: () => void): TemplateResult {
    return html`<button class="button ${looks}" part="button" type="button" @click=${once(press)}>${label}</button>`;
  }

  minimise(): TemplateResult {
    const { minimise } = this.t;
    const press = once(() => this.shrink());
    return html`<button class="plain" type="button" aria-label=${minimise} title=${minimise} @click=${press}>${draw(down)}</button>`;
  }

  /** Give the page its room back. The call goes on. */
  shrink(): void {
    if (!this.isBusy) {
      this.close();
      return;
    }
    this.minimised = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".mini")?.focus());
  }

  /** Show all of it again. */
  expand(): void {
    this.takeFocus();
    this.minimised = false;
  }

  switchCamera(): void {
    void this.caller?.setCamera(this.state.local.camera !== "on");
  }

  /** Our own picture; null while there is none. */
  mirrored(): MediaStream | null {
    const track = this.caller?.camera ?? null;
    if (track?.id !== this.#mirror?.track.id) {
      this.#mirror = track ? { track, stream: new MediaStream([track]) } : null;
    }
    return this.#mirror?.stream ?? null;
  }
}

/** Leave out the second click of a double click: it was meant for what was in this place before. */
export function once(press: () => void): (event: MouseEvent) => void {
  return ({ detail }) => {
    if (detail < 2) press();
  };
}

/** Which picture a step belongs to. A change of picture moves the focus, smaller changes do not. */
export function viewOf(step: Step): string {
  // What is being sent stays on the page as it was written.
  if (step.name === "leaving") return "refused";
  if (step.name !== "contact") return step.name;
  const { phase } = step.contact;
  return phase === "queued" || phase === "offered" ? "queue" : phase === "connecting" ? "connecting" : "talk";
}

/** Fetch the words, then make a panel. */
export async function createPanel(options: PanelOptions): Promise<Panel> {
  await loadWords("panel", options.language);
  return makePanel(options);
}

/** Make a panel and the caller it shows. Its words have to be there. */
export function makePanel(options: PanelOptions): Panel {
  if (!customElements.get("zuruf-panel")) customElements.define("zuruf-panel", Panel);
  const panel = document.createElement("zuruf-panel") as Panel;
  panel.language = options.language;
  const caller = new Caller({
    ...options,
    page: newPageId(),
    pageUrl: `${location.origin}${location.pathname}`,
    pageTitle: document.title,
    memory: tabMemory(),
    devices: navigator.mediaDevices,
    peers: browserPeers(),
    time: browserTime(),
    chance: Math.random,
    onChange: (state) => panel.show(state),
  });
  panel.follow(caller, options);
  return panel;
}

function tabMemory(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    // The browser forbids it. Only a reload needs it.
    return null;
  }
}

/** Show a panel for a bar, unless one is open, and begin in it; a call that this tab has goes before. */
export async function enter(bar: Bar, button: HTMLElement, begin: (panel: Panel) => void): Promise<void> {
  const { element, answer } = bar;
  const { server, language } = element;
  const [site, group] = ["site", "group"].map((name) => element.getAttribute(name) ?? "") as [string, string];
  const panel = await createPanel({ server: new URL(server), site, group, language, ...answer });
  if (!element.isConnected || !place(panel, element, button)) return;
  if (!panel.resume()) begin(panel);
}

/** Go on with the call that this tab had before the page was loaded anew. */
export async function resume(server: string, language: Language): Promise<void> {
  let found: { site?: unknown; group?: unknown };
  try {
    found = JSON.parse(sessionStorage.getItem(CONTACT_KEY) ?? "{}");
  } catch {
    // Somebody else's.
    return;
  }
  const { site, group } = found;
  if (typeof site !== "string" || typeof group !== "string") return;
  const panel = await createPanel({ server: new URL(server), site, group, language });
  if (place(panel, null, null) && !panel.resume()) panel.close();
}

/** The one call of a page takes the place of all bars. Says whether there was room for it. */
function place(panel: Panel, from: ZurufCall | null, button: HTMLElement | null): boolean {
  if (document.querySelector("zuruf-panel")) return false;
  const hideBars = (hide: boolean) => {
    for (const element of document.querySelectorAll<ZurufCall>("zuruf-call")) {
      element.toggleAttribute("open", hide);
      element.tell((bar) => bar.look());
    }
  };
  hideBars(true);
  panel.onclose = () => {
    panel.remove();
    hideBars(false);
    button?.focus();
  };
  panel.open(from);
  return true;
}
