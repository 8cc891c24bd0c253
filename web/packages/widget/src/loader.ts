/**
 * What a website embeds: a small bar that says whether somebody is there and starts a call.
 *
 * It asks for availability when somebody looks, stores nothing and opens nothing. Everything else
 * is fetched when the visitor reaches for a button, or when this tab had a call before a reload.
 */
import { loaderStyles } from "./loader.styles";
import { loaderTexts } from "./loader.texts";
import type { Panel } from "./panel";

type Channel = "voice" | "video";
type Language = "de" | "en";

const HERE = import.meta.url;
/** Where a tab remembers its contact; the panel writes it. */
const CONTACT_KEY = "zuruf.contact";
/** How long an answer about availability is good for, ms. */
const FRESH_MS = 10_000;
const ICONS: Record<Channel, string> = {
  video:
    "M5 6.500h7.500a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zm9.500 4.500 6-3v8l-6-3",
  voice:
    "M5.300 4h3.500l1.500 4.300-1.900 1.600a11.500 11.500 0 0 0 5.700 5.700l1.600-1.900 4.300 1.500v3.500a1.400 1.400 0 0 1-1.500 1.400A15.300 15.300 0 0 1 3.900 5.500 1.400 1.400 0 0 1 5.300 4z",
};

/** The bar and, once there is a call, its panel. Attributes: `site`, `group`, `media` (`voice` or `video`), `lang`. */
class ZurufCall extends HTMLElement {
  #bar = document.createElement("div");
  #status = document.createElement("p");
  #row = document.createElement("div");
  #buttons = {} as Record<Channel, HTMLButtonElement>;
  /** What a closed group offers instead. */
  #other = document.createElement("button");
  #panel: Promise<Panel> | null = null;
  /** When availability was asked for. */
  #asked = Number.NEGATIVE_INFINITY;

  connectedCallback(): void {
    document.addEventListener("visibilitychange", this.#look);
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(loaderStyles);
    root.adoptedStyleSheets = [sheet];
    const texts = loaderTexts[this.#language];
    for (const channel of ["video", "voice"] as const) {
      const button = document.createElement("button");
      button.className = channel;
      button.type = "button";
      button.append(drawing(channel), texts[channel]);
      button.hidden = !this.#offers(channel);
      // The second click of a double click was meant for what was in this place before.
      button.onclick = ({ detail }) => void (detail < 2 && this.#start(channel));
      // The visitor reaches for it: fetch what it needs.
      button.onpointerenter = button.onfocus = () => void this.#load().catch(() => {});
      this.#buttons[channel] = button;
      this.#row.append(button);
    }
    this.#other.type = "button";
    this.#other.onpointerenter = this.#other.onfocus = () => void this.#load().catch(() => {});
    this.#bar.className = "bar";
    this.#bar.setAttribute("role", "region");
    this.#bar.setAttribute("aria-label", texts.region);
    this.#status.setAttribute("role", "status");
    this.#bar.append(this.#status, this.#row);
    this.#bar.onpointerenter = this.#look;
    this.#bar.addEventListener("focusin", this.#look);
    this.#bar.lang = this.#language;
    root.append(this.#bar);
    if (this.#hadContact()) void this.#resume();
    else this.#look();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#look);
  }

  get #language(): Language {
    const wishes = [this.getAttribute("lang") ?? "", ...navigator.languages];
    const known = wishes.map((wish) => wish.slice(0, 2).toLowerCase());
    return known.find((wish): wish is Language => wish === "de" || wish === "en") ?? "en";
  }

  /** Ask whether somebody is there, unless nobody looks or it is known. */
  readonly #look = (): void => {
    if (this.hasAttribute("open") || document.hidden || Date.now() - this.#asked < FRESH_MS) return;
    this.#asked = Date.now();
    void this.#ask();
  };

  async #ask(): Promise<void> {
    const site = encodeURIComponent(this.getAttribute("site") ?? "");
    const texts = loaderTexts[this.#language];
    try {
      const url = new URL(`/api/v1/sites/${site}/availability?lang=${this.#language}`, HERE);
      const { groups } = await (await fetch(url, { credentials: "omit" })).json();
      for (const { id, state, channels, notice, instead } of groups) {
        if (id !== this.getAttribute("group")) continue;
        this.#say(notice ?? texts[state as "available"], state);
        this.#offer(instead ?? null, notice ?? null);
        for (const channel of ["video", "voice"] as const) {
          this.#buttons[channel].hidden =
            state === "closed" || !channels.includes(channel) || !this.#offers(channel);
        }
      }
    } catch {
      // Whoever presses learns more than we know now.
    }
  }

  /** A closed group may be asked for something else. */
  #offer(instead: "group" | "message" | "callback" | null, notice: string | null): void {
    if (instead === null) {
      this.#other.remove();
      return;
    }
    this.#row.append(this.#other);
    this.#other.textContent = loaderTexts[this.#language][instead];
    // Which group it would be is told to who asks for this one.
    const because = { code: "group_closed", detail: null, retryAfter: null, notice };
    const answer = { kind: instead, group: null };
    this.#other.onclick = ({ detail }) => {
      if (detail > 1) return;
      void this.#open(this.#other, (panel) =>
        instead === "group" ? panel.start("voice") : panel.offer({ ...because, answer }),
      );
    };
  }

  #offers(channel: Channel): boolean {
    return channel === "voice" || this.getAttribute("media") !== "voice";
  }

