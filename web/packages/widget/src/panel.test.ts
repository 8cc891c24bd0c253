// @vitest-environment happy-dom
import { Caller, type CallerOptions, type CallerState } from "@zuruf/call";
import { FakeDevices, FakePeers, loadLegs } from "@zuruf/call/testing";
import { FarEnds, HandTime, settle } from "@zuruf/protocol/testing";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Panel, type PanelOptions } from "./panel";
import { allTexts } from "./testing";

customElements.define("zuruf-panel", Panel);

const takesCalls: NonNullable<CallerOptions["request"]> = async () => ({
  contactId: "ct_1",
  sessionId: "ss_1",
  sessionToken: "secret",
  position: 1,
  announcements: [],
});

beforeAll(async () => {
  await Promise.all([allTexts("en"), import("./talk"), import("./help"), loadLegs()]);
});

/** A page with a panel in the shadow of a widget, as the loader places it. */
class Page {
  readonly devices = new FakeDevices();
  readonly far = new FarEnds();
  readonly time = new HandTime();
  readonly widget = document.createElement("div");
  readonly panel = document.createElement("zuruf-panel") as Panel;
  readonly caller: Caller;
  readonly options: PanelOptions = {
    server: new URL("https://gateway.example/"),
    site: "demo",
    group: "sales",
    language: "en",
  };
  closed = 0;
  state: CallerState | null = null;

  constructor(request: CallerOptions["request"] | null = takesCalls) {
    this.caller = new Caller({
      ...this.options,
      page: "pg_1",
      pageUrl: "https://shop.example/",
      pageTitle: "Shop",
      memory: null,
      devices: this.devices.devices,
      peers: new FakePeers(),
      time: this.time,
      chance: () => 0.5,
      open: this.far.open,
      ...(request && { request }),
      onChange: (state) => {
        this.state = state;
        this.panel.show(state);
      },
    });
    this.panel.follow(this.caller, this.options);
    this.panel.onclose = () => {
      this.closed += 1;
    };
    this.widget.attachShadow({ mode: "open" }).append(this.panel);
    document.body.append(this.widget);
  }

  async waiting(askedAt = 0): Promise<this> {
    this.panel.start("voice");
    await settle();
    this.far.last.say({
      type: "caller.attached",
      sequence: 0,
      serverTime: this.time.now(),
      generation: 0,
      capabilities: [],
      contact: { id: "ct_1", channel: "voice", phase: "queued", epoch: 0, position: 1, askedAt, ended: null },
      peer: null,
      ice: { servers: [], relayOnly: false, expiresAt: null },
    });
    await settle();
    return this;
  }
}

afterEach(() => {
  document.body.replaceChildren();
  document.querySelector("zuruf-panel")?.remove();
});

test("who waits reads what the group announces, at its time and in a live region", async () => {
  const announcements = [
    { text: "Good to have you here.", afterMs: 0, everyMs: 0 },
    { text: "It takes long today.", afterMs: 3_600_000, everyMs: 0 },
  ];
  const page = await new Page(async (...asked) => ({
    ...(await takesCalls(...asked)),
    announcements,
  })).waiting(Date.now());
  await page.panel.updateComplete;

  const shown = page.panel.shadowRoot?.querySelector(".announced");
  expect(shown?.getAttribute("role")).toBe("status");
  expect(shown?.textContent).toBe("Good to have you here.");
});

test("a call goes on when the page takes its panel away", async () => {
  const page = await new Page().waiting();
  expect(page.devices.running).toBe(1);

  page.widget.remove();
  await settle();

  expect(page.panel.parentNode).toBe(document.documentElement);
  expect(page.far.last.of("contact.leave")).toEqual([]);
  expect(page.devices.running).toBe(1);
  expect(page.state?.step.name).toBe("contact");
  page.panel.close();
});

test("a panel without a call that is taken off the page lets go of the microphone", async () => {
  const page = new Page(() => new Promise(() => {}));
  page.panel.start("voice");
  await settle();
  expect(page.devices.running).toBe(1);

  page.widget.remove();
  await settle();

  expect(page.devices.running).toBe(0);
  expect(page.closed).toBe(1);
});

