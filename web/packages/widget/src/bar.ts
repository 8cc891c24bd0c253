/**
 * The small bar that says whether somebody is there and starts a call.
 *
 * It asks for availability when somebody looks, once for all bars of a site. The panel is fetched
 * when the visitor reaches for a button.
 */
import { barStyles } from "./bar.styles";
import { barTexts } from "./bar.texts";
import type { Language, ZurufCall } from "./loader";
import type { Panel } from "./panel";

type Channel = "voice" | "video";

interface Group {
  readonly id: string;
  readonly state: "available" | "busy" | "nobody" | "closed";
  readonly channels: readonly string[];
  readonly notice?: string | null;
  readonly instead?: "group" | "message" | "callback" | null;
}

interface Answer {
  readonly groups: readonly Group[];
  readonly privacyUrl?: string | null;
  readonly terms?: string | null;
}

/** How long an answer about availability is good for, ms. */
const FRESH_MS = 10_000;
const CHANNELS = ["video", "voice"] as const;
const ICONS: Record<Channel, string> = {
  video: "M5 6.5h7.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zm9.5 4.5 6-3v8l-6-3",
  voice:
    "M5.3 4h3.5l1.5 4.3-1.9 1.6a11.5 11.5 0 0 0 5.7 5.7l1.6-1.9 4.3 1.5v3.5a1.4 1.4 0 0 1-1.5 1.4A15.3 15.3 0 0 1 3.9 5.5 1.4 1.4 0 0 1 5.3 4z",
};

/** The answers by address: all bars of a site share one. */
const answers: Record<string, { at: number; answer: Promise<Answer> }> = {};

export class Bar {
  readonly row = make("div", "row");
  answer: Answer | undefined;
  readonly #bar = make("div", "bar");
  readonly #status = make("p", "status");
  readonly #privacy = make<HTMLAnchorElement>("a", "privacy");
  readonly #buttons = new Map<Channel, HTMLButtonElement>();
  /** What a closed group offers instead. */
  #other: HTMLElement | undefined;

  constructor(readonly element: ZurufCall) {
    const root = element.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(barStyles);
    root.adoptedStyleSheets = [sheet];
    for (const channel of CHANNELS) {
      if (channel === "video" && this.#said("media") === "voice") continue;
      const button = make<HTMLButtonElement>("button", "button", channel);
      button.append(drawing(channel), "");
      // The second click of a double click was meant for what was in this place before.
      button.onclick = ({ detail }) => {
        if (detail < 2) this.call(channel);
      };
      this.#buttons.set(channel, button);
      this.row.append(button);
    }
    // The visitor reaches for it: fetch what a call needs.
    this.row.onpointerover = fetchPanel;
    this.row.addEventListener("focusin", fetchPanel);
    const look = () => void this.look();
    this.#bar.setAttribute("role", "region");
    this.#status.setAttribute("role", "status");
    this.#privacy.target = "_blank";
    this.#bar.append(this.#status, this.row);
    this.#bar.onpointerenter = look;
    this.#bar.addEventListener("focusin", look);
    document.addEventListener("visibilitychange", look);
    root.append(this.#bar);
  }

  get #language(): Language {
    return this.element.language;
  }

  #said(name: string): string {
    return this.element.getAttribute(name) ?? "";
  }

  /** Ask whether somebody is there, unless nobody looks or it is known. */
  async look(): Promise<void> {
    const { element } = this;
    if (element.hasAttribute("open") || document.hidden || !element.isConnected) return;
    const language = this.#language;
    const texts = barTexts[language];
    this.#bar.lang = language;
    this.#bar.ariaLabel = texts.region;
    for (const [channel, { lastChild }] of this.#buttons) (lastChild as Text).data = texts[channel];
    try {
      const answer = await ask(element.server, this.#said("site"), language);
      this.answer = answer;
      if (answer.privacyUrl) {
        this.#privacy.href = answer.privacyUrl;
        this.#privacy.textContent = texts.privacy;
        this.#bar.append(this.#privacy);
      }
      const group = answer.groups.find(({ id }) => id === this.#said("group"));
      if (group) await this.#show(group, texts);
    } catch {
      // Whoever presses learns more than we know now.
    }
  }

  async #show(group: Group, texts: (typeof barTexts)[Language]): Promise<void> {
    const { state, channels, instead, notice } = group;
    this.#say(notice ?? texts[state], state);
    for (const [channel, button] of this.#buttons) {
      button.hidden = state === "closed" || !channels.includes(channel);
    }
    // A closed group may be asked for something else.
    const other = instead
      ? (await import("./instead")).other(this, this.#language, instead, notice ?? null)
      : undefined;
    this.#other?.remove();
    if (other) this.row.append(other);
    this.#other = other;
  }

  call(channel: Channel): void {
    const button = this.#buttons.get(channel);
    if (button) void this.open(button, (panel) => panel.start(channel));
  }

  /** Fetch the panel and show it; a call that this tab has already goes before a new one. */
  async open(button: HTMLElement, begin: (panel: Panel) => void): Promise<void> {
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    try {
      const { enter } = await import("./panel");
      await enter(this, button, begin);
    } catch {
      this.#say(barTexts[this.#language].unreachable, "nobody");
    }
    button.ariaBusy = null;
  }

  /** The call of this tab is out of reach; a new one would only be refused. */
  strand(): void {
    const texts = barTexts[this.#language];
    const again = make<HTMLButtonElement>("button", "button");
    again.textContent = texts.again;
    again.onclick = async () => {
      try {
        const { resume } = await import("./panel");
        again.replaceWith(this.row);
        this.#say("", "");
        await resume(this.element.server, this.#language);
      } catch {
        // It is still there to be pressed.
      }
      await this.look();
    };
    this.row.replaceWith(again);
    this.#say(texts.stranded, "nobody");
  }

  #say(text: string, kind: string): void {
    this.#status.textContent = text;
    this.#status.className = kind;
  }
}

function fetchPanel(): void {
  void import("./panel").catch(() => {});
}

/** One request says it of all groups of a site. */
function ask(server: string, site: string, language: Language): Promise<Answer> {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/availability?lang=${language}`;
  const { href } = new URL(path, server);
  const now = Date.now();
  let known = answers[href];
  if (!known || now - known.at >= FRESH_MS) {
    known = { at: now, answer: fetch(href, { credentials: "omit" }).then((answer) => answer.json()) };
    answers[href] = known;
  }
  return known.answer;
}

function make<E extends HTMLElement>(tag: string, ...names: string[]): E {
  const element = document.createElement(tag) as E;
  element.className = names.join(" ");
  element.setAttribute("part", names.join(" "));
  return element;
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
