// Generated from signaling/protocol by `make gen`. Change it there.

export type Language = "de" | "en";

export type Channel = "voice" | "video";

export type MediaPolicy = "direct" | "relay" | "record";

export type Party = "caller" | "agent";

export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

export type CallerPhase = "queued" | "offered" | "connecting" | "talking" | "ended";

/** How a contact ended. */
export type EndReason = "abandoned" | "caller_hung_up" | "agent_hung_up" | "caller_lost" | "setup_failed" | "group_gone";

export type Presence = "offline" | "available" | "break";

export type RoutingState = "idle" | "offered" | "connecting" | "talking" | "wrap_up" | "not_responding";

export type HealthState = "healthy" | "degraded" | "lost";

/** Whether calls come, or the first reason why not. The desk's header says it in words. */
export type ReceivesCalls = "yes" | "offline" | "break" | "busy" | "wrap_up" | "not_responding" | "back_off" | "lost";

export type RefusalCode = "malformed" | "unknown_type" | "not_allowed" | "not_now" | "not_yours" | "stale_epoch" | "stale_generation" | "offer_gone" | "contact_gone" | "too_many_requests" | "bad_signal" | "busy" | "pending" | "session_expired" | "internal";

export type ConnectRefusalCode = "malformed" | "session_expired" | "wrong_origin" | "not_signed_in" | "superseded" | "draining" | "busy" | "too_many_requests" | "internal";

/** An offer or an answer. */
export interface Description {
  readonly kind: "description";
  readonly type: "answer" | "offer" | "rollback";
  readonly sdp: string;
}

/** One ICE candidate as the browser wrote it. An empty line ends the candidates. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment: string | null;
}

/** Candidates of one generation, gathered for 50 ms before they are sent. */
export interface Candidates {
  readonly kind: "candidates";
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
  readonly contactId: string;
  readonly epoch: number;
  readonly generation: number;
  readonly peerGeneration: number;
  readonly signal: Description | Candidates;
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
  readonly number: number;
  readonly contactId: string;
  readonly epoch: number;
  readonly generation: number;
  readonly signal: Description | Candidates;
}

/** This end's media is connected, or has failed for good. Sent once per change. */
export interface MediaStateChanged {
  readonly type: "media.state";
  readonly contactId: string;
  readonly epoch: number;
  readonly state: "connected" | "failed";
  readonly id: string;
}

/** Numbers only, every 5 s while this end has, or believes it has, a contact's media. */
export interface MediaReport {
  readonly type: "media.report";
  readonly contactId: string;
  readonly epoch: number;
  readonly connectionState: ConnectionState;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsLost: number;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  readonly relayed: boolean | null;
  readonly id: string;
}

/** Every numbered message up to and including this one has arrived. */
export interface Acknowledge {
  readonly type: "ack";
  readonly number: number;
  readonly id: string;
}

/** One entry for `RTCConfiguration.iceServers`. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/**
 * Where this end may look for a way through NAT. Empty unless the operator set servers.
 *
 * `relayOnly`: the present contact's group allows TURN candidates only.
 */
export interface IceConfiguration {
  readonly servers: readonly IceServer[];
  readonly relayOnly: boolean;
  readonly expiresAt: number | null;
}

/** New credentials, please; the old ones are about to expire. Answered by `IceRefreshed`. */
export interface RefreshIce {
  readonly type: "ice.refresh";
  readonly id: string;
}

/** Fresh credentials: the answer to `RefreshIce`, in place of a reply. */
export interface IceRefreshed {
  readonly type: "ice.refreshed";
  readonly id: string;
  readonly ice: IceConfiguration;
}

/**
 * The other end, as far as media needs it.
 *
 * `present` says that the other end's page is there: only then is a description or
 * candidate sent. `generation` is raised each time its page was loaded anew.
 */
export interface Peer {
  readonly party: Party;
  readonly present: boolean;
  readonly generation: number;
}

/**
 * The caller's contact as the caller may know it.
 *
 * `offered` looks like `queued` to the caller, except that somebody is about to answer.
 * `head` tells that the contact went back to the front after a failed set-up or a lost agent.
 */
export interface CallerContact {
  readonly id: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly channel: Channel;
  readonly policy: MediaPolicy;
  readonly phase: CallerPhase;
  readonly epoch: number;
  readonly askedAt: number;
  readonly phaseSince: number;
  readonly position: number | null;
  readonly agentName: string | null;
  readonly inFrontAgain: boolean;
  readonly ended: EndReason | null;
}

