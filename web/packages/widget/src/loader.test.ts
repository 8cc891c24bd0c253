// @vitest-environment happy-dom
import { settle } from "@zuruf/protocol/testing";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import "./loader";

/** A gateway that says of its one group what it is told to. */
class Gateway {
  asked = 0;
  state = "nobody";

  readonly fetch = async (): Promise<Response> => {
    this.asked += 1;
    const groups = [{ id: "sales", state: this.state, channels: ["voice", "video"] }];
    return new Response(JSON.stringify({ groups }));
  };
}

let gateway: Gateway;
let bar: HTMLElement;

async function widget(): Promise<HTMLElement> {
  const element = document.createElement("zuruf-call");
  for (const [name, value] of Object.entries({ site: "demo", group: "sales", lang: "en" })) {
    element.setAttribute(name, value);
  }
  document.body.append(element);
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
  await import("./panel");
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  gateway = new Gateway();
  vi.stubGlobal("fetch", gateway.fetch);
});

afterEach(() => {
  document.body.replaceChildren();
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
  const button = bar.querySelector(".voice");
  click(button, 1);
  await vi.waitFor(() => expect(element.shadowRoot?.querySelector("zuruf-panel")).not.toBeNull());
  await settle();
  const panel = () => element.shadowRoot?.querySelector("zuruf-panel");
  const last = () => [...(panel()?.shadowRoot?.querySelectorAll(".foot button") ?? [])].at(-1);
  await vi.waitFor(() => expect(last()).toBeDefined());

  click(last(), 2);
  await settle();
  expect(panel()).not.toBeNull();
  expect(bar.hidden).toBe(true);

  vi.advanceTimersByTime(10_000);
  click(last(), 1);
  expect(element.shadowRoot?.activeElement).toBe(button);
  // happy-dom loses its way when a panel off the page asks for the focus outside of it.
  (button as HTMLElement).blur();
  await settle();
  expect(panel()).toBeNull();
  expect(bar.hidden).toBe(false);
  expect(gateway.asked).toBe(2);
});

test("a call whose panel cannot be fetched after a reload is told of, and tried again when asked", async () => {
  sessionStorage.setItem("zuruf.contact", JSON.stringify({ site: "demo", group: "sales" }));
  vi.doMock("./panel", () => ({
    createPanel: () => {
      throw new TypeError("Failed to fetch");
    },
  }));
  const element = await widget();
  const buttons = () => [...bar.querySelectorAll("button")].map((button) => button.textContent);

  await vi.waitFor(() => expect(said()).toBe("Your call could not be loaded again."));
  expect(bar.hidden).toBe(false);
  expect(buttons()).toEqual(["Try again"]);

  // Whether somebody is there is nothing to this caller, who has a place already.
  bar.dispatchEvent(new Event("pointerenter"));
  await settle();
  expect(gateway.asked).toBe(0);

  vi.doUnmock("./panel");
  click(bar.querySelector("button"), 1);
  // What was remembered is no whole contact: the panel comes, finds none, and goes.
  await vi.waitFor(() => expect(element.hasAttribute("open")).toBe(false));
  expect(bar.hidden).toBe(false);
  expect(buttons()).toEqual(["Video call", "Call"]);
  await vi.waitFor(() => expect(said()).toBe("Nobody is here right now, you can wait"));
});
