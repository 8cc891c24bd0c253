/** Desks and contacts for tests, as the server would tell them. */
import type {
  AgentAttached,
  AgentChanged,
  AgentContact,
  Consultation,
  Desk,
  Peer,
  SignedIn,
} from "@zuruf/protocol";

export const NOW = 1_700_000_000_000;

export const ana: SignedIn = {
  userId: "us_ana",
  agentId: "ag_ana",
  displayName: "Ana Sommer",
  roles: ["agent"],
  site: "demo",
  csrf: "csrf-token-of-ana",
};

export function contact(given: Partial<AgentContact> = {}): AgentContact {
  return {
    id: "ct_1",
    groupId: "sales",
    groupName: "Sales",
    channel: "video",
    policy: "direct",
    epoch: 1,
    askedAt: NOW - 48_000,
    deadline: NOW + 14_000,
    callerPresent: true,
    name: "M. Becker",
    topic: "Delivery",
    language: "de",
    pageUrl: "https://shop.example/hobs/ih-64",
    pageTitle: "Induction hob IH-64",
    text: "",
    address: "",
    isCallback: false,
    wrapUp: "optional",
    codes: [],
    askedBy: "",
    consultation: null,
    consultationEnded: null,
    ...given,
  };
}

/** A colleague who is asked about the contact. */
export function consultation(given: Partial<Consultation> = {}): Consultation {
  return {
    contactId: "ct_2",
    epoch: 1,
    phase: "ringing",
    asked: "Ben",
    agentName: given.phase === "talking" ? "Ben" : null,
    guest: "no",
    takesOver: false,
    ...given,
  };
}

export function desk(given: Partial<Desk> = {}): Desk {
  return {
    agentId: "ag_ana",
    displayName: "Ana Sommer",
    presence: "available",
    presenceReason: "",
    presenceSince: NOW,
    routing: "idle",
    routingSince: NOW,
    receivesCalls: "yes",
    contact: null,
    more: 0,
    groups: [
      { id: "sales", name: "Sales", waiting: 1, longestAskedAt: NOW - 48_000 },
      { id: "support", name: "Support", waiting: 0, longestAskedAt: null },
    ],
    ...given,
  };
}

/** The desk while a contact is in this routing state. */
export function deskWith(routing: Desk["routing"], given: Partial<AgentContact> = {}): Desk {
  return desk({
    routing,
    receivesCalls: routing === "wrap_up" ? "wrap_up" : "busy",
    contact: contact(given),
  });
}

const caller: Peer = { party: "caller", present: true, generation: 0, canConfer: true };

export function attached(shown: Desk, peer: Peer | null = null, serverTime = NOW): AgentAttached {
  return {
    type: "agent.attached",
    sequence: 1,
    serverTime,
    capabilities: [],
    token: "token-of-this-tab-1",
    generation: 1,
    desk: shown,
    peer,
    second: null,
    ice: { servers: [], relayOnly: false, expiresAt: null },
  };
}

export function changed(shown: Desk, given: Partial<AgentChanged> = {}): AgentChanged {
  const inCall = ["connecting", "talking", "held"].includes(shown.routing);
  return {
    type: "agent.changed",
    sequence: 2,
    serverTime: NOW,
    desk: shown,
    peer: inCall ? caller : null,
    second: null,
    ice: null,
    ...given,
  };
}
