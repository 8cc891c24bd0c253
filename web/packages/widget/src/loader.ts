/**
 * What a website embeds. It finds out what the page wants, once, and fetches the bar for it; with
 * `start` set to `manual` not before the page says so. It stores nothing and opens nothing.
 *
 * The bar, the panel and what belongs to a talk are chunks of their own, each fetched when it is
 * needed. Every visitor of somebody else's page pays for this file, so it stays below 2 kB.
 */
import type { Bar } from "./bar";
import type { Panel } from "./panel";

export type Language = "de" | "en";

/** What a script line, its query and `window.zuruf` may say; but for `start`, elements too. */
type Settings = Partial<Record<"site" | "group" | "media" | "lang" | "start", string>>;

const HERE = import.meta.url;
/** What the page chose in place of the browser's language. */
let chosen = "";
/** Nothing is fetched or shown before the page says so. */
let waits: boolean;

const elements = () => document.querySelectorAll<ZurufCall>("zuruf-call");
const panel = () => document.querySelector<Panel>("zuruf-panel");

function languageOf(asked: string | null): Language {
  for (const wish of [chosen, asked ?? "", ...navigator.languages]) {
    const known = wish.slice(0, 2).toLowerCase();
    if (known === "de" || known === "en") return known;
  }
  return "en";
}

/** The element. Attributes: `site`, `group`, `media` (`voice` or `video`), `lang`, `inline`. */
export class ZurufCall extends HTMLElement {
  readonly server = HERE;
  bar: Promise<Bar> | undefined;

  connectedCallback(): void {
    if (!waits) this.begin();
  }

  /** Be seen. */
  begin(): void {
    this.toggleAttribute("open", !!panel());
    this.bar ??= import("./bar").then(({ Bar }) => new Bar(this));
    this.tell((bar) => bar.look());
  }

  /** Say it to the bar, once it is there. Without it nothing is shown; a reload tries again. */
  tell(what: (bar: Bar) => unknown): void {
    this.bar?.then(what).catch(() => {
      this.bar = undefined;
    });
  }

  get language(): Language {
    return languageOf(this.getAttribute("lang"));
  }
}

// Two versions on one page: the first one stays.
if (!customElements.get("zuruf-call")) {
  const here = window as { zuruf?: unknown };
  const said: Settings[] = [Object.fromEntries(new URL(HERE).searchParams), { ...(here.zuruf ?? {}) }];
  for (const script of document.scripts) if (script.src === HERE) said.push(script.dataset);
  waits = said.some(({ start }) => start === "manual");
  const api = {
    /** Be seen: what `data-start="manual"` waits for. */
    start(): void {
      waits = false;
      for (const element of elements()) element.begin();
      for (const settings of said) {
        const { site, group } = settings;
        const isThere = () =>
          [...elements()].some((e) => e.getAttribute("site") === site && e.getAttribute("group") === group);
        if (!site || isThere()) continue;
        const element = document.createElement("zuruf-call");
        for (const name of ["site", "group", "media", "lang"] as const) {
          if (settings[name]) element.setAttribute(name, settings[name]);
        }
        document.body.append(element);
      }
      try {
        // The panel wrote it: this tab had a call before the page was loaded anew.
        if (sessionStorage["zuruf.contact"] && !panel()) {
          import("./panel")
            .then(({ resume }) => resume(HERE, languageOf(null)))
            .catch(() => {
              for (const element of elements()) element.tell((bar) => bar.strand());
            });
        }
      } catch {
        // The browser forbids storage.
      }
    },
    /** Begin a call, of the first element or of the one with this group. */
    call(channel: "voice" | "video" = "voice", group?: string): void {
      const element = [...elements()].find((e) => !group || e.getAttribute("group") === group);
      element?.tell((bar) => bar.call(channel));
    },
    /** Show all of a call that was made small. */
    open: () => panel()?.expand(),
    /** Make a call small; without a call, close the panel. */
    close: () => panel()?.shrink(),
    set language(language: Language) {
      chosen = language;
      for (const element of elements()) element.tell((bar) => bar.look());
      void panel()?.speak(language);
    },
  };
  here.zuruf = api;
  customElements.define("zuruf-call", ZurufCall);
  if (!waits) api.start();
}
