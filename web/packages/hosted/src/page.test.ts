// @vitest-environment happy-dom
import type { KeptPlace } from "@zuruf/protocol";
import { settle } from "@zuruf/protocol/testing";
import { Panel } from "@zuruf/widget/panel";
import { afterEach, expect, test, vi } from "vitest";
import { askedFor } from "./address";
import { type HostedOptions, HostedPage } from "./page";

customElements.define("zuruf-hosted", HostedPage);
customElements.define("zuruf-panel", Panel);

const place: KeptPlace = {
  site: "shop",
  group: "sales",
  groupName: "Sales",
  channel: "video",
  position: 2,
  dueAt: null,
  goodUntil: null,
  expiresAt: 2_000_000_000_000,
};

/** A gateway that answers what it is told to, and keeps what it was asked. */
class Gateway {
  readonly asked: string[] = [];
  answers: Record<string, { status: number; body: unknown }> = {};

  readonly fetch = async (url: URL, init?: RequestInit): Promise<Response> => {
    const path = url.pathname.replace("/api/v1/", "");
    this.asked.push(`${init?.method ?? "GET"} ${path}`);
    const { status, body } = this.answers[path] ?? { status: 404, body: { code: "not_found" } };
    return new Response(body === null ? null : JSON.stringify(body), { status });
  };
}

async function open(gateway: Gateway, path: string, fragment: string, given: Partial<HostedOptions> = {}) {
  vi.stubGlobal("fetch", gateway.fetch);
  const page = document.createElement("zuruf-hosted") as HostedPage;
  document.body.append(page);
  await page.open({
    server: new URL("https://call.example/"),
    asked: askedFor(path, fragment),
    language: "en",
    memory: null,
    panel: () => document.createElement("zuruf-panel") as Panel,
    ...given,
  });
  await settle();
  return page;
}

const read = (page: HostedPage) => page.shadowRoot?.textContent?.replace(/\s+/g, " ") ?? "";

async function press(page: HostedPage, name: string): Promise<void> {
  const buttons = [...(page.shadowRoot?.querySelectorAll("button") ?? [])];
  buttons.find(({ textContent }) => textContent?.trim() === name)?.click();
  await settle();
}

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

test("a link shows the place, and takes nothing by itself", async () => {
  const gateway = new Gateway();
  gateway.answers["join/look"] = { status: 200, body: place };

  const page = await open(gateway, "/join", "#secret-of-some-length");

  expect(read(page)).toContain("You are number 2 in line");
  expect(gateway.asked).toEqual(["POST join/look"]);
});

test("who is invited is told until when", async () => {
  const gateway = new Gateway();
  gateway.answers["join/look"] = { status: 200, body: { ...place, goodUntil: 1_800_000_000_000 } };

  const page = await open(gateway, "/join", "#secret-of-some-length");

  expect(read(page)).toContain("It is your turn");
  expect(read(page)).toContain("Start video call");
});

test("a callback is cancelled after one more question", async () => {
  const gateway = new Gateway();
  gateway.answers["join/look"] = { status: 200, body: place };
  gateway.answers["join/cancel"] = { status: 204, body: null };
  const page = await open(gateway, "/join", "#secret-of-some-length");

  await press(page, "Cancel the callback");
  expect(gateway.asked).toEqual(["POST join/look"]);
  await press(page, "Yes, cancel");

  expect(gateway.asked).toEqual(["POST join/look", "POST join/cancel"]);
  expect(read(page)).toContain("The callback is cancelled");
});

test.each([
  ["link_cancelled", 410, "The callback is cancelled"],
  ["link_expired", 410, "The callback has expired"],
  ["link_used", 410, "This link has been used"],
  ["link_in_use", 409, "Your call has already begun"],
  ["link_unknown", 404, "This link does not work"],
  ["malformed", 400, "This link does not work"],
  ["busy", 503, "We cannot be reached right now"],
])("%s is said in words", async (code, status, words) => {
  const gateway = new Gateway();
  gateway.answers["join/look"] = { status, body: { code, detail: "What to do." } };

  expect(read(await open(gateway, "/join", "#secret-of-some-length"))).toContain(words);
});

test("a group has a page of its own, with what it offers", async () => {
  const gateway = new Gateway();
  const group = { id: "sales", name: "Sales", channels: ["voice", "video"], instead: null, notice: null };
  gateway.answers["sites/shop/availability"] = {
    status: 200,
    body: { groups: [{ ...group, state: "available" }] },
  };

  expect(read(await open(gateway, "/call/shop/sales", ""))).toContain("Talk to Sales");
  expect(read(await open(gateway, "/call/shop/nobody", ""))).toContain("There is nobody to call here");
});

test("a closed group offers something else instead of a call", async () => {
  const gateway = new Gateway();
  const group = { id: "sales", name: "Sales", channels: ["voice", "message"], state: "closed" };
  gateway.answers["sites/shop/availability"] = {
    status: 200,
    body: { groups: [{ ...group, instead: "message", notice: "Back on Monday." }] },
  };

  const words = read(await open(gateway, "/call/shop/sales", ""));

  expect(words).toContain("Back on Monday.");
  expect(words).toContain("Leave a message");
  expect(words).not.toContain("Call Video");
});

const personal = {
  site: "shop",
  siteName: "Shop",
  group: "sales",
  groupName: "Sales",
  agentName: "Anna",
  channel: "video",
  goodUntil: 2_000_000_000_000,
};

test("a personal link says who invites, and is used by a press only", async () => {
  const gateway = new Gateway();
  gateway.answers["join/link/look"] = { status: 200, body: personal };

  const page = await open(gateway, "/join", "#pl.secret-of-some-length");

  expect(read(page)).toContain("Talk to Anna");
  expect(read(page)).toContain("Anna of Shop has invited you");
  expect(gateway.asked).toEqual(["POST join/link/look"]);
});

test.each([
  ["personal_link_used", 410, "This link has been used"],
  ["personal_link_expired", 410, "This link has expired"],
  ["personal_link_revoked", 410, "This link is no longer valid"],
  ["personal_link_not_yet_valid", 409, "This link is not valid yet"],
  ["personal_link_unknown", 404, "This link does not work"],
])("of a personal link, %s is said in words", async (code, status, words) => {
  const gateway = new Gateway();
  gateway.answers["join/link/look"] = { status, body: { code, detail: "What to do." } };

  expect(read(await open(gateway, "/join", "#pl.secret-of-some-length"))).toContain(words);
});

async function enter(page: HostedPage, code: string): Promise<void> {
  const input = page.shadowRoot?.querySelector("input");
  if (input) input.value = code;
  page.shadowRoot
    ?.querySelector("form")
    ?.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
  await settle();
}

test("a code leads to whom its link does", async () => {
  const gateway = new Gateway();
  gateway.answers["join/code"] = { status: 200, body: { token: "pl.secret-of-some-length" } };
  gateway.answers["join/link/look"] = { status: 200, body: { ...personal, agentName: "" } };
  const page = await open(gateway, "/join/shop", "");

  await enter(page, "123 456");

  expect(read(page)).toContain("Talk to Sales");
  expect(gateway.asked).toEqual(["POST join/code", "POST join/link/look"]);
});

test("a wrong code can be entered again", async () => {
  const gateway = new Gateway();
  gateway.answers["join/code"] = { status: 404, body: { code: "code_wrong", detail: "Check it." } };
  const page = await open(gateway, "/join/shop", "");

  await enter(page, "123456");
  expect(read(page)).toContain("This code is not right");
  await press(page, "Enter a code again");

  expect(read(page)).toContain("Enter your code");
});
