// @vitest-environment happy-dom
import type { OwnContact } from "@zuruf/protocol";
import { ServerClock } from "@zuruf/ui";
import { afterEach, expect, test } from "vitest";
import { blank, type Happening, reduce, type State } from "../state";
import { ana, attached, changed, consultation, desk, deskWith, NOW } from "../testing";
import { texts } from "../texts";
import type { Workplace } from "../workplace";
import { DeskView } from "./desk";

/** A workplace that keeps what was pressed, and shows what it is told to. */
class Pressed {
  readonly clock = new ServerClock(() => NOW);
  readonly presses: string[] = [];
  #state: State;
  #show: (state: State) => void = () => {};

  constructor(language: "de" | "en", ...happenings: Happening[]) {
    this.#state = happenings.reduce(reduce, blank(language, true));
  }

  follow(show: (state: State) => void): () => void {
    this.#show = show;
    show(this.#state);
    return () => {};
  }

  happen(happening: Happening): void {
    this.#state = reduce(this.#state, happening);
    this.#show(this.#state);
  }

  accept(): void {
    this.presses.push("accept");
  }

  hold(on: boolean): void {
    this.presses.push(on ? "hold" : "resume");
  }

  confer(): void {
    this.presses.push("confer");
  }

  handOver(): void {
    this.presses.push("hand over");
  }

  readDay(): void {
    this.presses.push("read day");
  }

  mute(): void {
    this.presses.push("mute");
  }

  hangUp(): void {
    this.presses.push("hang up");
  }

  endConsultation(): void {
    this.presses.push("end consultation");
  }

  consult(whom: object): void {
    this.presses.push(`ask ${JSON.stringify(whom)}`);
  }

  transfer(whom: object): void {
    this.presses.push(`transfer ${JSON.stringify(whom)}`);
  }

  decline(): void {
    this.presses.push("decline");
  }

  choose(presence: string): void {
    this.presses.push(presence);
  }
}

const signedIn: Happening = { type: "known", who: ana };
const ringing: Happening = { type: "heard", message: attached(deskWith("offered")) };

const SCENES: Record<string, Happening[]> = {
  "sign-in": [{ type: "unknown", trouble: { kind: "expired" } }],
  offline: [
    signedIn,
    { type: "heard", message: attached(desk({ presence: "offline", receivesCalls: "offline" })) },
  ],
  ready: [signedIn, { type: "heard", message: attached(desk()) }],
  ringing: [signedIn, ringing],
  talking: [signedIn, { type: "heard", message: attached(deskWith("talking")) }],
  "on hold": [signedIn, { type: "heard", message: attached(deskWith("held")) }],
  conference: [
    signedIn,
    {
      type: "heard",
      message: attached(
        deskWith("talking", { consultation: consultation({ phase: "talking", guest: "joined" }) }),
      ),
    },
  ],
  "wrap-up": [signedIn, { type: "heard", message: attached(deskWith("wrap_up")) }],
};

async function show(workplace: Pressed): Promise<DeskView> {
  const view = new DeskView();
  view.workplace = workplace as unknown as Workplace;
  document.body.append(view);
  await drawn(view);
  return view;
}

/** Everything inside, through all shadow roots, once it is drawn. */
async function drawn(view: DeskView): Promise<Element[]> {
  for (let depth = 0; depth < 6; depth += 1) await Promise.resolve(view.updateComplete);
  return inside(view);
}

function inside(element: Element): Element[] {
  const children = [...(element.shadowRoot?.children ?? []), ...element.children];
  return children.flatMap((child) => [child, ...inside(child)]);
}

function press(key: string, on: EventTarget = window): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
}

function named(all: Element[], name: string): HTMLElement | undefined {
  const found = all.find((one) => one.matches("button") && one.textContent?.trim() === name);
  return found as HTMLElement | undefined;
}

afterEach(() => {
  for (const view of document.querySelectorAll("zuruf-desk")) view.remove();
});

test.each(Object.keys(SCENES))("%s needs no style that a strict policy forbids", async (name) => {
  const view = await show(new Pressed("de", ...(SCENES[name] ?? [])));

  const all = await drawn(view);

  expect(all.length).toBeGreaterThan(10);
  expect(all.filter((one) => one.hasAttribute("style"))).toEqual([]);
});

test("whoever signed in is told to choose, and one press makes them available", async () => {
  const workplace = new Pressed("en", ...(SCENES["offline"] ?? []));
  const all = await drawn(await show(workplace));

  named(all, "Receive calls")?.click();
  named(all, "Available")?.click();

  expect(workplace.presses).toEqual(["available", "available"]);
});

test("whoever is offline sees one presence framed, the one they have", async () => {
  const all = await drawn(await show(new Pressed("en", ...(SCENES["offline"] ?? []))));

  const pressed = all.filter((one) => one.getAttribute("aria-pressed") === "true");

  expect(pressed.map((one) => one.textContent?.trim())).toEqual(["Offline"]);
});

