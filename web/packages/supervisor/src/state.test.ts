import { expect, test } from "vitest";
import { blank, type Happening, reduce, type State, shownAgents, shownContacts, shownGroups } from "./state";
import { agent, attached, changed, contact, group, NOW, sofia } from "./testing";

function after(...happenings: Happening[]): State {
  return happenings.reduce(reduce, blank("en"));
}

const there: Happening[] = [
  { type: "known", who: sofia },
  { type: "heard", message: attached() },
];

test("a change brings rows that are new and takes away those that are gone", () => {
  const message = changed({
    groups: [group({ waiting: 4 })],
    contacts: [contact({ id: "ct_2" })],
    gone: ["ct_00001", "ag_ben"],
  });

  const state = after(...there, { type: "heard", message });

  expect(state.groups.get("sales")?.waiting).toBe(4);
  expect([...state.groups.keys()]).toEqual(["sales", "support"]);
  expect([...state.agents.keys()]).toEqual(["ag_ana"]);
  expect([...state.contacts.keys()]).toEqual(["ct_2"]);
});

test("another first picture replaces everything", () => {
  const state = after(...there, {
    type: "heard",
    message: attached({ groups: [group()], agents: [], contacts: [] }),
  });

  expect([...state.groups.keys()]).toEqual(["sales"]);
  expect(state.agents.size + state.contacts.size).toBe(0);
});

test("who is signed out sees nothing of what was there", () => {
  const state = after(...there, { type: "unknown", trouble: { kind: "expired" } });

  expect(state.page).toBe("sign_in");
  expect(state.groups.size).toBe(0);
});

test("pressing a heading sorts, pressing it again turns the order around", () => {
  const sort: Happening = { type: "order", table: "groups", by: "waiting" };

  expect(shownGroups(after(...there, sort)).map((row) => row.id)).toEqual(["support", "sales"]);
  expect(shownGroups(after(...there, sort, sort)).map((row) => row.id)).toEqual(["sales", "support"]);
});

test("who waits longest is first to begin with", () => {
  const contacts = [contact({ id: "ct_b", askedAt: NOW - 1 }), contact({ id: "ct_a", askedAt: NOW - 2 })];
  const state = after({ type: "heard", message: attached({ contacts }) });

  expect(shownContacts(state).map((row) => row.id)).toEqual(["ct_a", "ct_b"]);
});

test("the filter looks at names of groups and agents and at contacts", () => {
  const talking = contact({ id: "ct_talks", phase: "talking", agentIds: ["ag_ana"], groupId: "support" });
  const shown = (filter: string) => {
    const message = attached({ contacts: [contact(), talking] });
    return after({ type: "heard", message }, { type: "filter", filter });
  };

  expect(shownContacts(shown("ana")).map((row) => row.id)).toEqual(["ct_talks"]);
  expect(shownContacts(shown("00001")).map((row) => row.id)).toEqual(["ct_00001"]);
  expect(shownGroups(shown(" SUPP ")).map((row) => row.id)).toEqual(["support"]);
  expect(shownAgents(shown("ben")).map((row) => row.id)).toEqual(["ag_ben"]);
});

test("what is asked about somebody who is gone is no longer asked", () => {
  const ask: Happening = { type: "dialog", dialog: { kind: "end", contact: "ct_00001" } };
  const gone: Happening = { type: "heard", message: changed({ gone: ["ct_00001"] }) };

  expect(after(...there, ask).dialog).not.toBeNull();
  expect(after(...there, ask, gone).dialog).toBeNull();
});

test("the explanation of a contact stays when the contact ends", () => {
  const ask: Happening = { type: "dialog", dialog: { kind: "why", contact: "ct_00001" } };
  const gone: Happening = { type: "heard", message: changed({ gone: ["ct_00001"] }) };

  expect(after(...there, ask, gone).dialog?.kind).toBe("why");
});

test("an explanation that comes late does not show for another contact", () => {
  const explanation = { entries: [], notes: ["late"] };
  const state = after(
    ...there,
    { type: "dialog", dialog: { kind: "why", contact: "ct_2" } },
    { type: "explained", contact: "ct_00001", explanation },
  );

  expect(state.explanation).toBeNull();
});

test("what went wrong leaves the question open", () => {
  const state = after(
    ...there,
    { type: "dialog", dialog: { kind: "sign_out", agent: agent().id } },
    { type: "working" },
    { type: "failed", sentence: "No." },
  );

  expect(state.dialog?.kind).toBe("sign_out");
  expect(state.notice).toEqual({ sentence: "No.", bad: true });
});
