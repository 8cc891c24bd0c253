/** Boards for tests, as the server would tell them. */
import type {
  GroupDay,
  SignedIn,
  SupervisedAgent,
  SupervisedContact,
  SupervisedGroup,
  SupervisorAttached,
  SupervisorChanged,
} from "@zuruf/protocol";

export const NOW = 1_700_000_000_000;

export const sofia: SignedIn = {
  userId: "ag_sofia",
  agentId: null,
  displayName: "Sofia Berg",
  roles: ["supervisor"],
  site: "demo",
  csrf: "csrf-token-of-sofia",
};

const day: GroupDay = {
  offered: 12,
  answered: 8,
  withinLevel: 6,
  abandoned: 3,
  shortAbandoned: 1,
  otherwise: 0,
  serviceLevel: 60,
};

export function group(given: Partial<SupervisedGroup> = {}): SupervisedGroup {
  return {
    id: "sales",
    name: "Sales",
    isOpen: true,
    closedByHand: false,
    takesMessages: false,
    callsBack: false,
    channels: ["voice", "video"],
    waiting: 1,
    longestAskedAt: NOW - 48_000,
    ready: 1,
    talking: 0,
    wrapUp: 0,
    onBreak: 0,
    signedIn: 1,
    levelMs: 20_000,
    levelShare: 80,
    day,
    ...given,
  };
}

export function agent(given: Partial<SupervisedAgent> = {}): SupervisedAgent {
  return {
    id: "ag_ana",
    name: "Ana",
    presence: "available",
    presenceReason: "",
    doing: "ready",
    since: NOW - 60_000,
    groupIds: ["sales"],
    contactId: null,
    ...given,
  };
}

export function contact(given: Partial<SupervisedContact> = {}): SupervisedContact {
  return {
    id: "ct_00001",
    groupId: "sales",
    channel: "video",
    phase: "queued",
    askedAt: NOW - 48_000,
    phaseSince: NOW - 48_000,
    agentIds: [],
    hasAlarm: false,
    callerPresent: true,
    held: false,
    isConsultation: false,
    askedBy: null,
    isCallback: false,
    ...given,
  };
}

export function attached(given: Partial<SupervisorAttached> = {}): SupervisorAttached {
  return {
    type: "supervisor.attached",
    sequence: 0,
    serverTime: NOW,
    day: { since: NOW - 3_600_000, isComplete: true, shortMs: 5_000 },
    groups: [group(), group({ id: "support", name: "Support", waiting: 0, longestAskedAt: null })],
    agents: [agent(), agent({ id: "ag_ben", name: "Ben", doing: "break", presence: "break" })],
    contacts: [contact()],
    contactsLeftOut: 0,
    ...given,
  };
}

export function changed(given: Partial<SupervisorChanged> = {}): SupervisorChanged {
  return {
    type: "supervisor.changed",
    sequence: 1,
    serverTime: NOW,
    day: { since: NOW - 3_600_000, isComplete: true, shortMs: 5_000 },
    groups: [],
    agents: [],
    contacts: [],
    gone: [],
    contactsLeftOut: 0,
    ...given,
  };
}
