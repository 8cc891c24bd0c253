/**
 * What the supervisor's page knows, as one value, and how it changes: pure, so its tests are
 * tests of these functions.
 *
 * The first picture replaces everything; a change carries the rows that are new, whole.
 */
import type {
  Day,
  SignedIn,
  SignInTrouble,
  SupervisedAgent,
  SupervisedContact,
  SupervisedGroup,
  SupervisorAttached,
  SupervisorChanged,
} from "@zuruf/protocol";
import type { Language } from "@zuruf/ui";

export type Line = "opening" | "open" | "lost" | "restarting";

/** What is being asked back, or shown, in front of everything else. */
export type Dialog =
  | { readonly kind: "agent" | "sign_out"; readonly agent: string }
  | { readonly kind: "assign" | "end" | "why"; readonly contact: string }
  | { readonly kind: "close"; readonly group: string };

/** What happened to a contact, as the server tells it. */
export interface Explanation {
  readonly entries: readonly { readonly at: number; readonly code: string; readonly sentence: string }[];
  readonly notes: readonly string[];
}

/** A notice to a caller that could not be sent; given up, it is not tried again. */
export interface FailedNotice {
  readonly contactId: string;
  readonly failure: string;
  readonly givenUpAt: number | null;
}

export interface FailedNotices {
  readonly failing: readonly FailedNotice[];
  readonly givenUp: readonly FailedNotice[];
}

export interface Notice {
  readonly sentence: string;
  readonly bad: boolean;
}

export type Table = "groups" | "contacts" | "agents";

/** By which column a table is sorted. */
export interface Order {
  readonly by: string;
  readonly down: boolean;
}

export interface State {
  readonly page: "looking" | "sign_in" | "board";
  readonly language: Language;
  readonly trouble: SignInTrouble | null;
  readonly signingIn: boolean;
  readonly who: SignedIn | null;
  readonly line: Line;
  readonly day: Day | null;
  readonly groups: ReadonlyMap<string, SupervisedGroup>;
  readonly agents: ReadonlyMap<string, SupervisedAgent>;
  readonly contacts: ReadonlyMap<string, SupervisedContact>;
  readonly leftOut: number;
  readonly filter: string;
  readonly order: Readonly<Record<Table, Order>>;
  readonly dialog: Dialog | null;
  /** Something was asked of the server, and is not answered yet. */
  readonly working: boolean;
  readonly explanation: Explanation | null;
  readonly notice: Notice | null;
  readonly failedNotices: FailedNotices;
}

export type Happening =
  | { readonly type: "known"; readonly who: SignedIn }
  | { readonly type: "unknown"; readonly trouble: SignInTrouble | null }
  | { readonly type: "signing_in" }
  | { readonly type: "language"; readonly language: Language }
  | { readonly type: "line"; readonly line: Line }
  | { readonly type: "heard"; readonly message: SupervisorAttached | SupervisorChanged }
  | { readonly type: "filter"; readonly filter: string }
  | { readonly type: "order"; readonly table: Table; readonly by: string }
  | { readonly type: "dialog"; readonly dialog: Dialog | null }
  | { readonly type: "working" }
  | { readonly type: "done"; readonly sentence: string }
  | { readonly type: "failed"; readonly sentence: string }
  | { readonly type: "explained"; readonly contact: string; readonly explanation: Explanation }
  | { readonly type: "dismissed" }
  | { readonly type: "notices"; readonly failed: FailedNotices };

const NOTHING = {
  day: null,
  groups: new Map(),
  agents: new Map(),
  contacts: new Map(),
  leftOut: 0,
  dialog: null,
  working: false,
  explanation: null,
  notice: null,
  failedNotices: { failing: [], givenUp: [] },
} as const;

export function blank(language: Language): State {
  return {
    ...NOTHING,
    page: "looking",
    language,
    trouble: null,
    signingIn: false,
    who: null,
    line: "opening",
    filter: "",
    order: {
      groups: { by: "name", down: false },
      contacts: { by: "asked", down: false },
      agents: { by: "name", down: false },
    },
  };
}

export function reduce(state: State, happening: Happening): State {
  switch (happening.type) {
    case "known":
      return { ...state, page: "board", who: happening.who, trouble: null, signingIn: false };
    case "unknown":
      return {
        ...state,
        ...NOTHING,
        page: "sign_in",
        who: null,
        signingIn: false,
        trouble: happening.trouble,
      };
    case "signing_in":
      return { ...state, signingIn: true };
    case "language":
      return { ...state, language: happening.language, notice: null };
    case "line":
      return { ...state, line: happening.line };
    case "heard":
      return withoutLostDialog(heard(state, happening.message));
    case "filter":
      return { ...state, filter: happening.filter };
    case "order": {
      const before = state.order[happening.table];
      const order = { by: happening.by, down: before.by === happening.by && !before.down };
      return { ...state, order: { ...state.order, [happening.table]: order } };
    }
    case "dialog":
      return { ...state, dialog: happening.dialog, explanation: null, notice: null };
    case "working":
      return { ...state, working: true, notice: null };
    case "done":
      return {
        ...state,
        working: false,
        dialog: null,
        notice: { sentence: happening.sentence, bad: false },
      };
    case "failed":
      return { ...state, working: false, notice: { sentence: happening.sentence, bad: true } };
    case "explained": {
      const { dialog } = state;
      const wanted = dialog?.kind === "why" && dialog.contact === happening.contact;
      return wanted ? { ...state, explanation: happening.explanation } : state;
    }
    case "dismissed":
      return { ...state, notice: null };
    case "notices":
      return { ...state, failedNotices: happening.failed };
  }
}