/**
 * The full picture on every attach. The client replaces what it has, and never merges.
 *
 * `sequence` numbers what follows; a gap means: attach again. `generation` is this
 * page's own from now on.
 */
export interface CallerAttached {
  readonly type: "caller.attached";
  readonly sequence: number;
  readonly serverTime: number;
  readonly capabilities: readonly string[];
  readonly generation: number;
  readonly contact: CallerContact;
  readonly peer: Peer | null;
  readonly ice: IceConfiguration;
}

/**
 * The contact or the other end changed; both parts are whole.
 *
 * `ice` comes with each new assignment; null: keep what you have.
 */
export interface CallerChanged {
  readonly type: "caller.changed";
  readonly sequence: number;
  readonly serverTime: number;
  readonly contact: CallerContact;
  readonly peer: Peer | null;
  readonly ice: IceConfiguration | null;
}

/** Leave the queue, or hang up. */
export interface LeaveContact {
  readonly type: "contact.leave";
  readonly contactId: string;
  readonly id: string;
}

/** The page is closing or reloading (`pagehide`): what grace is left becomes 10 s. */
export interface PageLeaving {
  readonly type: "page.leaving";
  readonly id: string;
}

/** The contact an agent is offered, connects, talks to or wraps up. */
export interface AgentContact {
  readonly id: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly channel: Channel;
  readonly policy: MediaPolicy;
  readonly epoch: number;
  readonly askedAt: number;
  readonly deadline: number | null;
  readonly callerPresent: boolean;
  readonly name: string;
  readonly topic: string;
  readonly language: string;
  readonly pageUrl: string;
  readonly pageTitle: string;
}

/** A group of this agent, and how long its line is. */
export interface AgentGroup {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly longestAskedAt: number | null;
}

/** Everything the agent's desk shows. */
export interface Desk {
  readonly agentId: string;
  readonly displayName: string;
  readonly presence: Presence;
  readonly presenceReason: string;
  readonly presenceSince: number;
  readonly routing: RoutingState;
  readonly routingSince: number;
  readonly receivesCalls: ReceivesCalls;
  readonly contact: AgentContact | null;
  readonly groups: readonly AgentGroup[];
}

/**
 * The full picture on every attach. The client replaces what it has, and never merges.
 *
 * `token` resumes this tab's session after a reload; it belongs into `sessionStorage`.
 */
export interface AgentAttached {
  readonly type: "agent.attached";
  readonly sequence: number;
  readonly serverTime: number;
  readonly capabilities: readonly string[];
  readonly token: string;
  readonly generation: number;
  readonly desk: Desk;
  readonly peer: Peer | null;
  readonly ice: IceConfiguration;
}

/**
 * The desk or the other end changed; both parts are whole. Queue lengths at most once a second.
 *
 * `ice` comes with each new assignment; null: keep what you have.
 */
export interface AgentChanged {
  readonly type: "agent.changed";
  readonly sequence: number;
  readonly serverTime: number;
  readonly desk: Desk;
  readonly peer: Peer | null;
  readonly ice: IceConfiguration | null;
}

/** Choose a presence. Also the way back from *not responding*. */
export interface SetPresence {
  readonly type: "presence.set";
  readonly presence: Presence;
  readonly reason: string;
  readonly id: string;
}

/** Take the contact that is ringing. */
export interface AcceptOffer {
  readonly type: "offer.accept";
  readonly contactId: string;
  readonly epoch: number;
  readonly id: string;
}

/** Let somebody else take it. */
export interface DeclineOffer {
  readonly type: "offer.decline";
  readonly contactId: string;
  readonly epoch: number;
  readonly id: string;
}

/** Hang up. */
export interface EndContact {
  readonly type: "contact.end";
  readonly contactId: string;
  readonly epoch: number;
  readonly id: string;
}

/** Done with the work after the contact. */
export interface FinishWrapUp {
  readonly type: "wrapup.finish";
  readonly contactId: string;
  readonly code: string;
  readonly id: string;
}

/** The tab's own heartbeat, every 5 s: what it knows of itself. */
export interface HealthReport {
  readonly type: "agent.health";
  readonly microphone: "missing" | "ok" | "unknown";
  readonly visible: boolean;
  readonly id: string;
}

/** End this agent's session; the browser cookie ends with HTTP `POST /api/v1/sign-out`. */
export interface SignOut {
  readonly type: "agent.sign_out";
  readonly id: string;
}

/** This agent was signed out, here or elsewhere. This socket closes; sign in again. */
export interface SignedOut {
  readonly type: "agent.signed_out";
}

