/**
 * What a caller's page knows, and how that changes. Pure: no socket, no microphone, no clock.
 */
import type {
  Announced,
  CallerContact,
  Channel,
  EndReason,
  Instead,
  Peer,
  SecondLeg,
  ServerToCaller,
  Status,
} from "@zuruf/protocol";
import type { LocalState, MediaTrouble } from "./local";
import { type MediaState, NO_MEDIA } from "./media-state";

/** Why a contact did not come about: the server's code, and its sentence in the visitor's language. */
export interface RefusedBecause {
  readonly code: string;
  readonly detail: string | null;
  /** Seconds until it is worth another try. */
  readonly retryAfter: number | null;
  /** What the visitor may do instead. */
  readonly answer?: Instead | null;
  /** What the site itself says about it. */
  readonly notice?: string | null;
}

/** What a visitor leaves who does not wait: a message, or the wish to be called back. */
export type Left = "message" | "callback";

export type Step =
  | { readonly name: "start" }
  /** The browser asks the visitor for microphone and camera. */
  | { readonly name: "asking"; readonly channel: Channel }
  /** No microphone, no call. */
  | { readonly name: "blocked"; readonly channel: Channel; readonly trouble: MediaTrouble }
  | { readonly name: "requesting"; readonly channel: Channel }
  | { readonly name: "refused"; readonly channel: Channel; readonly because: RefusedBecause }
  /** What the visitor leaves is on its way, and then it has arrived. */
  | { readonly name: "leaving"; readonly channel: Channel; readonly what: Left }
  | { readonly name: "left"; readonly channel: Channel; readonly what: Left }
  /** There is a contact, and its snapshot is on the way; `reloaded` after the page was loaded anew. */
  | { readonly name: "attaching"; readonly channel: Channel; readonly reloaded: boolean }
  | {
      readonly name: "contact";
      readonly channel: Channel;
      readonly contact: CallerContact;
      readonly peer: Peer | null;
      /** The connection with a guest. */
      readonly second: SecondLeg | null;
      /** What went wrong before the contact waited again: the set-up, a lost agent, or something not seen here. */
      readonly setback: Setback | null;
    }
  /** `expired`: the server does not know the contact any more. */
  | { readonly name: "ended"; readonly channel: Channel; readonly reason: EndReason | "expired" }
  /** Another tab has the contact. */
  | { readonly name: "superseded"; readonly channel: Channel };

export type Setback = "setup" | "agent" | "transfer" | "unknown";

export interface CallerState {
  readonly step: Step;
  /** Whether the line to the server stands. Meaningless without a contact. */
  readonly line: "attached" | "away";
  readonly media: MediaState;
  /** Of the connection with a guest; null while there is none. */
  readonly second: MediaState | null;
  readonly local: LocalState;
  /** Set while the microphone of a contact could not be opened again. */
  readonly trouble: MediaTrouble | null;
  /** How far the server's clock is ahead of ours, ms. */
  readonly ahead: number;
  /** What the group tells who waits. */
  readonly announcements: readonly Announced[];
}

export const START: CallerState = {
  step: { name: "start" },
  line: "away",
  media: NO_MEDIA,
  second: null,
  local: { microphone: "closed", camera: "closed", cameraTrouble: null },
  trouble: null,
  ahead: 0,
  announcements: [],
};

export type CallerEvent =
  | { readonly type: "pressed"; readonly channel: Channel }
  | { readonly type: "opened" }
  | { readonly type: "not opened"; readonly trouble: MediaTrouble }
  | { readonly type: "refused"; readonly because: RefusedBecause }
  /** It is known before anything was asked that they are not let in, and what they may do instead. */
  | { readonly type: "not open"; readonly channel: Channel; readonly because: RefusedBecause }
  | { readonly type: "leaving"; readonly channel: Channel; readonly what: Left }
  | { readonly type: "arrived" }
  | { readonly type: "created"; readonly announcements: readonly Announced[] }
  | {
      readonly type: "reloaded";
      readonly channel: Channel;
      readonly announcements: readonly Announced[];
    }
  /** From the server, at local time `at`. */
  | { readonly type: "told"; readonly message: ServerToCaller; readonly at: number }
  | { readonly type: "line"; readonly status: Status }
  | { readonly type: "media"; readonly media: MediaState; readonly second: MediaState | null }
  | { readonly type: "local"; readonly local: LocalState }
  /** The caller left, before or after an agent answered. */
  | { readonly type: "left" }
  | { readonly type: "reset" };

