/**
 * What the desk knows, as one value, and how it changes: pure, so the tests of the desk are
 * tests of these functions.
 *
 * The server's word about the desk replaces the former one whole. What is kept beside it is
 * what only this tab knows: who signed in here, whether the line is open, what was pressed
 * and not answered yet, and how the local media stand.
 */

import type { LinkState, MediaTrouble, Sends } from "@zuruf/call";
import type {
  AgentAttached,
  AgentChanged,
  AgentContact,
  Desk,
  OwnDay,
  Peer,
  Presence,
  SecondLeg,
  SignedIn,
  SignInTrouble,
  Targets,
} from "@zuruf/protocol";
import type { Language } from "@zuruf/ui";
import { type Found, type Kind, NONE_FOUND } from "./devices";

/** The connection that carries our requests. Media go their own way and may outlive it. */
export type Line = "opening" | "open" | "lost" | "restarting" | "superseded";

/** Why the microphone does not work. `lost`: it worked, and was unplugged or taken away. */
export type MicrophoneTrouble = MediaTrouble | "lost";

/** How good the call is, in a word. */
export type Quality = "good" | "fair" | "poor";

/** What was pressed and is not answered yet. */
export type Asked =
  | "accept"
  | "decline"
  | "end"
  | "finish"
  | "presence"
  | "transfer"
  | "hold"
  | "consult"
  | "confer"
  | "hand_over"
  | null;

/** What happened to a contact without a press of ours. */
export type Notice =
  | "offer_gone"
  | "caller_left"
  | "caller_hung_up"
  | "caller_lost"
  | "setup_failed"
  | "taken_back"
  | "colleague_done"
  | "question_gone"
  | "question_failed"
  | "not_done";

export interface Media {
  readonly microphone: "closed" | "opening" | "on" | "muted" | MicrophoneTrouble;
  readonly camera: "closed" | "opening" | "on" | "off";
  /** Set while a camera was wanted and cannot be had. */
  readonly cameraTrouble: MediaTrouble | null;
  readonly link: LinkState | "none";
  readonly quality: Quality | null;
  /** From both ends' fingerprints, the same at the caller's. */
  readonly checkCode: string | null;
  /** Our own picture, to be seen by ourselves. */
  readonly own: MediaStream | null;
  /** The caller's picture. */
  readonly remote: MediaStream | null;
  /** The caller's voice. */
  readonly sound: MediaStream | null;
  /** What the caller says comes from there; `null` before anything was said. */
  readonly callerSends: Sends | null;
  /** The connection beside the caller's: with a colleague, or as a guest with the caller. */
  readonly second: SecondMedia | null;
}

/** What comes from the other end of a second connection. */
export interface SecondMedia {
  readonly link: LinkState | "none";
  readonly remote: MediaStream | null;
  readonly sound: MediaStream | null;
  readonly sends: Sends | null;
}

/** What this tab can do about ringing. */
export interface Bell {
  /** Browsers let a page sound only after a press in it. */
  readonly sound: "locked" | "ready";
  readonly notifications: "unknown" | "off" | "on" | "denied";
  /** The loudspeaker it comes from; empty for wherever the system sends sound. */
  readonly speaker: string;
}

export interface State {
  readonly page: "looking" | "sign_in" | "desk";
  readonly language: Language;
  readonly trouble: SignInTrouble | null;
  readonly signingIn: boolean;
  readonly who: SignedIn | null;
  readonly line: Line;
  readonly desk: Desk | null;
  readonly peer: Peer | null;
  /** A connection beside the one of the contact at hand. */
  readonly second: SecondLeg | null;
  readonly asked: Asked;
  readonly notice: Notice | null;
  /** The contact that we declined or ended ourselves, so that its end is no news. */
  readonly letGo: string | null;
  /** The contact that we asked to hand on: its end is no news either, but until then it is ours. */
  readonly handedOn: string | null;
  /** The microphone of this computer, as far as one can know without opening it. */
  readonly microphoneFound: "ok" | "missing" | "unknown";
  readonly media: Media;
  readonly bell: Bell;
  /** What this computer has, and which of it calls use; empty for whichever the browser takes. */
  readonly found: Found;
  readonly uses: Readonly<Record<Kind, string>>;
  readonly startWithCamera: boolean;
  /** To whom the contact can be handed on, while that is being chosen. */
  readonly targets: Targets | null;
  /** What rang here today; `unread` if the server did not say. */
  readonly day: OwnDay | "looking" | "unread";
}

