// Generated from signaling/protocol by `make gen`. Change it there.

export type Language = "de" | "en";

export type Channel = "voice" | "video" | "chat" | "message";

export type MediaPolicy = "direct" | "relay" | "record";

export type Party = "caller" | "agent";

export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

export type CallerPhase = "queued" | "offered" | "connecting" | "talking" | "ended";

/** How a contact ended. */
export type EndReason = "abandoned" | "caller_hung_up" | "agent_hung_up" | "caller_lost" | "setup_failed" | "group_gone" | "too_long" | "closed" | "chose_message" | "callback_cancelled" | "callback_missed" | "supervisor";

export type Presence = "offline" | "available" | "once" | "busy" | "break";

export type RoutingState = "idle" | "offered" | "connecting" | "talking" | "held" | "wrap_up" | "not_responding";

export type HealthState = "healthy" | "degraded" | "lost";

/** Whether calls come, or the first reason why not. The desk's header says it in words. */
export type ReceivesCalls = "yes" | "offline" | "break" | "other_work" | "elsewhere" | "busy" | "wrap_up" | "not_responding" | "back_off" | "lost";

/** How a consultation ended: `caller` is whoever asked, `agent` the colleague. */
export type ConsultationEnd = "abandoned" | "caller_hung_up" | "agent_hung_up" | "caller_lost" | "setup_failed" | "group_gone" | "supervisor" | "not_answered" | "agent_lost";

/** What an agent does, of several things the one that says most. */
export type Doing = "signed_out" | "offline" | "ready" | "ringing" | "connecting" | "talking" | "held" | "wrap_up" | "break" | "other_work" | "elsewhere" | "left_alone" | "not_responding" | "lost";

export type RefusalCode = "malformed" | "unknown_type" | "not_allowed" | "not_now" | "not_yours" | "stale_epoch" | "stale_generation" | "offer_gone" | "contact_gone" | "too_many_requests" | "bad_signal" | "busy" | "no_target" | "not_able" | "pending" | "internal";

export type ConnectRefusalCode = "malformed" | "session_expired" | "wrong_origin" | "not_signed_in" | "superseded" | "draining" | "busy" | "too_many_requests" | "internal";

/** An offer or an answer. */
export interface Description {
  readonly kind: "description";
  /** As in the browser's `RTCSessionDescription`. */
  readonly type: "answer" | "offer" | "rollback";
  /** The description; empty for a rollback. */
  readonly sdp: string;
}

/** One ICE candidate as the browser wrote it. An empty line ends the candidates. */
export interface Candidate {
  /** As in the browser's `RTCIceCandidate`. */
  readonly candidate: string;
  /** Likewise. */
  readonly sdpMid: string | null;
  /** Likewise. */
  readonly sdpMLineIndex: number | null;
  /** Likewise. */
  readonly usernameFragment: string | null;
}

/** Candidates of one generation: the first of a search at once, the others gathered for 50 ms. */
export interface Candidates {
  readonly kind: "candidates";
  /** In the order in which they were found. */
  readonly candidates: readonly Candidate[];
}

/**
 * For the other end of the contact. Held back until the server says that both are there.
 *
 * `generation` is the sender's own, `peerGeneration` the other end's as the sender
 * knows it; whichever is old is refused with `stale_generation`.
 */