  #say(text: string, kind: string): void {
    this.#status.textContent = text;
    this.#status.className = kind;
  }

  #load(): Promise<Panel> {
    this.#panel ??= import("./panel")
      .then(({ createPanel }) =>
        createPanel({
          server: new URL(HERE),
          site: this.getAttribute("site") ?? "",
          group: this.getAttribute("group") ?? "",
          language: this.#language,
        }),
      )
      .catch((error) => {
        this.#panel = null;
        throw error;
      });
    return this.#panel;
  }

  async #start(channel: Channel): Promise<void> {
    await this.#open(this.#buttons[channel], (panel) => panel.start(channel));
  }

  async #open(button: HTMLButtonElement, begin: (panel: Panel) => void): Promise<void> {
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    try {
      const panel = await this.#load();
      // Off the page there is nobody to hang up again.
      if (this.isConnected) {
        this.#show(panel, button);
        begin(panel);
      }
    } catch {
      this.#say(loaderTexts[this.#language].unreachable, "nobody");
    }
    button.ariaBusy = null;
  }

  async #resume(): Promise<void> {
    this.toggleAttribute("open", true);
    this.#bar.hidden = true;
    try {
      const panel = await this.#load();
      this.#show(panel, null);
      if (!this.isConnected || !panel.resume()) panel.dispatchEvent(new Event("close"));
    } catch {
      this.#strand();
    }
  }

  /** The call of this tab is out of reach; a new one would only be refused. */
  #strand(): void {
    const texts = loaderTexts[this.#language];
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = texts.again;
    again.onclick = () => {
      again.replaceWith(this.#row);
      this.#say("", "");
      void this.#resume();
    };
    this.#row.replaceWith(again);
    this.#bar.hidden = false;
    this.#say(texts.stranded, "nobody");
  }

  #show(panel: Panel, button: HTMLButtonElement | null): void {
    this.toggleAttribute("open", true);
    this.#bar.hidden = true;
    panel.onclose = () => {
      panel.remove();
      this.toggleAttribute("open", false);
      this.#bar.hidden = false;
      this.#look();
      button?.focus();
    };
    this.shadowRoot?.append(panel);
  }

  #hadContact(): boolean {
    // Of several elements, one goes on with the call.
    if (document.querySelector("zuruf-call[open]")) return false;
    try {
      const { site, group } = JSON.parse(sessionStorage.getItem(CONTACT_KEY) ?? "{}");
      return site === this.getAttribute("site") && group === this.getAttribute("group");
    } catch {
      // The browser forbids storage, or it is not ours.
      return false;
    }
  }
}

function drawing(channel: Channel): SVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[channel]);
  svg.append(path);
  return svg;
}

function place(settings: Record<string, string | undefined>): void {
  const element = document.createElement("zuruf-call");
  for (const name of ["site", "group", "media", "lang"]) {
    const value = settings[name];
    if (value) element.setAttribute(name, value);
  }
  document.body.append(element);
}

// Two versions on one page: the first one stays.
if (!customElements.get("zuruf-call")) {
  customElements.define("zuruf-call", ZurufCall);
  for (const script of document.querySelectorAll<HTMLScriptElement>("script[data-site]")) {
    if (script.src === HERE) place(script.dataset);
  }
  const { zuruf } = window as { zuruf?: Record<string, string> };
  if (zuruf?.["site"]) place(zuruf);
}