/** The request with this id is done. */
export interface Reply {
  readonly type: "reply";
  readonly id: string;
}

/**
 * The request was understood and the answer is no, or it was not understood.
 *
 * `id` is null when the request could not be read that far. `retryAfterMs` is set
 * when the same request may succeed later.
 */
export interface Refused {
  readonly type: "refused";
  readonly id: string | null;
  readonly code: RefusalCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

/** Another tab or page took this session over. This socket closes; do not attach again by itself. */
export interface Superseded {
  readonly type: "superseded";
}

/** This process stops; attach again after the time given, wherever you land. */
export interface Draining {
  readonly type: "draining";
  readonly retryAfterMs: number;
}

/**
 * `auth` of the namespace `/caller`.
 *
 * `page` is made at random once per page load: the same page again is a mere
 * reconnect, another page on the same session is a reload and raises the generation.
 */
export interface AttachAsCaller {
  readonly token: string;
  readonly page: string;
  readonly capabilities: readonly string[];
}

/**
 * `auth` of the namespace `/agent`; who it is, says the cookie.
 *
 * `token` is null in a tab that has no session yet; see `AgentAttached`.
 */
export interface AttachAsAgent {
  readonly token: string | null;
  readonly page: string;
  readonly capabilities: readonly string[];
  /** Of the names of groups. */
  readonly language?: Language;
  /** A person asked for it: this tab shall lead, though another one does. A new page needs not say so. */
  readonly takeOver?: boolean;
}

/**
 * `data` of the connect error.
 *
 * `retryable` says whether to try again by itself, `retryAfterMs` not before when.
 */
export interface ConnectRefused {
  readonly code: ConnectRefusalCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

/** `POST /api/v1/contacts`. The header `Idempotency-Key` (8 to 128 characters) is required. */
export interface NewContact {
  readonly site: string;
  readonly group: string;
  readonly channel: Channel;
  readonly language?: Language;
  readonly name?: string;
  readonly topic?: string;
  readonly pageUrl?: string;
  readonly pageTitle?: string;
  /** Answer to a proof-of-humanity challenge, where the operator asks for one. */
  readonly proof?: string;
}

/** The contact waits. `sessionToken` attaches to `/caller`; it is told once. */
export interface ContactCreated {
  readonly contactId: string;
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly position: number;
}

/** Whether a call can be started now, and why not. */
export interface GroupAvailability {
  readonly id: string;
  readonly name: string;
  readonly state: "available" | "busy" | "closed" | "nobody";
  readonly channels: readonly Channel[];
  readonly policy: MediaPolicy;
  readonly waiting: number;
}

/** `GET /api/v1/sites/SITE/availability?lang=de`. Cached 10 s. One request for all groups. */
export interface Availability {
  readonly site: string;
  readonly groups: readonly GroupAvailability[];
}

/** `POST /api/v1/sign-in`. Sets the cookie `__Host-zuruf`. */
export interface SignIn {
  readonly userName: string;
  readonly password: string;
}

/** Who is signed in; also `GET /api/v1/me`. `csrf` goes into `X-Zuruf-CSRF` of every change. */
export interface SignedIn {
  readonly userId: string;
  readonly agentId: string | null;
  readonly displayName: string;
  readonly roles: readonly ("administrator" | "agent" | "supervisor")[];
  readonly site: string;
  readonly csrf: string;
}

/** `application/problem+json` (RFC 9457). `code` is for programs, `detail` for people, in their language. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfter: number | null;
  readonly trace: string | null;
}

/** What one end tells the other. */
export type Signal =
  | Description
  | Candidates;

/** What a caller's page may say. */
export type CallerToServer =
  | LeaveContact
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
  | Reply
  | Refused
  | Superseded
  | SignedOut
  | Draining;

/** Path of the Socket.IO endpoint. Transport `websocket` only. */
export const SOCKET_PATH = "/socket.io";

/** Socket.IO namespace of callers. */
export const CALLER_NAMESPACE = "/caller";

/** Socket.IO namespace of agents. */
export const AGENT_NAMESPACE = "/agent";

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

/** How long candidates are gathered before they are sent together. */
export const CANDIDATE_BATCH_MS = 50;

/** Pause between two media reports, and between two health reports. */
export const REPORT_EVERY_MS = 5000;

/** An agent's tab that was silent for so long is lost and gets no offers. */
export const LOST_AFTER_MS = 15000;

/** Ask again, with the same id, when a request had no answer for so long. */
export const ANSWER_WITHIN_MS = 10000;
