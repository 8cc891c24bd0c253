// @vitest-environment happy-dom
import { ServerClock } from "@zuruf/ui";
import { afterEach, expect, test } from "vitest";
import type { Control } from "../control";
import { blank, type Dialog, type Happening, reduce, type State } from "../state";
import { agent, attached, changed, contact, group, NOW, sofia } from "../testing";
import { BoardView } from "./board";

/** A control that keeps what was pressed, and shows what it is told to. */
class Pressed {
  readonly clock = new ServerClock(() => NOW);
  readonly presses: unknown[][] = [];
  #state: State;
  #show: (state: State) => void = () => {};

  constructor(language: "de" | "en", ...happenings: Happening[]) {
    this.#state = happenings.reduce(reduce, blank(language));
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

  show(dialog: Dialog | null): void {
    this.happen({ type: "dialog", dialog });
  }

  sort(...about: unknown[]): void {
    this.presses.push(["sort", ...about]);
  }

  filter(...about: unknown[]): void {
    this.presses.push(["filter", ...about]);
  }

  setPresence(...about: unknown[]): void {
    this.presses.push(["presence", ...about]);
  }

  signAgentOut(...about: unknown[]): void {
    this.presses.push(["sign out", ...about]);
  }

  move(...about: unknown[]): void {
    this.presses.push(["move", ...about]);
  }

  assign(...about: unknown[]): void {
    this.presses.push(["assign", ...about]);
  }

  end(...about: unknown[]): void {
    this.presses.push(["end", ...about]);
  }

  closeGroup(...about: unknown[]): void {
    this.presses.push(["close", ...about]);
  }

  reopenGroup(...about: unknown[]): void {
    this.presses.push(["reopen", ...about]);
  }
}

const BUSY = attached({
  groups: [
    group({ takesMessages: true, callsBack: true }),
    group({ id: "support", name: "Support", isOpen: false, closedByHand: true }),
    group({ id: "night", name: "Night", channels: ["voice"] }),
  ],
  agents: [
    agent(),
    agent({ id: "ag_ben", name: "Ben", doing: "signed_out", presence: "offline" }),
    agent({ id: "ag_cleo", name: "Cleo", doing: "not_responding" }),
  ],
  contacts: [
    contact({ hasAlarm: true }),
    contact({ id: "ct_00002", phase: "talking", agentIds: ["ag_ana"] }),
  ],
  contactsLeftOut: 3,
});
const board: Happening[] = [
  { type: "known", who: sofia },
  { type: "line", line: "open" },
  { type: "heard", message: BUSY },
];
const asking = (dialog: Dialog): Happening[] => [...board, { type: "dialog", dialog }];

const SCENES: Record<string, Happening[]> = {
  "sign-in": [{ type: "unknown", trouble: { kind: "not_for_you" } }],
  board,
  "callers who were not told": [
    ...board,
    {
      type: "notices",
      failed: {
        failing: [{ contactId: "ct_00002", failure: "unreachable", givenUpAt: null }],
        givenUp: [{ contactId: "ct_00001", failure: "recipient_refused", givenUpAt: NOW }],
      },
    },
  ],
  "no connection": [...board, { type: "line", line: "lost" }],
  "something done": [...board, { type: "done", sentence: "Done." }],
  "an agent": asking({ kind: "agent", agent: "ag_ana" }),
  "signing out": asking({ kind: "sign_out", agent: "ag_ana" }),
  assigning: asking({ kind: "assign", contact: "ct_00001" }),
  ending: asking({ kind: "end", contact: "ct_00001" }),
  closing: asking({ kind: "close", group: "sales" }),
  why: [
    ...asking({ kind: "why", contact: "ct_00001" }),
    {
      type: "explained",
      contact: "ct_00001",
      explanation: { entries: [{ at: NOW, code: "admitted", sentence: "It came." }], notes: ["A note."] },
    },
  ],
};

async function show(control: Pressed): Promise<BoardView> {
  const view = new BoardView();
  view.control = control as unknown as Control;
  document.body.append(view);
  await drawn(view);
  return view;
}

/** Everything inside, through all shadow roots, once it is drawn. */
async function drawn(view: BoardView): Promise<Element[]> {
  for (let depth = 0; depth < 6; depth += 1) await Promise.resolve(view.updateComplete);
  return inside(view);
}

function inside(element: Element): Element[] {
  const children = [...(element.shadowRoot?.children ?? []), ...element.children];
  return children.flatMap((child) => [child, ...inside(child)]);
}

function named(all: Element[], name: string): HTMLElement {
  const found = all.findLast((one) => one.matches("button") && one.textContent?.trim() === name);
  if (!(found instanceof HTMLElement)) throw new Error(`no button ${name}`);
  return found;
}

function field<E extends HTMLElement>(all: Element[], id: string): E {
  return all.find((one) => one.id === id) as E;
}

function submit(all: Element[]): void {
  all.findLast((one) => one.matches("form"))?.dispatchEvent(new Event("submit", { cancelable: true }));
}

afterEach(() => {
  for (const view of document.querySelectorAll("zuruf-board")) view.remove();
});

test.each(Object.keys(SCENES))(
  "%s is drawn in both languages and needs no style that a strict policy forbids",
  async (name) => {
    for (const language of ["de", "en"] as const) {
      const all = await drawn(await show(new Pressed(language, ...(SCENES[name] ?? []))));

      expect(all.length).toBeGreaterThan(10);
      expect(all.filter((one) => one.hasAttribute("style"))).toEqual([]);
    }
  },
);

test("a heading says by which column the table is sorted", async () => {
  const control = new Pressed("en", ...board);
  const all = await drawn(await show(control));

  const sorted = all.filter((one) => one.getAttribute("aria-sort") === "ascending");
  named(all, "Left").click();

  expect(sorted.map((one) => one.textContent?.trim())).toEqual(["Group", "For", "Agent"]);
  expect(control.presses).toEqual([["sort", "groups", "abandoned"]]);
});

test("a contact is ended only after asking back", async () => {
  const control = new Pressed("en", ...board);
  const view = await show(control);

  named(await drawn(view), "End …").click();
  expect(control.presses).toEqual([]);
  named(await drawn(view), "End contact").click();

  expect(control.presses).toEqual([["end", "ct_00002"]]);
});

test("cancelling does nothing", async () => {
  const control = new Pressed("en", ...(SCENES["signing out"] ?? []));
  const view = await show(control);

  named(await drawn(view), "Cancel").click();

  expect((await drawn(view)).some((one) => one.matches("dialog"))).toBe(false);
  expect(control.presses).toEqual([]);
});

test("a contact can be assigned to who is signed in, ready ones first", async () => {
  const control = new Pressed("en", ...(SCENES["assigning"] ?? []));
  const all = await drawn(await show(control));

  const choices = [...field<HTMLSelectElement>(all, "assignee").options].map((one) =>
    one.textContent?.trim(),
  );
  submit(all);

  expect(choices).toEqual(["Ana · Ready", "Cleo · Does not respond"]);
  expect(control.presses).toEqual([["assign", "ct_00001", "ag_ana"]]);
});

test("closing takes a text in both languages or in none, and what those in line get", async () => {
  const control = new Pressed("en", ...(SCENES["closing"] ?? []));
  const view = await show(control);
  let all = await drawn(view);
  const choice = field<HTMLSelectElement>(all, "waiting");
  const choices = [...choice.options].map((one) => one.value);

  field<HTMLTextAreaElement>(all, "text-de").value = "Umzug";
  submit(all);
  all = await drawn(view);
  const complaint = all.find((one) => one.matches(".notice.ring"))?.textContent?.trim();
  field<HTMLTextAreaElement>(all, "text-en").value = "Moving";
  choice.value = "group night";
  submit(all);

  expect(choices).toEqual(["", "message", "callback", "group night", "refuse"]);
  expect(complaint).toBe("Please write it in both languages, or in none.");
  expect(control.presses).toEqual([
    ["close", "sales", { text: { de: "Umzug", en: "Moving" }, waiting: { kind: "group", group: "night" } }],
  ]);
});

test("a group that was closed by hand is reopened by one press", async () => {
  const control = new Pressed("en", ...board);
  named(await drawn(await show(control)), "Reopen").click();

  expect(control.presses).toEqual([["reopen", "support"]]);
});

test("an agent's presence is set at once; their groups are saved when they differ", async () => {
  const control = new Pressed("en", ...(SCENES["an agent"] ?? []));
  const view = await show(control);
  let all = await drawn(view);
  named(all, "Break").click();
  expect((named(all, "Save groups") as HTMLButtonElement).disabled).toBe(true);

  const boxes = all.filter((one) => one.matches("input[type=checkbox]")) as HTMLInputElement[];
  boxes[1]?.click();
  all = await drawn(view);
  named(all, "Save groups").click();

  expect(control.presses).toEqual([
    ["presence", "ag_ana", "break"],
    ["move", "ag_ana", ["sales", "support"]],
  ]);
});

test("what the server refuses is said in the dialog that asked", async () => {
  const control = new Pressed("en", ...(SCENES["ending"] ?? []), { type: "failed", sentence: "Not now." });
  const all = await drawn(await show(control));

  expect(all.find((one) => one.matches("dialog .notice.end"))?.textContent?.trim()).toBe("Not now.");
});

test("who could not be told is marked, and it is said what to do, until the contact is gone", async () => {
  const control = new Pressed("en", ...(SCENES["callers who were not told"] ?? []));
  const view = await show(control);
  const said = async (selector: string) =>
    (await drawn(view)).filter((one) => one.matches(selector)).map((one) => one.textContent?.trim());

  expect(await said("td .chip.end, td .chip.ring")).toContain("Not reached");
  const [lost, fails] = await said(".failed .notice");
  expect(lost).toMatch(/not tried again: 00001\. Have them reached some other way/);
  expect(fails).toMatch(/is not answering\. It is tried again\. Tell whoever runs Zuruf/);

  control.happen({ type: "heard", message: changed({ gone: ["ct_00001"] }) });
  expect(await said(".failed .notice")).toEqual([fails]);
});
