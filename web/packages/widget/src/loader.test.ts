// @vitest-environment happy-dom
import { settle } from "@zuruf/protocol/testing";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import "./loader";
import { allTexts } from "./testing";

/** A gateway that says of its one group what it is told to. */
class Gateway {
  asked = 0;
  state = "nobody";
  instead: string | null = null;
  privacyUrl: string | null = null;

  readonly fetch = async (): Promise<Response> => {
    this.asked += 1;
    const { state, instead, privacyUrl } = this;
    const groups = ["sales", "support"].map((id) => ({ id, state, instead, channels: ["voice", "video"] }));
    return Response.json({ groups, privacyUrl, terms: null });
  };
}

let gateway: Gateway;
let bar: HTMLElement;

const api = () => (window as unknown as { zuruf: Record<string, (...about: string[]) => void> }).zuruf;

/** Answers are shared by site: every test has its own. */
let site = 0;

async function widget(more: Record<string, string> = {}): Promise<HTMLElement> {
  const element = document.createElement("zuruf-call");
  for (const [name, value] of Object.entries({ site: `demo${site}`, group: "sales", lang: "en", ...more })) {
    element.setAttribute(name, value);
  }
  document.body.append(element);
  await vi.waitFor(() => expect(element.shadowRoot).not.toBeNull());
  bar = element.shadowRoot?.querySelector(".bar") as HTMLElement;
  await settle();
  return element;
}

function said(): string {
  return bar.querySelector("p")?.textContent ?? "";
}

function click(button: Element | null | undefined, detail: number): void {
  button?.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, detail }));
}

// Else the first test that opens the panel waits for the compiler, too.
beforeAll(async () => {
  await Promise.all([import("./bar"), import("./panel"), allTexts("en"), allTexts("de")]);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  gateway = new Gateway();
  site += 1;
  vi.stubGlobal("fetch", gateway.fetch);
});

afterEach(() => {
  document.body.replaceChildren();
  document.querySelector("zuruf-panel")?.remove();
  sessionStorage.clear();
  vi.doUnmock("./panel");
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test.each([
  ["the page is looked at again", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["the pointer reaches the bar", () => bar.dispatchEvent(new Event("pointerenter"))],
  ["the focus reaches the bar", () => bar.dispatchEvent(new Event("focusin", { bubbles: true }))],
])("an old answer is asked for again when %s, a fresh one is not", async (_when, happen) => {
  await widget();
  expect(said()).toBe("Nobody is here right now, you can wait");
  gateway.state = "available";

  vi.advanceTimersByTime(9_000);
  happen();
  await settle();
  expect(gateway.asked).toBe(1);

  vi.advanceTimersByTime(1_000);
  happen();
  await settle();
  expect(said()).toBe("Somebody is here for you");
});

test("a group that opens again gets its buttons back", async () => {
  gateway.state = "closed";
  await widget();
  const hidden = () => [...bar.querySelectorAll("button")].map((button) => button.hidden);
  expect(hidden()).toEqual([true, true]);

  gateway.state = "available";
  vi.advanceTimersByTime(10_000);
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();

  expect(hidden()).toEqual([false, false]);
});

test("a double click opens the panel and leaves it open; closed, it asks who is there now", async () => {
  const element = await widget();
  const button = bar.querySelector(".voice") as HTMLElement;
  const panel = () => document.querySelector("zuruf-panel");
  click(button, 1);
  await vi.waitFor(() => expect(panel()).not.toBeNull());
  await settle();
  const last = () => [...(panel()?.shadowRoot?.querySelectorAll(".foot button") ?? [])].at(-1);
  await vi.waitFor(() => expect(last()).toBeDefined());

  click(last(), 2);
  await settle();
  expect(panel()).not.toBeNull();
  expect(element.hasAttribute("open")).toBe(true);

  vi.advanceTimersByTime(10_000);
  await vi.waitFor(() => {
    click(last(), 1);
    expect(panel()).toBeNull();
    expect(element.shadowRoot?.activeElement).toBe(button);
    // happy-dom loses its way when a panel off the page asks for the focus outside of it.
    button.blur();
  });
  expect(element.hasAttribute("open")).toBe(false);
  await settle();
  expect(gateway.asked).toBe(2);
});

test("several bars of a site ask once", async () => {
  await widget();
  await widget({ group: "support" });
  await settle();

  expect(gateway.asked).toBe(1);
});

test("where the site says so, a link to its privacy notice stands beside the buttons", async () => {
  const link = () => bar.querySelector("a");
  await widget();
  expect(link()).toBeNull();

  gateway.privacyUrl = "https://shop.example/privacy";
  await widget({ site: "private", lang: "de" });
  await vi.waitFor(() => expect(link()?.textContent).toBe("Datenschutz"));
  expect(link()?.getAttribute("href")).toBe("https://shop.example/privacy");
});

test("a closed group offers what else can be done", async () => {
  gateway.state = "closed";
  gateway.instead = "message";
  await widget();

  await vi.waitFor(() => {
    const shown = [...bar.querySelectorAll("button")].filter(({ hidden }) => !hidden);
    expect(shown.map(({ textContent }) => textContent)).toEqual(["Leave a message"]);
  });
});

test("the page may choose the language, and change it", async () => {
  await widget();
  (api() as unknown as { language: string }).language = "de";

  await vi.waitFor(() => expect(said()).toBe("Gerade ist niemand da, Sie können warten"));
  expect(bar.querySelector(".voice")?.textContent).toBe("Anrufen");
  (api() as unknown as { language: string }).language = "";
});

test("the page may begin a call by itself, of the group it names", async () => {
  await widget();
  const support = await widget({ group: "support", media: "voice" });
  api()["call"]?.("voice", "support");

  await vi.waitFor(() => expect(document.querySelector("zuruf-panel")).not.toBeNull());
  expect(support.shadowRoot?.querySelector(".video")).toBeNull();
});

test("what is said twice, by script lines and elements, is there once", async () => {
  await widget({ site: "twice" });
  Object.assign(api(), { site: "twice", group: "sales" });
  api()["start"]?.();

  expect(document.querySelectorAll("zuruf-call")).toHaveLength(1);
});

test("a call whose panel cannot be fetched after a reload is told of, and tried again when asked", async () => {
  await widget();
  sessionStorage.setItem("zuruf.contact", JSON.stringify({ site: "demo", group: "sales" }));
  // Whatever else is still being loaded finds the panel as it is.
  vi.doMock("./panel", async (original) => ({
    ...(await original<typeof import("./panel")>()),
    resume: () => {
      throw new TypeError("Failed to fetch");
    },
  }));
  api()["start"]?.();
  const buttons = () => [...bar.querySelectorAll("button")].map((button) => button.textContent);

  await vi.waitFor(() => expect(said()).toBe("Your call could not be loaded again."));
  expect(buttons()).toEqual(["Try again"]);

  vi.doUnmock("./panel");
  click(bar.querySelector("button"), 1);
  // What was remembered is no whole contact: the panel comes, finds none, and goes.
  await vi.waitFor(() => expect(buttons()).toEqual(["Video call", "Call"]));
  await vi.waitFor(() => expect(document.querySelector("zuruf-panel")).toBeNull());
});