export const noMedia: Media = {
  microphone: "closed",
  camera: "closed",
  cameraTrouble: null,
  link: "none",
  quality: null,
  checkCode: null,
  own: null,
  remote: null,
  sound: null,
  callerSends: null,
  second: null,
};

/** The desk before anything is known. */
export function blank(language: Language, startWithCamera: boolean): State {
  return {
    page: "looking",
    language,
    trouble: null,
    signingIn: false,
    who: null,
    line: "opening",
    desk: null,
    peer: null,
    second: null,
    asked: null,
    notice: null,
    letGo: null,
    handedOn: null,
    microphoneFound: "unknown",
    media: noMedia,
    bell: { sound: "locked", notifications: "unknown", speaker: "" },
    found: NONE_FOUND,
    uses: { microphone: "", camera: "", speaker: "" },
    startWithCamera,
    targets: null,
    day: "looking",
  };
}

export type Happening =
  | { readonly type: "known"; readonly who: SignedIn }
  | { readonly type: "unknown"; readonly trouble: SignInTrouble | null }
  | { readonly type: "signing_in" }
  | { readonly type: "line"; readonly line: Line }
  | { readonly type: "heard"; readonly message: AgentAttached | AgentChanged }
  | { readonly type: "asked"; readonly what: Exclude<Asked, null> }
  | { readonly type: "answered"; readonly done: boolean }
  | { readonly type: "dismissed" }
  | { readonly type: "day"; readonly day: OwnDay | null }
  | { readonly type: "targets"; readonly targets: Targets | null }
  | { readonly type: "media"; readonly media: Partial<Media> }
  | { readonly type: "microphone_found"; readonly found: "ok" | "missing" | "unknown" }
  | { readonly type: "bell"; readonly bell: Partial<Bell> }
  | { readonly type: "found"; readonly found: Found }
  | { readonly type: "uses"; readonly kind: Kind; readonly id: string }
  | { readonly type: "language"; readonly language: Language }
  | { readonly type: "start_with_camera"; readonly on: boolean };

/** The next state. */
export function reduce(state: State, happening: Happening): State {
  switch (happening.type) {
    case "known":
      return { ...state, page: "desk", who: happening.who, trouble: null, signingIn: false, line: "opening" };
    case "unknown": {
      const { language, startWithCamera, bell, found, uses } = state;
      return {
        ...blank(language, startWithCamera),
        bell,
        found,
        uses,
        page: "sign_in",
        trouble: happening.trouble,
      };
    }
    case "signing_in":
      return { ...state, signingIn: true, trouble: null };
    case "line":
      return { ...state, line: happening.line };
    case "heard":
      return heard(state, happening.message);
    case "asked": {
      const { what } = happening;
      const contact = state.desk?.contact?.id ?? null;
      return {
        ...state,
        asked: what,
        letGo: what === "decline" || what === "end" ? contact : state.letGo,
        handedOn: what === "transfer" || what === "hand_over" ? contact : state.handedOn,
        notice: null,
      };
    }
    case "answered":
      // What was done shows itself; until then the button stays pressed.
      if (happening.done) return shownOtherwise(state.asked) ? { ...state, asked: null } : state;
      return { ...state, asked: null, letGo: null, handedOn: null, notice: "not_done" };
    case "dismissed":
      return { ...state, notice: null };
    case "day":
      // What is known stays, when it cannot be read anew for once.
      return { ...state, day: happening.day ?? (state.day === "looking" ? "unread" : state.day) };
    case "targets":
      return { ...state, targets: happening.targets };
    case "media":
      return { ...state, media: { ...state.media, ...happening.media } };
    case "microphone_found":
      return { ...state, microphoneFound: happening.found };
    case "bell":
      return { ...state, bell: { ...state.bell, ...happening.bell } };
    case "found":
      return { ...state, found: happening.found };
    case "uses":
      return { ...state, uses: { ...state.uses, [happening.kind]: happening.id } };
    case "language":
      return { ...state, language: happening.language };
    case "start_with_camera":
      return { ...state, startWithCamera: happening.on };
  }
}