test.each([
  ["ringing", "It is ringing"],
  ["talking", "In a call"],
])("while %s the line at the top says so, and not that no calls come", async (name, sentence) => {
  const all = await drawn(await show(new Pressed("en", ...(SCENES[name] ?? []))));

  expect(all.find((one) => one.getAttribute("aria-label") === "Calls")?.textContent?.trim()).toBe(sentence);
});

test("Enter accepts and Esc declines, wherever the agent was", async () => {
  const workplace = new Pressed("en", signedIn, ringing);
  await show(workplace);

  press("Enter");
  press("Escape");

  expect(workplace.presses).toEqual(["accept", "decline"]);
});

test("Enter on Decline declines and does not accept", async () => {
  const workplace = new Pressed("en", signedIn, ringing);
  const all = await drawn(await show(workplace));

  const decline = named(all, "Decline");
  decline?.focus();
  press("Enter", decline);

  expect(workplace.presses).not.toContain("accept");
});

test("keys do nothing any more once the offer is over", async () => {
  const workplace = new Pressed("en", signedIn, ringing);
  const view = await show(workplace);

  workplace.happen({ type: "heard", message: changed(desk()) });
  await drawn(view);
  press("Enter");

  expect(workplace.presses).toEqual([]);
});

test("a ring does not take the focus from somebody who types", async () => {
  const field = document.createElement("textarea");
  document.body.append(field);
  const workplace = new Pressed("en", signedIn, { type: "heard", message: attached(desk()) });
  const view = await show(workplace);
  field.focus();

  workplace.happen({ type: "heard", message: changed(deskWith("offered")) });
  await drawn(view);
  press("Enter", field);

  expect(document.activeElement).toBe(field);
  expect(workplace.presses).toEqual([]);
  field.remove();
});

test("who holds the caller is offered the way back, and nobody is held in a conference", async () => {
  const workplace = new Pressed("en", ...(SCENES["on hold"] ?? []));
  const held = await drawn(await show(workplace));
  named(held, "Back to caller")?.click();
  expect(workplace.presses).toEqual(["resume"]);
  for (const view of document.querySelectorAll("zuruf-desk")) view.remove();

  const confers = await drawn(await show(new Pressed("en", ...(SCENES["conference"] ?? []))));
  expect(named(confers, "Hold")).toBeUndefined();
});

test("each step with a colleague offers its ways on, by their names", async () => {
  const ways: [Partial<Parameters<typeof consultation>[0]>, string[]][] = [
    [{ phase: "ringing" }, ["Back to caller"]],
    [{ phase: "talking" }, ["Hand over", "Conference", "Back to caller"]],
    [{ phase: "talking", guest: "joined" }, ["Hand over", "Remove Ben"]],
    [{ phase: "talking", guest: "joining", takesOver: true }, ["Remove Ben"]],
  ];
  for (const [step, names] of ways) {
    const shown = attached(deskWith("held", { consultation: consultation(step) }));
    const all = await drawn(await show(new Pressed("en", signedIn, { type: "heard", message: shown })));
    const buttons = all.filter((one) => one.matches(".ways button")).map((one) => one.textContent?.trim());
    expect(buttons).toEqual(names);
    for (const view of document.querySelectorAll("zuruf-desk")) view.remove();
  }
});

test("with a caller's older page nobody is offered to bring anybody in, and the desk says why", async () => {
  const desk = deskWith("held", { consultation: consultation({ phase: "talking" }) });
  const older = { party: "caller", present: true, generation: 1, canConfer: false } as const;
  for (const language of ["en", "de"] as const) {
    const heard: Happening = { type: "heard", message: attached(desk, older) };
    const all = await drawn(await show(new Pressed(language, signedIn, heard)));
    expect(all.filter((one) => one.matches(".ways button"))).toHaveLength(1);
    const said = all.find((one) => one.matches(".bar p"))?.textContent;
    expect(said).toContain(texts[language].olderPage);
    for (const view of document.querySelectorAll("zuruf-desk")) view.remove();
  }
});

test("a colleague who asks is named where a caller would be", async () => {
  const asked = { askedBy: "Ana" };
  const away = { party: "caller", present: false, generation: 1, canConfer: true } as const;
  const all = await drawn(
    await show(
      new Pressed("en", signedIn, { type: "heard", message: attached(deskWith("talking", asked), away) }),
    ),
  );

  const said = all.filter((one) => one.matches(".notice span")).map((one) => one.textContent);
  expect(said).toContain(texts.en.colleagueAway("Ana"));
});