test("the page is told of a call what is about nobody in particular", async () => {
  const told: [string, unknown][] = [];
  const tell = (event: Event) => told.push([event.type, (event as CustomEvent<unknown>).detail]);
  const types = ["zuruf-queued", "zuruf-connected", "zuruf-ended"];
  for (const type of types) document.addEventListener(type, tell);
  const page = await new Page().waiting();
  const talking = { ...page.state?.step, contact: { phase: "talking", channel: "voice", agentName: "Anna" } };

  page.panel.show({ ...(page.state as CallerState), step: talking as never });
  page.panel.leave();
  page.panel.leave();
  for (const type of types) document.removeEventListener(type, tell);

  const about = { site: "demo", group: "sales", channel: "voice" };
  expect(told).toEqual([
    ["zuruf-queued", about],
    ["zuruf-connected", about],
    ["zuruf-ended", { ...about, outcome: "abandoned" }],
  ]);
});

test("what a site wants read is read before the first call, and once", async () => {
  const page = new Page();
  const options = { ...page.options, terms: "We may ask who you are.", privacyUrl: "https://shop.example/p" };
  page.panel.follow(page.caller, options);
  const press = (name: string) =>
    vi.waitFor(() => {
      const all = [...(page.panel.shadowRoot?.querySelectorAll("button") ?? [])];
      const button = all.find(({ textContent }) => textContent?.trim() === name);
      expect(button).toBeDefined();
      button?.click();
    });

  page.panel.start("voice");
  await vi.waitFor(() =>
    expect(page.panel.shadowRoot?.querySelector(".terms")?.textContent).toBe(options.terms),
  );
  expect(page.panel.shadowRoot?.querySelector("a")?.href).toBe(options.privacyUrl);
  expect(page.devices.asked).toEqual([]);

  await press("Continue");
  await vi.waitFor(() => expect(page.devices.asked).toEqual(["audio"]));
  page.panel.close();
  page.panel.start("voice");
  await vi.waitFor(() => expect(page.devices.asked).toEqual(["audio", "audio"]));
  page.panel.close();
});

test.each([
  ["wrong_origin", 403, "Calls are not allowed from this page"],
  ["group_closed", 409, "We are closed right now"],
  ["busy", 503, "We cannot take calls for a moment"],
])("a refusal with %s is told with the server's sentence", async (code, status, heading) => {
  const problem = { type: "about:blank", title: code, status, code, detail: "What the server says." };
  vi.stubGlobal("fetch", async () => Response.json(problem, { status }));
  const { panel } = new Page(null);

  panel.start("voice");
  await vi.waitFor(() => {
    const shown = (selector: string) => panel.shadowRoot?.querySelector(selector)?.textContent;
    expect([shown("h2"), shown(".main")]).toEqual([heading, "What the server says."]);
  });

  vi.unstubAllGlobals();
});

test("a widget moved within the page keeps its call", async () => {
  const page = await new Page().waiting();
  const elsewhere = document.body.appendChild(document.createElement("aside"));

  elsewhere.append(page.widget);
  await settle();

  expect(page.far.last.of("contact.leave")).toEqual([]);
  expect(page.devices.running).toBe(1);
  expect(page.state?.step.name).toBe("contact");
});

test("the page's events reach a call while its panel is there, and not afterwards", () => {
  const panel = document.createElement("zuruf-panel") as Panel;
  const heard: string[] = [];
  panel.follow({
    pageHidden: () => heard.push("hidden"),
    hurry: () => heard.push("hurry"),
  } as unknown as Caller);
  const happen = () => {
    for (const type of ["pagehide", "pageshow", "online"]) window.dispatchEvent(new Event(type));
  };

  happen();
  document.body.append(panel);
  happen();
  panel.remove();
  happen();

  expect(heard).toEqual(["hidden", "hurry", "hurry"]);
});

test("a call that is over is closed by one button of that name", async () => {
  const page = await new Page().waiting();

  page.far.last.say({ type: "superseded" });
  await settle();

  await vi.waitFor(() => {
    const names = [...(page.panel.shadowRoot?.querySelectorAll("button") ?? [])].map(
      (button) => button.getAttribute("aria-label") ?? button.textContent?.trim(),
    );
    expect(names).toEqual(["Continue here", "Close"]);
  });
});