function heard(state: State, message: AgentAttached | AgentChanged): State {
  const { desk, peer, second } = message;
  const news = whatHappened(state, message);
  const moved =
    message.type === "agent.attached" ||
    desk.routing !== state.desk?.routing ||
    desk.contact?.id !== state.desk.contact?.id;
  // A new ring clears what was said of the one before.
  const rings = desk.routing === "offered" && state.desk?.contact?.id !== desk.contact?.id;
  return {
    ...state,
    line: message.type === "agent.attached" ? "open" : state.line,
    desk,
    peer,
    second,
    asked: moved ? null : state.asked,
    notice: rings ? null : (news ?? state.notice),
    letGo: desk.contact?.id === state.letGo ? state.letGo : null,
    handedOn: desk.contact?.id === state.handedOn ? state.handedOn : null,
    targets: moved ? null : state.targets,
  };
}

/** Whether what was done shows itself elsewhere than in the routing state: the button need not wait for that. */
function shownOtherwise(asked: Asked): boolean {
  return asked !== null && !["accept", "decline", "end", "finish"].includes(asked);
}

/** Shorter than this before its deadline, a set-up that ended did so by the deadline. */
const ABOUT_MS = 500;

/** What became of the contact between two words of the server, if it was not our doing. */
export function whatHappened(state: State, message: AgentAttached | AgentChanged): Notice | null {
  const before = state.desk;
  const contact = before?.contact;
  if (!before || !contact) return null;
  // A message hangs up on nobody; a call may come in between.
  if (contact.channel === "message" && before.routing !== "offered") return null;
  const after = message.desk;
  const stillOurs = after.contact?.id === contact.id && after.contact.epoch === contact.epoch;
  if (stillOurs && inCall(after.routing)) return null;
  if (stillOurs && after.routing === before.routing) return null;
  if (state.letGo === contact.id || state.handedOn === contact.id) return null;
  const wasAway = message.type === "agent.attached";
  switch (before.routing) {
    case "offered":
      // Not answering is a state of its own, and says so itself.
      if (after.routing === "not_responding") return null;
      return contact.askedBy ? "question_gone" : "offer_gone";
    case "connecting": {
      if (wasAway) return contact.askedBy ? "question_gone" : "taken_back";
      const timedOut = contact.deadline !== null && message.serverTime >= contact.deadline - ABOUT_MS;
      const failed = timedOut || state.media.link === "failed";
      if (contact.askedBy) return failed ? "question_failed" : "question_gone";
      return failed ? "setup_failed" : "caller_left";
    }
    case "talking":
    case "held":
      // Handed over to the colleague, which was our doing, perhaps before this page was loaded anew.
      if (contact.consultation?.takesOver) return null;
      if (contact.askedBy) return inCall(after.routing) ? null : "colleague_done";
      if (after.routing !== "wrap_up" && wasAway) return "taken_back";
      return state.peer?.present === false ? "caller_lost" : "caller_hung_up";
    case "idle":
    case "wrap_up":
    case "not_responding":
      return null;
  }
}

/** Whether a contact's media belong to this routing state. */
export function inCall(routing: Desk["routing"]): boolean {
  return routing === "connecting" || routing === "talking" || routing === "held";
}

/** Whether somebody is talked to: a message being worked off has no media. */
export function talks(desk: Desk): boolean {
  return inCall(desk.routing) && desk.contact?.channel !== "message";
}

/** Whose voice is heard, and who hears ours: the first connection's other end, and the second's. */
export function speaksTo({ desk }: Pick<State, "desk">): {
  readonly first: boolean;
  readonly second: boolean;
} {
  const contact = desk?.contact;
  const held = desk?.routing === "held";
  const asks = contact?.consultation ?? null;
  // Who was asked hears whoever asked, and the caller too once they have joined.
  const joins = contact?.askedBy !== "" || (asks !== null && asks.guest !== "no");
  return { first: !held, second: held || joins };
}

/** What fills the middle of the desk. */
export type Scene =
  | { readonly is: "waiting_for_server" }
  | { readonly is: "superseded" }
  | { readonly is: "cut_off" }
  | { readonly is: "offer"; readonly contact: AgentContact }
  | { readonly is: "call"; readonly contact: AgentContact; readonly talking: boolean }
  | { readonly is: "message"; readonly contact: AgentContact }
  | { readonly is: "wrap_up"; readonly contact: AgentContact | null }
  | { readonly is: "not_responding" }
  | { readonly is: "away"; readonly presence: Exclude<Presence, "available"> }
  | { readonly is: "ready" };