test("whom to ask or to hand the call to is chosen from colleagues, groups and skills", async () => {
  const workplace = new Pressed("en", ...(SCENES["talking"] ?? []));
  const view = await show(workplace);
  HTMLDialogElement.prototype.showModal ??= () => {};
  workplace.happen({
    type: "targets",
    targets: {
      type: "transfer.targets_found",
      id: "1",
      agents: [{ id: "ag_ben", name: "Ben", ready: true }],
      groups: [{ id: "support", name: "Support", ready: false }],
      skills: [{ id: "tax", level: 3, ready: true }],
      ownGroup: { id: "sales", name: "Sales", ready: true },
    },
  });
  const all = await drawn(view);
  const labels = all.map((one) => one.getAttribute("aria-label") ?? "").filter((name) => name.includes(": "));

  expect(labels).toEqual([
    "Ask first: Ben",
    "Transfer now: Ben",
    "Ask first: Sales",
    "Ask first: Support",
    "Transfer now: Support",
    "Ask first: tax, up to level 3",
    "Transfer now: tax, up to level 3",
  ]);
  for (const one of all.filter((button) => button.getAttribute("aria-label")?.endsWith("level 3")))
    (one as HTMLElement).click();
  expect(workplace.presses).toEqual([
    'ask {"skill":{"id":"tax","level":1}}',
    'transfer {"skill":{"id":"tax","level":1}}',
  ]);
});

function rang(given: Partial<OwnContact> = {}): OwnContact {
  return {
    id: "ct_1",
    groupName: "Sales",
    channel: "video",
    askedBy: false,
    rangAt: NOW,
    answeredAt: NOW,
    talkedMs: 64_000,
    outcome: "agent_hung_up",
    codeLabel: "",
    name: "M. Becker",
    topic: "Delivery",
    pageTitle: "",
    ...given,
  };
}

test("an agent reads what rang today, what came of it, and finds it again", async () => {
  const missed = rang({ outcome: "missed", answeredAt: null, talkedMs: null, name: "Lee", topic: "Ovens" });
  const contacts = [rang({ codeLabel: "Sold" }), missed, ...Array.from({ length: 5 }, () => rang())];
  const workplace = new Pressed("en", ...(SCENES["ready"] ?? []));
  workplace.happen({ type: "day", day: { since: NOW, isComplete: true, contacts, more: 0 } });
  const view = await show(workplace);
  const entries = async () =>
    (await drawn(view))
      .filter((one) => one.matches("ol li"))
      .map((one) => one.textContent?.replace(/\s+/g, " ").trim());

  expect((await entries())[0]).toMatch(/M. Becker 1:04 Sold · Delivery · Sales$/);
  expect((await drawn(view)).map((one) => one.textContent?.trim())).toContain(
    "6 answered · 1 missed · 6:24 talked",
  );
  const search = (await drawn(view)).find((one) => one.matches("input[type=search]")) as HTMLInputElement;
  search.value = "oven";
  search.dispatchEvent(new Event("input", { bubbles: true }));

  expect(await entries()).toEqual([expect.stringMatching(/Lee Missed · Ovens · Sales$/)]);
});

test("a day that could not be loaded can be tried again", async () => {
  const workplace = new Pressed("en", ...(SCENES["ready"] ?? []));
  workplace.happen({ type: "day", day: null });
  const all = await drawn(await show(workplace));

  expect(all.map((one) => one.textContent?.trim())).toContain(texts.en.dayUnread);
  named(all, "Try again")?.click();
  expect(workplace.presses).toEqual(["read day"]);
});

test("in a call single keys press what has their name, and only while the keyboard is there", async () => {
  const workplace = new Pressed("en", ...(SCENES["talking"] ?? []));
  workplace.happen({ type: "media", media: { microphone: "on", link: "connected" } });
  const all = await drawn(await show(workplace));
  const stage = all.find((one) => one.matches(".stage")) as HTMLElement;

  for (const key of ["m", "h", "x", "X"]) press(key, stage);
  press("m", document.body);

  expect(workplace.presses).toEqual(["mute", "hold", "hang up"]);
});

test("the sheet of keys names what each does, and gives way to a ring", async () => {
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  const workplace = new Pressed("de", ...(SCENES["ready"] ?? []));
  const view = await show(workplace);
  const button = named(await drawn(view), "Tastatur");
  const sheet = async () =>
    (await drawn(view)).find((one) => one.matches("dialog[aria-labelledby=keys]")) as HTMLDialogElement;

  button?.click();
  expect((await sheet()).open).toBe(true);
  expect((await sheet()).textContent).toMatch(/Umschalt \+ X\s*Auflegen/);
  workplace.happen({ type: "heard", message: changed(deskWith("offered")) });
  await drawn(view);

  expect((await sheet()).open).toBe(false);
});

test("an agent hides the caller's picture, and the next caller's is shown", async () => {
  const callerSends = { microphone: true, camera: true };
  const media = { link: "connected", callerSends, remote: new MediaStream() } as const;
  const workplace = new Pressed("en", ...(SCENES["talking"] ?? []));
  workplace.happen({ type: "media", media });
  const view = await show(workplace);
  const said = async () => (await drawn(view)).map((one) => one.textContent?.trim());
  expect(await said()).not.toContain(texts.en.pictureHidden);

  named(await drawn(view), "Hide caller")?.click();
  expect(await said()).toContain(texts.en.pictureHidden);
  workplace.happen({ type: "heard", message: changed(deskWith("talking", { id: "ct_9" })) });

  expect(await said()).not.toContain(texts.en.pictureHidden);
});