/** The next state. What makes no sense in the present one changes nothing. */
export function reduce(state: CallerState, event: CallerEvent): CallerState {
  const { step } = state;
  switch (event.type) {
    case "pressed":
      return { ...state, step: { name: "asking", channel: event.channel }, trouble: null };
    case "opened":
      if (step.name === "asking") return { ...state, step: { name: "requesting", channel: step.channel } };
      return { ...state, trouble: null };
    case "not opened":
      if (step.name === "asking") {
        return { ...state, step: { name: "blocked", channel: step.channel, trouble: event.trouble } };
      }
      return hasContact(step) ? { ...state, trouble: event.trouble } : state;
    case "refused":
      if (step.name !== "requesting" && step.name !== "leaving") return state;
      return { ...state, step: { name: "refused", channel: step.channel, because: event.because } };
    case "not open":
      return over(state, { name: "refused", channel: event.channel, because: event.because });
    case "leaving":
      return over(state, { name: "leaving", channel: event.channel, what: event.what });
    case "arrived":
      if (step.name !== "leaving") return state;
      return { ...state, step: { name: "left", channel: step.channel, what: step.what } };
    case "created":
      if (step.name !== "requesting") return state;
      return {
        ...state,
        step: { name: "attaching", channel: step.channel, reloaded: false },
        announcements: event.announcements,
      };
    case "reloaded":
      return {
        ...state,
        step: { name: "attaching", channel: event.channel, reloaded: true },
        announcements: event.announcements,
      };
    case "told":
      return told(state, event.message, event.at);
    case "line":
      return line(state, event.status);
    case "media":
      return { ...state, media: event.media, second: event.second };
    case "local":
      return { ...state, local: event.local };
    case "left": {
      if (!("channel" in step)) return state;
      const talked = step.name === "contact" && step.contact.phase === "talking";
      const next: Step = {
        name: "ended",
        channel: step.channel,
        reason: talked ? "caller_hung_up" : "abandoned",
      };
      return hasContact(step) ? over(state, next) : over(state, { name: "start" });
    }
    case "reset":
      return START;
  }
}

/** Whether the caller is known to the server in this step. */
export function hasContact(step: Step): step is Step & { name: "attaching" | "contact" } {
  return step.name === "attaching" || step.name === "contact";
}

/**
 * What is being told to who has waited for so long: what became due last, in the order of the
 * configuration. It stays until something else is due.
 */
export function announcedAfter(announcements: readonly Announced[], waitedMs: number): readonly string[] {
  const due = announcements
    .filter(({ afterMs }) => afterMs <= waitedMs)
    .map(({ text, afterMs, everyMs }) => ({
      text,
      at: everyMs > 0 ? waitedMs - ((waitedMs - afterMs) % everyMs) : afterMs,
    }));
  const last = Math.max(...due.map(({ at }) => at));
  return due.filter(({ at }) => at === last).map(({ text }) => text);
}

function told(state: CallerState, message: ServerToCaller, at: number): CallerState {
  // A late word must not bring back what is over.
  if (!hasContact(state.step)) return state;
  switch (message.type) {
    case "caller.attached":
    case "caller.changed": {
      const { contact, peer, second } = message;
      const { channel } = state.step;
      if (contact.phase === "ended") {
        return over(state, { name: "ended", channel, reason: contact.ended ?? "expired" });
      }
      // Nobody is expected here any more: the place is kept without this page.
      if (contact.callback?.held) return over(state, { name: "left", channel, what: "callback" });
      // Another group would say something else.
      const moved = state.step.name === "contact" && state.step.contact.groupId !== contact.groupId;
      const setback = contact.inFrontAgain ? setbackOf(state.step, contact) : null;
      return {
        ...state,
        step: { name: "contact", channel: contact.channel, contact, peer, second, setback },
        ahead: message.serverTime - at,
        announcements: moved ? [] : state.announcements,
      };
    }
    case "superseded":
      return over(state, { name: "superseded", channel: state.step.channel });
    case "media.signalled":
    case "ice.refreshed":
    case "reply":
    case "refused":
    case "draining":
      return state;
    default:
      // The compiler knows no other type, but the server may have been upgraded since.
      message satisfies never;
      return state;
  }
}

function setbackOf(before: Step, now: CallerContact): Setback {
  if (now.transferred) return "transfer";
  if (before.name !== "contact") return "unknown";
  const assigned = before.contact.phase === "connecting" || before.contact.phase === "talking";
  if (assigned && (now.phase === "queued" || now.phase === "offered")) {
    return before.contact.phase === "talking" ? "agent" : "setup";
  }
  return before.setback ?? "unknown";
}

function line(state: CallerState, status: Status): CallerState {
  switch (status.kind) {
    case "attached":
      return { ...state, line: "attached" };
    case "connecting":
    case "away":
      return { ...state, line: "away" };
    case "stopped": {
      const { step } = state;
      if (!hasContact(step) || status.code === "closed") return state;
      const { channel } = step;
      if (status.code === "superseded") return over(state, { name: "superseded", channel });
      if (status.code === "session_expired")
        return over(state, { name: "ended", channel, reason: "expired" });
      const because = { code: status.code, detail: null, retryAfter: null };
      return over(state, { name: "refused", channel, because });
    }
  }
}

function over(state: CallerState, step: Step): CallerState {
  return { ...START, local: state.local, step };
}