export function scene(state: State): Scene {
  if (state.line === "superseded") return { is: "superseded" };
  const desk = state.desk;
  if (!desk) return { is: "waiting_for_server" };
  const { contact, routing } = desk;
  // A call goes on without the server, and so does the work after it; a ring could not be answered.
  const away = state.line === "lost" || state.line === "restarting";
  if (away && !inCall(routing) && routing !== "wrap_up") return { is: "cut_off" };
  if (routing === "offered" && contact) return { is: "offer", contact };
  if (inCall(routing) && contact?.channel === "message") return { is: "message", contact };
  if (inCall(routing) && contact) return { is: "call", contact, talking: routing !== "connecting" };
  if (routing === "wrap_up") return { is: "wrap_up", contact };
  if (routing === "not_responding") return { is: "not_responding" };
  const takesCalls = desk.presence === "available" || desk.presence === "once";
  return takesCalls ? { is: "ready" } : { is: "away", presence: desk.presence };
}

/** Whether calls come, or why not. The header says it in words; the line's troubles come first. */
export type Reception =
  | "yes"
  | "opening"
  | "reconnecting"
  | "restarting"
  | "superseded"
  | "ringing"
  | "in_call"
  | "wrap_up"
  | "not_responding"
  | "back_off"
  | "offline"
  | "break"
  | "other_work"
  | "elsewhere"
  | "lost";

export function reception(state: State): Reception {
  if (state.line === "superseded") return "superseded";
  if (state.line === "lost") return "reconnecting";
  if (state.line === "restarting") return "restarting";
  const desk = state.desk;
  if (!desk || state.line === "opening") return "opening";
  switch (desk.receivesCalls) {
    case "busy":
      return desk.routing === "offered" ? "ringing" : "in_call";
    case "yes":
    case "offline":
    case "break":
    case "other_work":
    case "elsewhere":
    case "wrap_up":
    case "not_responding":
    case "back_off":
    case "lost":
      return desk.receivesCalls;
  }
}

/** What the header offers to press so that calls come again. `available` is the presence button itself. */
export type Cure = "available" | "finish" | "use_this_tab" | "reconnect" | null;

export function cure(why: Reception): Cure {
  switch (why) {
    case "offline":
    case "break":
    case "other_work":
    case "not_responding":
      return "available";
    case "wrap_up":
      return "finish";
    case "superseded":
      return "use_this_tab";
    case "reconnecting":
    case "restarting":
      return "reconnect";
    case "yes":
    case "opening":
    case "ringing":
    case "in_call":
    case "back_off":
    case "elsewhere":
    case "lost":
      return null;
  }
}

/** What stands in the way of speaking, if anything does. */
export function microphoneTrouble(media: Media): MicrophoneTrouble | null {
  switch (media.microphone) {
    case "closed":
    case "opening":
    case "on":
    case "muted":
      return null;
    default:
      return media.microphone;
  }
}

/** Whether there is something to see of the caller. Before anything was said, a picture is expected. */
export function callerSeen({ media }: State): boolean {
  if (media.remote === null || media.link === "none" || media.link === "connecting") return false;
  return media.callerSends?.camera ?? media.remote.getVideoTracks().length > 0;
}

/** Whether there is something to see of who is at the other end of the second connection. */
export function secondSeen({ media }: Pick<State, "media">): boolean {
  const { second } = media;
  if (!second?.remote || second.link === "none" || second.link === "connecting") return false;
  return second.sends?.camera ?? second.remote.getVideoTracks().length > 0;
}

/** Presence may change at any time but while we are not heard. */
export function canAsk(state: State): boolean {
  return state.line === "open" && state.asked === null;
}

/** A word for what the last seconds were like. */
export function quality(lostPerSecond: number, roundTripMs: number | null, jitterMs: number | null): Quality {
  const [roundTrip, jitter] = [roundTripMs ?? 0, jitterMs ?? 0];
  if (lostPerSecond > 10 || roundTrip > 700 || jitter > 100) return "poor";
  if (lostPerSecond > 2 || roundTrip > 350 || jitter > 50) return "fair";
  return "good";
}