function heard(state: State, message: SupervisorAttached | SupervisorChanged): State {
  const isWhole = message.type === "supervisor.attached";
  const gone = isWhole ? [] : message.gone;
  const { day, contactsLeftOut: leftOut } = message;
  const merged = <R extends { readonly id: string }>(before: ReadonlyMap<string, R>, rows: readonly R[]) => {
    const now = new Map(isWhole ? [] : before);
    for (const id of gone) now.delete(id);
    for (const row of rows) now.set(row.id, row);
    return now;
  };
  return {
    ...state,
    day,
    leftOut,
    groups: merged(state.groups, message.groups),
    agents: merged(state.agents, message.agents),
    contacts: merged(state.contacts, message.contacts),
  };
}

/** What was asked about may be gone by itself. Its explanation stays: that is of what was. */
function withoutLostDialog(state: State): State {
  const { dialog } = state;
  if (dialog === null || dialog.kind === "why") return state;
  const isThere =
    dialog.kind === "close"
      ? state.groups.has(dialog.group)
      : "contact" in dialog
        ? state.contacts.has(dialog.contact)
        : state.agents.has(dialog.agent);
  return isThere || state.working ? state : { ...state, dialog: null };
}

// What is shown of it, and in which order.

type Key = string | number;

const GROUP_KEYS: Readonly<Record<string, (row: SupervisedGroup) => Key>> = {
  name: (row) => row.name,
  waiting: (row) => row.waiting,
  longest: (row) => (row.longestAskedAt === null ? 0 : -row.longestAskedAt),
  ready: (row) => row.ready,
  talking: (row) => row.talking,
  wrapUp: (row) => row.wrapUp,
  onBreak: (row) => row.onBreak,
  offered: (row) => row.day.offered,
  answered: (row) => row.day.answered,
  abandoned: (row) => row.day.abandoned,
  level: (row) => row.day.serviceLevel ?? -1,
};

export function shownGroups(state: State): SupervisedGroup[] {
  const rows = [...state.groups.values()].filter((row) => matches(state, row.name));
  return sorted(rows, state, "groups", GROUP_KEYS);
}

export function shownContacts(state: State): SupervisedContact[] {
  const names = ({ agentIds }: SupervisedContact) => agentIds.map((id) => state.agents.get(id)?.name ?? "");
  const group = ({ groupId }: SupervisedContact) => state.groups.get(groupId)?.name ?? groupId;
  const rows = [...state.contacts.values()].filter((row) =>
    matches(state, group(row), shortId(row.id), ...names(row)),
  );
  return sorted(rows, state, "contacts", {
    asked: (row) => row.askedAt,
    id: (row) => shortId(row.id),
    group,
    state: (row) => row.phase,
    since: (row) => row.phaseSince,
    agent: (row) => names(row).join(),
  });
}

export function shownAgents(state: State): SupervisedAgent[] {
  const groups = (row: SupervisedAgent) => row.groupIds.map((id) => state.groups.get(id)?.name ?? id);
  const rows = [...state.agents.values()].filter((row) => matches(state, row.name, ...groups(row)));
  return sorted(rows, state, "agents", {
    name: (row) => row.name,
    state: (row) => row.doing,
    since: (row) => row.since,
    groups: (row) => groups(row).join(),
  });
}

/** Contacts on the board whose callers were not told, and will not be. */
export function untold({ failedNotices, contacts }: State): string[] {
  const ids = failedNotices.givenUp.map(({ contactId }) => contactId);
  return [...new Set(ids)].filter((id) => contacts.has(id)).sort();
}

function matches({ filter }: State, ...words: string[]): boolean {
  const wanted = filter.trim().toLowerCase();
  return wanted === "" || words.some((word) => word.toLowerCase().includes(wanted));
}

function sorted<R extends { readonly id: string }>(
  rows: R[],
  { order, language }: State,
  table: Table,
  keys: Readonly<Record<string, (row: R) => Key>>,
): R[] {
  const { by, down } = order[table];
  const key = keys[by] ?? ((row: R) => row.id);
  const words = new Intl.Collator(language);
  const compare = (a: Key, b: Key) =>
    typeof a === "number" && typeof b === "number" ? a - b : words.compare(String(a), String(b));
  // Where two are equal the id decides, so that nothing jumps.
  return rows.sort((a, b) => (down ? -1 : 1) * compare(key(a), key(b)) || (a.id < b.id ? -1 : 1));
}

/** A contact by a few letters that can be said to somebody. */
export function shortId(id: string): string {
  return id.slice(-5).toUpperCase();
}