export interface SendSignal {
  readonly type: "media.signal";
  /** The contact both ends are in. */
  readonly contactId: string;
  /** The assignment. */
  readonly epoch: number;
  /** The sender's own. */
  readonly generation: number;
  /** The other end, as the sender knows it. */
  readonly peerGeneration: number;
  /** What to tell it. */
  readonly signal: Description | Candidates;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/**
 * From the other end. Numbered; acknowledged with `Acknowledge`.
 *
 * `generation` is the sender's. Signals of an older generation than the newest seen
 * are dropped by the client.
 */
export interface SignalReceived {
  readonly type: "media.signalled";
  /** To acknowledge it by. */
  readonly number: number;
  /** The contact both ends are in. */
  readonly contactId: string;
  /** The assignment. */
  readonly epoch: number;
  /** The sender's. */
  readonly generation: number;
  /** What it says. */
  readonly signal: Description | Candidates;
}

/** This end's media is connected, or has failed for good. Sent once per change. */
export interface MediaStateChanged {
  readonly type: "media.state";
  /** The contact. */
  readonly contactId: string;
  /** The assignment. */
  readonly epoch: number;
  /** How it turned out. */
  readonly state: "connected" | "failed";
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Numbers only, every 5 s while this end has, or believes it has, a contact's media. */
export interface MediaReport {
  readonly type: "media.report";
  /** The contact. */
  readonly contactId: string;
  /** The assignment. */
  readonly epoch: number;
  /** As in the browser's `RTCPeerConnection`. */
  readonly connectionState: ConnectionState;
  /** Since the connection was made. */
  readonly bytesSent: number;
  /** Likewise. */
  readonly bytesReceived: number;
  /** Likewise, of those to receive. */
  readonly packetsLost: number;
  /** Null while unknown. */
  readonly roundTripMs: number | null;
  /** Null while unknown. */
  readonly jitterMs: number | null;
  /** Whether a TURN server is in between; null while unknown. */
  readonly relayed: boolean | null;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Every numbered message up to and including this one has arrived. */
export interface Acknowledge {
  readonly type: "ack";
  /** Of the last message that arrived. */
  readonly number: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** One entry for `RTCConfiguration.iceServers`. */
export interface IceServer {
  /** As in the browser. */
  readonly urls: readonly string[];
  /** Empty if none is needed. */
  readonly username: string;
  /** Likewise. */
  readonly credential: string;
}

/**
 * Where this end may look for a way through NAT. Empty unless the operator set servers.
 *
 * `relayOnly`: the present contact's group allows TURN candidates only.
 */
export interface IceConfiguration {
  /** Where to ask; empty unless the operator set some. */
  readonly servers: readonly IceServer[];
  /** Whether the contact's group allows TURN candidates only. */
  readonly relayOnly: boolean;
  /** When the credentials do; null if they do not. */
  readonly expiresAt: number | null;
}

/** New credentials, please; the old ones are about to expire. Answered by `IceRefreshed`. */
export interface RefreshIce {
  readonly type: "ice.refresh";
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Fresh credentials: the answer to `RefreshIce`, in place of a reply. */
export interface IceRefreshed {
  readonly type: "ice.refreshed";
  /** Of the request. */
  readonly id: string;
  /** Fresh servers. */
  readonly ice: IceConfiguration;
}

/**
 * The other end, as far as media needs it.
 *
 * `present` says that the other end's page is there: only then is a description or
 * candidate sent. `generation` is raised each time its page was loaded anew.
 */
export interface Peer {
  /** Which end it is. */
  readonly party: Party;
  /** Whether its page is there. */
  readonly present: boolean;
  /** Which life of its leg that page is. */
  readonly generation: number;
  /** Whether that page can have a second connection; a widget of an older release may not. */
  readonly canConfer: boolean;
}

/**
 * A connection beside the first one: with a colleague who is asked, or with a guest.
 *
 * Connections are told apart by contact and epoch. One that stands first later, because a
 * guest was handed the contact, is the same connection and is kept.
 */
export interface SecondLeg {
  /** The contact it belongs to: the same as the first one's, or the consultation. */
  readonly contactId: string;
  /** Of this connection. */
  readonly epoch: number;
  /** What this page is in it: the caller's side makes the offer and is impolite. */
  readonly party: Party;
  /** Whose end it is; empty if that is not known. */
  readonly name: string;
  /** The other end. */
  readonly peer: Peer;
}

/**
 * How long it will probably take: P50 to P90, in whole minutes, rounded up.
 *
 * Both ends only go down, unless the line got worse.
 */
export interface ExpectedWait {
  /** One in two waits longer. */
  readonly lowMinutes: number;
  /** One in ten waits longer. */
  readonly highMinutes: number;
  /** The line got worse, and it takes longer than was said before. Tell the caller so. */
  readonly longer: boolean;
}

/** What the caller is asked while they wait. They may leave it unanswered, unless `until` says otherwise. */
export interface CallerQuestion {
  /** Whether they want another group, to leave a message, or to be called back. */
  readonly kind: "callback" | "group" | "message";
  /** Which group, if it is another one. */
  readonly groupId: string | null;
  /** Its name in the caller's language; empty for the others. */
  readonly groupName: string;
  /** Which way media goes in that group; it is not the way they agreed to. */
  readonly policy: MediaPolicy | null;
  /** Why they are asked. */
  readonly reason: "closed" | "empty" | "full" | "too_long" | "transferred" | "understaffed";
  /** No answer by then ends the contact; null: it goes on waiting. */
  readonly until: number | null;
}

/** The place is kept without the caller. */
export interface CallerCallback {
  /** Nobody is expected on the page any more: this page may close its connection. */
  readonly held: boolean;
  /** Not before then. */
  readonly dueAt: number | null;
  /** When the place is given up. */
  readonly expiresAt: number;
}

/**
 * The caller's contact as the caller may know it.
 *
 * `offered` looks like `queued` to the caller, except that somebody is about to answer.
 */
export interface CallerContact {
  /** The contact. */
  readonly id: string;
  /** Where it waits. */
  readonly groupId: string;
  /** In the caller's language. */
  readonly groupName: string;
  /** Voice or video. */
  readonly channel: Channel;
  /** Which way media goes. */
  readonly policy: MediaPolicy;
  /** Where it stands. */
  readonly phase: CallerPhase;
  /** Of the present or last assignment. */
  readonly epoch: number;
  /** When the caller asked. */
  readonly askedAt: number;
  /** When the phase began. */
  readonly phaseSince: number;
  /** Place in the line, from 1; null once somebody has it. */
  readonly position: number | null;
  /** Null while nothing is known, which is not the same as no wait. */
  readonly expectedWait: ExpectedWait | null;
  /** Who talks, while somebody does. */
  readonly agentName: string | null;
  /** Whether it waits for whom it was handed on to. */
  readonly transferred: boolean;
  /** It was in a call that failed and waits in front of the others. */
  readonly inFrontAgain: boolean;
  /** How it ended; null while it is open. */
  readonly ended: EndReason | null;
  /** What they are asked. */
  readonly question: CallerQuestion | null;
  /** That they are to be called back, until an agent has accepted. */
  readonly callback: CallerCallback | null;
  /** Whether they may leave the page and keep the place. */
  readonly canBeCalledBack: boolean;
  /** The agent lets them wait a moment: nothing is heard of either end meanwhile. */
  readonly held: boolean;
  /** Who has joined the call, or is about to. */
  readonly guestName: string | null;
}

/**
 * The full picture on every attach. The client replaces what it has, and never merges.
 *
 * `sequence` numbers what follows; a gap means: attach again. `generation` is this
 * page's own from now on.
 */
export interface CallerAttached {
  readonly type: "caller.attached";
  /** Where the numbers of what follows begin. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** What this server can do. */
  readonly capabilities: readonly string[];
  /** This page's own. */
  readonly generation: number;
  /** The contact. */
  readonly contact: CallerContact;
  /** The agent's end, while there is one. */
  readonly peer: Peer | null;
  /** A guest's end. */
  readonly second: SecondLeg | null;
  /** Where to look for a way through NAT. */
  readonly ice: IceConfiguration;
}

/**
 * The contact or the other end changed; both parts are whole.
 *
 * `ice` comes with each new assignment; null: keep what you have.
 */
export interface CallerChanged {
  readonly type: "caller.changed";
  /** One more than the last. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** The contact, whole. */
  readonly contact: CallerContact;
  /** The agent's end, whole. */
  readonly peer: Peer | null;
  /** A guest's end, whole. */
  readonly second: SecondLeg | null;
  /** Fresh servers; null: keep what you have. */
  readonly ice: IceConfiguration | null;
}

/** Leave the queue, or hang up. */
export interface LeaveContact {
  readonly type: "contact.leave";
  /** The caller's own. */
  readonly contactId: string;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Leave the page and keep the place. */
export interface ChooseCallback {
  readonly type: "callback.choose";
  /** The caller's own. */
  readonly contactId: string;
  /** Where to send the link. */
  readonly address: string;
  /** Not before then; null: as soon as it is their turn. */
  readonly at: number | null;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Say yes or no to what was asked. */
export interface AnswerQuestion {
  readonly type: "question.answer";
  /** The caller's own. */
  readonly contactId: string;
  /** What was asked; refused with `not_now` if that is something else by now. */
  readonly asked: "callback" | "group" | "message";
  /** Likewise. */
  readonly groupId: string | null;
  /** Yes or no. */
  readonly accepted: boolean;
  /** Where to send the link, with a yes to a callback. */
  readonly address: string | null;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** The page is closing or reloading (`pagehide`): what grace is left becomes 10 s. */
export interface PageLeaving {
  readonly type: "page.leaving";
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** A disposition code to choose from. */
export interface CodeChoice {
  /** The code. */
  readonly id: string;
  /** In the desk's language. */
  readonly label: string;
}

/** A colleague who is asked about the contact at hand. */
export interface Consultation {
  /** The consultation, a contact of its own. */
  readonly contactId: string;
  /** Of its present or last assignment. */
  readonly epoch: number;
  /** Where it stands. */
  readonly phase: "connecting" | "ringing" | "talking" | "waiting";
  /** The agent or the group that was asked. */
  readonly asked: string;
  /** Who has answered. */
  readonly agentName: string | null;
  /** Whether they talk to the caller, too. */
  readonly guest: "joined" | "joining" | "no";
  /** They have the contact as soon as they do. */
  readonly takesOver: boolean;
}

/** The contact an agent is offered, connects, talks to or wraps up. */
export interface AgentContact {
  /** The contact. */
  readonly id: string;
  /** Where the caller asked. */
  readonly groupId: string;
  /** In the desk's language. */
  readonly groupName: string;
  /** Voice or video. */
  readonly channel: Channel;
  /** Which way media goes. */
  readonly policy: MediaPolicy;
  /** Of this offer or assignment. */
  readonly epoch: number;
  /** When the caller asked. */
  readonly askedAt: number;
  /** When ringing, set-up or wrap-up ends by itself. */
  readonly deadline: number | null;
  /** Whether the caller's page is there. */
  readonly callerPresent: boolean;
  /** Who it is, as they said; empty if they did not. */
  readonly name: string;
  /** What it is about; likewise. */
  readonly topic: string;
  /** Which they speak; likewise. */
  readonly language: string;
  /** Where they called from. */
  readonly pageUrl: string;
  /** Its title. */
  readonly pageTitle: string;
  /** What they wrote, if it is a message. */
  readonly text: string;
  /** Where to answer a message. */
  readonly address: string;
  /** They left the page and were called back, or are to be. */
  readonly isCallback: boolean;
  /** What is expected after it: with `mandatory` it is finished with a code only. */
  readonly wrapUp: "mandatory" | "none" | "optional" | "timed";
  /** Disposition codes of its group. */
  readonly codes: readonly CodeChoice[];
  /** The colleague who asks about a caller of theirs, of whom the rest tells; empty if a caller does. */
  readonly askedBy: string;
  /** The colleague who is asked about it. */
  readonly consultation: Consultation | null;
  /** How the last consultation about it ended; null while there is one. */
  readonly consultationEnded: ConsultationEnd | null;
}

/** A group of this agent, and how long its line is. */
export interface AgentGroup {
  /** The group. */
  readonly id: string;
  /** In the desk's language. */
  readonly name: string;
  /** How many wait, ringing ones included. */
  readonly waiting: number;
  /** Since when the longest of them. */
  readonly longestAskedAt: number | null;
}

/** Everything the agent's desk shows. */
export interface Desk {
  /** Whose desk it is. */
  readonly agentId: string;
  /** As callers see it. */
  readonly displayName: string;
  /** What the agent chose. */
  readonly presence: Presence;
  /** Why, by its code; empty for none. */
  readonly presenceReason: string;
  /** Since when. */
  readonly presenceSince: number;
  /** What the slot does. */
  readonly routing: RoutingState;
  /** Since when. */
  readonly routingSince: number;
  /** Whether calls come. */
  readonly receivesCalls: ReceivesCalls;
  /** What the slot is about. */
  readonly contact: AgentContact | null;
  /** Further contacts at this desk, shown once this one is done with. */
  readonly more: number;
  /** Whose callers may ring here. */
  readonly groups: readonly AgentGroup[];
}

/**
 * The full picture on every attach. The client replaces what it has, and never merges.
 *
 * `token` resumes this tab's session after a reload; it belongs into `sessionStorage`.
 */
export interface AgentAttached {
  readonly type: "agent.attached";
  /** Where the numbers of what follows begin. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** What this server can do. */
  readonly capabilities: readonly string[];
  /** This tab's session. */
  readonly token: string;
  /** This page's own. */
  readonly generation: number;
  /** The desk. */
  readonly desk: Desk;
  /** The caller's end, while there is one. */
  readonly peer: Peer | null;
  /** A connection beside it. */
  readonly second: SecondLeg | null;
  /** Where to look for a way through NAT. */
  readonly ice: IceConfiguration;
}

/**
 * The desk or the other end changed; both parts are whole. Queue lengths at most once a second.
 *
 * `ice` comes with each new assignment; null: keep what you have.
 */
export interface AgentChanged {
  readonly type: "agent.changed";
  /** One more than the last. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** The desk, whole. */
  readonly desk: Desk;
  /** The caller's end, whole. */
  readonly peer: Peer | null;
  /** A connection beside it, whole. */
  readonly second: SecondLeg | null;
  /** Fresh servers; null: keep what you have. */
  readonly ice: IceConfiguration | null;
}

/** Choose a presence. Also the way back from *not responding*. */
export interface SetPresence {
  readonly type: "presence.set";
  /** What to be. */
  readonly presence: Presence;
  /** Of the list of breaks; empty otherwise. */
  readonly reason: string;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Take the contact that is ringing. */
export interface AcceptOffer {
  readonly type: "offer.accept";
  /** What rings. */
  readonly contactId: string;
  /** Of the offer. */
  readonly epoch: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Let somebody else take it. */
export interface DeclineOffer {
  readonly type: "offer.decline";
  /** What rings. */
  readonly contactId: string;
  /** Of the offer. */
  readonly epoch: number;
  /** Not the agent but their devices said no: something else has the microphone. */
  readonly busy: boolean;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Hang up. */
export interface EndContact {
  readonly type: "contact.end";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** To whom the contact could be handed on now. */
export interface AskForTargets {
  readonly type: "transfer.targets";
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** A group or an agent to hand a contact on to. */
export interface TransferTarget {
  /** Of the group or the agent. */
  readonly id: string;
  /** What to call it or them. */
  readonly name: string;
  /** Whether somebody would be asked at once. */
  readonly ready: boolean;
}

/** A skill that somebody else at work has. */
export interface SkillTarget {
  /** The skill. */
  readonly id: string;
  /** The highest there is. */
  readonly level: number;
  /** Whether somebody would be asked at once. */
  readonly ready: boolean;
}

/** Answers `transfer.targets`. */
export interface Targets {
  readonly type: "transfer.targets_found";
  /** Of the request. */
  readonly id: string;
  /** Groups that are open, the contact's own apart. */
  readonly groups: readonly TransferTarget[];
  /** Agents at work, oneself apart. */
  readonly agents: readonly TransferTarget[];
  /** Skills of theirs, to be asked for in the contact's own group or another. */
  readonly skills: readonly SkillTarget[];
  /** The contact's own group: colleagues in it may be asked, and handed the contact for a skill. */
  readonly ownGroup: TransferTarget | null;
}

/** What a colleague must be able to do. */
export interface SkillWanted {
  /** The skill. */
  readonly id: string;
  /** At least. */
  readonly level: number;
}

/** Let the caller wait a moment, or talk on. */
export interface HoldContact {
  readonly type: "contact.hold";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** To wait; else to talk on. */
  readonly on: boolean;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Ask a colleague about the contact, while its caller is on hold: an agent, or somebody of a group. */
export interface AskColleague {
  readonly type: "consult.ask";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** This agent; else somebody of a group. */
  readonly agentId: string | null;
  /** Of this group; null: the contact's own. */
  readonly groupId: string | null;
  /** Who has this skill. */
  readonly skill: SkillWanted | null;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Be done with the colleague, and turn to the caller again. */
export interface EndConsultation {
  readonly type: "consult.end";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Let the colleague and the caller talk to each other, too. */
export interface StartConference {
  readonly type: "consult.join";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Leave the contact to the colleague, as soon as the caller and they are connected: a warm transfer. */
export interface HandOver {
  readonly type: "consult.hand_over";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Hand the contact on and leave it: a blind transfer, to an agent, a group or whoever has a skill. */
export interface TransferContact {
  readonly type: "contact.transfer";
  /** What is in the agent's slot. */
  readonly contactId: string;
  /** Of the assignment. */
  readonly epoch: number;
  /** To this group. Another media policy than the present one needs the caller's yes. */
  readonly groupId: string | null;
  /** To this agent, of the contact's group or not. */
  readonly agentId: string | null;
  /** To who has this skill, of the group that is given or else the contact's own. */
  readonly skill: SkillWanted | null;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** Done with the work after the contact. */
export interface FinishWrapUp {
  readonly type: "wrapup.finish";
  /** What it was about. */
  readonly contactId: string;
  /** Of the list of dispositions; empty for none. */
  readonly code: string;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** The tab's own heartbeat, every 5 s: what it knows of itself. */
export interface HealthReport {
  readonly type: "agent.health";
  /** Whether there is one to speak into. */
  readonly microphone: "missing" | "ok" | "unknown";
  /** Whether the tab is in sight. */
  readonly visible: boolean;
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** End this agent's session; the browser cookie ends with HTTP `POST /api/v1/sign-out`. */
export interface SignOut {
  readonly type: "agent.sign_out";
  /** Chosen by the client, unique on its page. */
  readonly id: string;
}

/** This agent was signed out, here or elsewhere. This socket closes; sign in again. */
export interface SignedOut {
  readonly type: "agent.signed_out";
}

/**
 * A group's day so far, by contacts that came in today; messages are not counted.
 *
 * The service level is `withinLevel / (answered + abandoned - shortAbandoned)`: answered within the target,
 * of all that were answered or left, short abandons taken out. Contacts still waiting are in neither part.
 */
export interface GroupDay {
  /** Contacts that came into the group's line. */
  readonly offered: number;
  /** Of these, those in which they talked. */
  readonly answered: number;
  /** Of these, those accepted within the target. */
  readonly withinLevel: number;
  /** Callers who left before. */
  readonly abandoned: number;
  /** Of these, those who left almost at once. */
  readonly shortAbandoned: number;
  /** Ended or led elsewhere in some other way: another group, a callback, closing time. */
  readonly otherwise: number;
  /** In percent, rounded; null while there is nothing to divide by. */
  readonly serviceLevel: number | null;
}

/** A group, now and today. */
export interface SupervisedGroup {
  /** The group. */
  readonly id: string;
  /** In the language of the page. */
  readonly name: string;
  /** Whether it lets anybody in. */
  readonly isOpen: boolean;
  /** Whether a supervisor closed it. */
  readonly closedByHand: boolean;
  /** Whether those in line may be offered to leave one. */
  readonly takesMessages: boolean;
  /** Whether they may be offered a callback. */
  readonly callsBack: boolean;
  /** Ways to talk, or to write. */
  readonly channels: readonly Channel[];
  /** How many wait, ringing ones included; not callbacks and messages. */
  readonly waiting: number;
  /** Since when the longest of them. */
  readonly longestAskedAt: number | null;
  /** Agents who would get a contact now. */
  readonly ready: number;
  /** Agents who are rung, connect or talk. */
  readonly talking: number;
  /** Agents in wrap-up. */
  readonly wrapUp: number;
  /** Agents in a break or at other work. */
  readonly onBreak: number;
  /** Agents who are signed in at all. */
  readonly signedIn: number;
  /** Target of the service level: answered within so long, */
  readonly levelMs: number;
  /** in so many of a hundred. */
  readonly levelShare: number;
  /** Today. */
  readonly day: GroupDay;
}

/** An agent of a group. */
export interface SupervisedAgent {
  /** The agent. */
  readonly id: string;
  /** As callers see it. */
  readonly name: string;
  /** What they chose. */
  readonly presence: Presence;
  /** Why, by its code; empty for none. */
  readonly presenceReason: string;
  /** What they do. */
  readonly doing: Doing;
  /** Since when. */
  readonly since: number;
  /** Groups they serve, of those one watches over. */
  readonly groupIds: readonly string[];
  /** What they are busy with, if it is in one of these. */
  readonly contactId: string | null;
}

/** An open contact of a group. */
export interface SupervisedContact {
  /** The contact. */
  readonly id: string;
  /** Where it is. */
  readonly groupId: string;
  /** How it is talked to. */
  readonly channel: Channel;
  /** Where it stands. */
  readonly phase: "connecting" | "offered" | "queued" | "talking";
  /** When the caller asked. */
  readonly askedAt: number;
  /** When this phase began. */
  readonly phaseSince: number;
  /** Who has it and who has joined it, or at whom it rings. */
  readonly agentIds: readonly string[];
  /** Offers of it keep failing. */
  readonly hasAlarm: boolean;
  /** Whether the caller's page is there. */
  readonly callerPresent: boolean;
  /** The caller is on hold. */
  readonly held: boolean;
  /** An agent asks a colleague in it. */
  readonly isConsultation: boolean;
  /** That agent, if they are to be seen. */
  readonly askedBy: string | null;
  /** Whether the caller left the page and keeps the place. */
  readonly isCallback: boolean;
}

/** What the counts of today are worth. */
export interface Day {
  /** From when on they count: midnight, or later if the record does not reach back so far. */
  readonly since: number;
  /** Whether they count from midnight. */
  readonly isComplete: boolean;
  /** Who leaves within so long is a short abandon. */
  readonly shortMs: number;
}

/** The full picture on every attach. The client replaces what it has. */
export interface SupervisorAttached {
  readonly type: "supervisor.attached";
  /** Where the numbers of what follows begin. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** About today's counts. */
  readonly day: Day;
  /** Groups one watches over. */
  readonly groups: readonly SupervisedGroup[];
  /** Agents of these. */
  readonly agents: readonly SupervisedAgent[];
  /** Open contacts in these; alarms first, then by age. */
  readonly contacts: readonly SupervisedContact[];
  /** How many more there are than fit. */
  readonly contactsLeftOut: number;
}

/** What is new since the last picture, at most once a second. What is not in it is as before. */
export interface SupervisorChanged {
  readonly type: "supervisor.changed";
  /** One more than the last. */
  readonly sequence: number;
  /** For clocks in the picture. */
  readonly serverTime: number;
  /** About today's counts. */
  readonly day: Day;
  /** Those that changed, whole. */
  readonly groups: readonly SupervisedGroup[];
  /** Likewise. */
  readonly agents: readonly SupervisedAgent[];
  /** Likewise. */
  readonly contacts: readonly SupervisedContact[];
  /** Groups, agents and contacts that are not to be seen any more. */
  readonly gone: readonly string[];
  /** How many more contacts there are than fit. */
  readonly contactsLeftOut: number;
}

/** The request with this id is done. */
export interface Reply {
  readonly type: "reply";
  /** Of the request. */
  readonly id: string;
}

/**
 * No: either the request cannot be granted, or it could not be read.
 *
 * `id` is null when the request could not be read that far. `retryAfterMs` is set
 * when the same request may succeed later.
 */
export interface Refused {
  readonly type: "refused";
  /** Of the request, if it could be read. */
  readonly id: string | null;
  /** Why not; see the list of refusals. */
  readonly code: RefusalCode;
  /** Whether the same request, with the same id, may succeed later. */
  readonly retryable: boolean;
  /** Not before so long. */
  readonly retryAfterMs: number | null;
}

/** Another tab or page took this session over. This socket closes; do not attach again by itself. */
export interface Superseded {
  readonly type: "superseded";
}

/** This process stops; attach again after the time given, wherever you land. */
export interface Draining {
  readonly type: "draining";
  /** Connect again after so long. */
  readonly retryAfterMs: number;
}

/**
 * `auth` of the namespace `/caller`.
 *
 * `page` is made at random once per page load: the same page again is a mere
 * reconnect, another page on the same session is a reload and raises the generation.
 */
export interface AttachAsCaller {
  /** What `POST /api/v1/contacts` answered. */
  readonly token: string;
  /** This page load. */
  readonly page: string;
  /** What this page can do; nothing beyond a call of two, if it does not say. */
  readonly capabilities?: readonly string[];
}

/**
 * `auth` of the namespace `/agent`; who it is, says the cookie.
 *
 * `token` is null in a tab that has no session yet; see `AgentAttached`.
 */
export interface AttachAsAgent {
  /** Of this tab's session, if it has one. */
  readonly token: string | null;
  /** This page load. */
  readonly page: string;
  /** What this page can do; nothing beyond a call of two, if it does not say. */
  readonly capabilities?: readonly string[];
  /** Of the names of groups. */
  readonly language?: Language;
  /** A person asked for it: this tab shall lead, though another one does. A new page needs not say so. */
  readonly takeOver?: boolean;
}

/** `auth` of the namespace `/supervisor`; who it is, says the cookie. */
export interface AttachAsSupervisor {
  /** This page load. */
  readonly page: string;
  /** Of the names of groups. */
  readonly language?: Language;
}

/**
 * `data` of the connect error.
 *
 * `retryable` says whether to try again by itself, `retryAfterMs` not before when.
 */
export interface ConnectRefused {
  /** Why not; see the list of refusals. */
  readonly code: ConnectRefusalCode;
  /** Whether to try again by itself. */
  readonly retryable: boolean;
  /** Not before so long. */
  readonly retryAfterMs: number | null;
}

/** Not to wait on the page but to be called back. */
export interface CallbackWanted {
  /** Where to send the link. */
  readonly address: string;
  /** Not before then; without it as soon as it is their turn. */
  readonly at?: number | null;
}

/** `POST /api/v1/contacts`. The header `Idempotency-Key` (8 to 128 characters) is required. */
export interface NewContact {
  /** Which customer organisation. */
  readonly site: string;
  /** Whom to talk to. */
  readonly group: string;
  /** How to talk; or a message that somebody works off later. */
  readonly channel: Channel;
  /** What the visitor speaks, and the language of names and notices where there is one. */
  readonly language?: string;
  /** Who it is; optional. */
  readonly name?: string;
  /** What it is about: one of the site's topics by its id, or in words; optional. */
  readonly topic?: string;
  /** What the website vouches for, signed; optional. */
  readonly attributes?: string;
  /** The message. */
  readonly text?: string;
  /** Where to answer a message. */
  readonly address?: string;
  /** To be called back. */
  readonly callback?: CallbackWanted | null;
  /** Where the call begins, without query. */
  readonly pageUrl?: string;
  /** Its title. */
  readonly pageTitle?: string;
  /** Answer to a proof-of-humanity challenge, where the operator asks for one. */
  readonly proof?: string;
}

/** What somebody who waits is told. */
export interface Announced {
  /** In their language, where there is one. */
  readonly text: string;
  /** How long after they began to wait. */
  readonly afterMs: number;
  /** And then again after so long each time; 0: once. */
  readonly everyMs: number;
}

/** The contact waits. `sessionToken` attaches to `/caller`; it is told once. */
export interface ContactCreated {
  /** The contact. */
  readonly contactId: string;
  /** The caller's session. */
  readonly sessionId: string;
  /** Takes that session up. */
  readonly sessionToken: string;
  /** Place in the line, from 1. */
  readonly position: number;
  /** What to tell them while they wait, as the group has it. */
  readonly announcements: readonly Announced[];
}

/** The link of a callback, as its page found it behind `#`. */
export interface JoinLink {
  /** Personal, and good as long as the callback is. */
  readonly token: string;
}

/** `POST /api/v1/join/look`: the place that a link keeps. */
export interface KeptPlace {
  /** Which customer organisation. */
  readonly site: string;
  /** Where the place is. */
  readonly group: string;
  /** In the language asked for. */
  readonly groupName: string;
  /** Voice or video. */
  readonly channel: Channel;
  /** Place in the line, from 1. */
  readonly position: number | null;
  /** Not before then, if that was asked for and has not come. */
  readonly dueAt: number | null;
  /** While they are invited, until when they are waited for. */
  readonly goodUntil: number | null;
  /** When it is given up. */
  readonly expiresAt: number;
}

/** A link for one caller, as an agent or a program asks for it. */
export interface NewPersonalLink {
  /** Whom it leads to. */
  readonly group: string;
  /** Who of the group is asked first; an agent may name only themselves. */
  readonly agentId: string | null;
  /** What the call begins as. */
  readonly channel: "video" | "voice";
  /** Not before then; now if left out. */
  readonly goodFrom: number | null;
  /** How long it is good from then on. */
  readonly validMs: number;
  /** Whether a six-digit code leads to it for the next ten minutes, too. */
  readonly code: boolean;
  /** Whom it is for; shown to the agent. Personal: kept apart, and erased on use. */
  readonly name: string;
}

/** A personal link, without what lets somebody in. */
export interface PersonalLinkShown {
  /** Of the link. */
  readonly id: string;
  /** Whom it leads to. */
  readonly group: string;
  /** Who of the group is asked first. */
  readonly agentId: string | null;
  /** Voice or video. */
  readonly channel: Channel;
  /** What it is good for. */
  readonly state: "expired" | "not_yet_valid" | "open" | "revoked" | "used";
  /** When it was issued. */
  readonly createdAt: number;
  /** Not before then. */
  readonly goodFrom: number;
  /** Not after then. */
  readonly goodUntil: number;
  /** Until when its code is good; null if it has none, or it was used. */
  readonly codeUntil: number | null;
  /** Whom it is for, as who issued it put it; empty once erased. */
  readonly name: string;
}

/** A QR code as an SVG path, to be filled. */
export interface Picture {
  /** Width and height of the `viewBox`, margin included. */
  readonly side: number;
  /** The `d` of the path. */
  readonly path: string;
}

/** A new personal link. What lets somebody in is told only here. */
export interface PersonalLinkCreated {
  /** What was issued. */
  readonly link: PersonalLinkShown;
  /** To be passed on. */
  readonly url: string;
  /** The same address, to be scanned. */
  readonly picture: Picture;
  /** Six digits, to be read out. */
  readonly code: string | null;
  /** Where the code is entered. */
  readonly codeUrl: string;
}

/** Links that can still be used, newest first. */
export interface PersonalLinkPage {
  /** Without those that are used, expired or revoked. */
  readonly links: readonly PersonalLinkShown[];
}

/** Six digits that a caller was told. */
export interface JoinCode {
  /** As they were told. */
  readonly code: string;
  /** Whose code it is; may be left out where the server has one site only. */
  readonly site: string;
}

/** What a code led to. */
export interface PersonalToken {
  /** Of the link. */
  readonly token: string;
}

/** `POST /api/v1/join/link/look`: whom a personal link leads to. */
export interface PersonalPlace {
  /** Which customer organisation. */
  readonly site: string;
  /** What it is called. */
  readonly siteName: string;
  /** Whom it leads to. */
  readonly group: string;
  /** In the language asked for. */
  readonly groupName: string;
  /** Who of the group is asked first, as callers know them; empty for anybody. */
  readonly agentName: string;
  /** Voice or video. */
  readonly channel: Channel;
  /** Until when it can be used. */
  readonly goodUntil: number;
}

/** A time in which a group is open. */
export interface Opening {
  /** From then, or since now. */
  readonly start: number;
  /** To then, or to the end of what is told. */
  readonly end: number;
}

/** `GET /api/v1/sites/SITE/groups/GROUP/openings`: the next two weeks. */
export interface Openings {
  /** The IANA time zone of the hours; null for a group without hours, which is always open. */
  readonly zone: string | null;
  /** In order. */
  readonly spans: readonly Opening[];
}

/** Whether a call can be started now, and why not. */
export interface GroupAvailability {
  /** The group. */
  readonly id: string;
  /** In the language asked for. */
  readonly name: string;
  /** Whether somebody would answer. */
  readonly state: "available" | "busy" | "closed" | "nobody";
  /** Ways to talk, or to write. */
  readonly channels: readonly Channel[];
  /** Which way media goes. */
  readonly policy: MediaPolicy;
  /** How many wait. */
  readonly waiting: number;
  /** Whether it calls back. */
  readonly callbacks: boolean;
  /** What it offers while it is closed; null while it is open, or if it offers nothing. */
  readonly instead: "callback" | "group" | "message" | null;
  /** Why it is closed, in the language asked for, if its supervisor said. */
  readonly notice: string | null;
}

/** `GET /api/v1/sites/SITE/availability?lang=de`. Cached 10 s. One request for all groups. */
export interface Availability {
  /** Which customer organisation. */
  readonly site: string;
  /** All of its groups. */
  readonly groups: readonly GroupAvailability[];
  /** Its privacy notice, if it has one to show. */
  readonly privacyUrl: string | null;
  /** What visitors read before their first call, in the language asked for. */
  readonly terms: string | null;
}

/** `POST /api/v1/sign-in`. Sets the cookie `__Host-zuruf`. */
export interface SignIn {
  /** As set up. */
  readonly userName: string;
  /** Likewise. */
  readonly password: string;
}

/** Who is signed in; also `GET /api/v1/me`. `csrf` goes into `X-Zuruf-CSRF` of every change. */
export interface SignedIn {
  /** Who it is. */
  readonly userId: string;
  /** As an agent, if they are one. */
  readonly agentId: string | null;
  /** As callers see it. */
  readonly displayName: string;
  /** What they may do. */
  readonly roles: readonly ("administrator" | "agent" | "supervisor")[];
  /** Where. */
  readonly site: string;
  /** For the header of every change. */
  readonly csrf: string;
}

/** What a visitor who is not let in may do: nothing (`refuse`), ask another group, leave a message, be called. */
export interface Instead {
  /** Which of these. */
  readonly kind: "callback" | "group" | "message" | "refuse";
  /** Which group, if it is another one. */
  readonly group: string | null;
}

/** One field that is wrong. */
export interface WrongField {
  /** Where in the body, as in `groups[0].ringMs`. */
  readonly field: string;
  /** For programs. */
  readonly code: string;
  /** For people. */
  readonly detail: string;
}

/** `application/problem+json` (RFC 9457). `code` is for programs, `detail` for people, in their language. */
export interface Problem {
  /** A URI for the kind of problem. */
  readonly type: string;
  /** The kind, in words. */
  readonly title: string;
  /** As in the response. */
  readonly status: number;
  /** For programs. */
  readonly code: string;
  /** For people: what happened, and what to do. */
  readonly detail: string;
  /** Seconds until it may succeed. */
  readonly retryAfter: number | null;
  /** To find it in the log. */
  readonly trace: string | null;
  /** What to do instead, where a contact was refused. */
  readonly answer: Instead | null;
  /** What the site says about it: why a group is closed, for instance. */
  readonly notice: string | null;
  /** Everything that is wrong with single fields. */
  readonly errors: readonly WrongField[] | null;
}

/** One time it rang at an agent, and what came of it. */
export interface OwnContact {
  /** The contact. */
  readonly id: string;
  /** Where the caller asked; empty if that was before midnight. */
  readonly groupName: string;
  /** Voice, video or message. */
  readonly channel: Channel;
  /** A colleague asked about a caller. */
  readonly askedBy: boolean;
  /** Or when it was handed over. */
  readonly rangAt: number;
  /** When it was accepted. */
  readonly answeredAt: number | null;
  /** How long both ends had media; null if they never had. */
  readonly talkedMs: number | null;
  /** What came of it. */
  readonly outcome: "agent_hung_up" | "caller_hung_up" | "caller_lost" | "declined" | "ended" | "gone" | "handed_over" | "lost" | "missed" | "not_connected" | "ringing" | "taken" | "talking" | "transferred";
  /** What the wrap-up said came of it, in words; empty if it said nothing. */
  readonly codeLabel: string;
  /** Of the caller, as far as it is kept. */
  readonly name: string;
  /** Likewise. */
  readonly topic: string;
  /** Likewise. */
  readonly pageTitle: string;
}

/** What an agent did today. */
export interface OwnDay {
  /** From when on it is known: midnight in the site's time zone, or later if it was not all kept. */
  readonly since: number;
  /** Whether that is midnight. */
  readonly isComplete: boolean;
  /** The newest first, so many at most. */
  readonly contacts: readonly OwnContact[];
  /** How many older ones there are. */
  readonly more: number;
}

/** What one end tells the other. */
export type Signal =
  | Description
  | Candidates;

/** What a caller's page may say. */
export type CallerToServer =
  | LeaveContact
  | ChooseCallback
  | AnswerQuestion
  | PageLeaving
  | SendSignal
  | MediaStateChanged
  | MediaReport
  | Acknowledge
  | RefreshIce;

/** What a caller's page is told. */
export type ServerToCaller =
  | CallerAttached
  | CallerChanged
  | SignalReceived
  | IceRefreshed
  | Reply
  | Refused
  | Superseded
  | Draining;

/** What an agent's page may say. */
export type AgentToServer =
  | SetPresence
  | AcceptOffer
  | DeclineOffer
  | EndContact
  | AskForTargets
  | TransferContact
  | HoldContact
  | AskColleague
  | EndConsultation
  | StartConference
  | HandOver
  | FinishWrapUp
  | HealthReport
  | SignOut
  | PageLeaving
  | SendSignal
  | MediaStateChanged
  | MediaReport
  | Acknowledge
  | RefreshIce;

/** What an agent's page is told. */
export type ServerToAgent =
  | AgentAttached
  | AgentChanged
  | SignalReceived
  | IceRefreshed
  | Targets
  | Reply
  | Refused
  | Superseded
  | SignedOut
  | Draining;

/** What a supervisor's page is told. It says nothing itself: supervisors act by REST. */
export type ServerToSupervisor =
  | SupervisorAttached
  | SupervisorChanged
  | Refused
  | SignedOut
  | Draining;

/** Path of the Socket.IO endpoint. Transport `websocket` only. */
export const SOCKET_PATH = "/socket.io";

/** Socket.IO namespace of callers. */
export const CALLER_NAMESPACE = "/caller";

/** Socket.IO namespace of agents. */
export const AGENT_NAMESPACE = "/agent";

/** Socket.IO namespace of supervisors. */
export const SUPERVISOR_NAMESPACE = "/supervisor";

/** The one event name, both ways; the message's type is in its body. */
export const EVENT = "m";

/** A larger frame closes the connection with 1009. */
export const FRAME_BYTES = 65536;

/** So many frames that cannot be read close the connection. */
export const UNDECODABLE_FRAMES = 5;

/** Requests of one session beyond this rate are refused with `too_many_requests`. */
export const REQUESTS_PER_SECOND = 20;

/** How far the request rate may be exceeded for a moment. */
export const REQUEST_BURST = 60;

/** Longest session description. */
export const SDP_CHARACTERS = 32768;

/** Longest ICE candidate. */
export const CANDIDATE_CHARACTERS = 512;

/** Most candidates in one message or one session description. */
export const CANDIDATES = 64;

/** How long candidates are gathered before they are sent together; the first of a search go at once. */
export const CANDIDATE_BATCH_MS = 50;

/** Pause between two media reports, and between two health reports. */
export const REPORT_EVERY_MS = 5000;

/** An agent's tab that was silent for so long is lost and gets no offers. */
export const LOST_AFTER_MS = 15000;

/** Ask again, with the same id, when a request had no answer for so long. */
export const ANSWER_WITHIN_MS = 10000;
