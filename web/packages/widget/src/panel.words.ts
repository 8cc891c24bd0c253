/**
 * What the panel says until somebody talks. Pure, so that every state has words and a test.
 *
 * The words of the other states come with the parts that show them: `talk.words.ts`, `help.words.ts`.
 */
import type { CallerState, Step } from "@zuruf/call";
import type { CallerContact } from "@zuruf/protocol";
import type { WaitTexts } from "./panel.texts.en";

/** A heading, the sentence that answers the question of the moment, and one that goes on from it. */
export interface Words {
  readonly title: string;
  readonly main: string;
  readonly more: string;
  /** What kind of news it is; never told by colour alone. */
  readonly tone: "calm" | "ring" | "bad";
}

/** Which part of the panel knows what to say and show in a step; null for the panel itself. */
export function partOf(step: Step): "talk" | "help" | null {
  switch (step.name) {
    case "start":
    case "asking":
    case "requesting":
    case "attaching":
      return null;
    case "contact":
      return step.contact.phase === "talking" || step.contact.phase === "ended" ? "talk" : null;
    case "blocked":
    case "refused":
    case "leaving":
    case "left":
    case "ended":
    case "superseded":
      return "help";
  }
}

/** The words of a state without a part, or of one whose part is not there yet. */
export function waitWords(state: CallerState, t: WaitTexts): Words {
  const { step } = state;
  switch (step.name) {
    case "start":
      return words("", "", "");
    case "asking":
      return step.channel === "video"
        ? words(t.askingVideoTitle, t.askingVideo, t.unseenYet)
        : words(t.askingTitle, t.asking, t.unheardYet);
    case "attaching":
      return step.reloaded ? words(t.backTitle, t.back, "") : words(t.momentTitle, t.requesting, "");
    case "contact":
      return contactWords(state, step, t);
    case "requesting":
      return words(t.momentTitle, t.requesting, "");
    default:
      return words(t.momentTitle, "", "");
  }
}

/** What is said at once, whatever is being read: somebody answers. */
export function waitAlert(before: Step, now: Step, t: WaitTexts): string | null {
  const was = before.name === "contact" ? before.contact.phase : null;
  if (now.name !== "contact" || now.contact.phase !== "connecting" || was === "connecting") return null;
  return now.contact.agentName ? t.answered(now.contact.agentName) : t.adviserHere;
}

/** Likewise: something went wrong, and they wait again. */
export function setbackAlert(before: Step, now: Step, t: WaitTexts): string | null {
  if (now.name !== "contact" || before.name !== "contact" || before.setback !== null) return null;
  return setbackNote(now, t);
}

/** The agent's name, or what stands for it at the beginning of a sentence. */
export function nameOf(contact: CallerContact, t: WaitTexts): string {
  return contact.agentName ?? t.otherSide;
}

/** Why a contact that had an agent waits again; null for one that simply waits. */
export function setbackNote({ setback }: Step & { name: "contact" }, t: WaitTexts): string | null {
  if (setback === null) return null;
  const what = {
    setup: t.setbackSetup,
    agent: t.setbackAgent,
    transfer: t.handedOn,
    unknown: t.setbackUnknown,
  }[setback];
  return `${what} ${t.frontAgain}`;
}

/** What is wrong with the camera of a call that goes on; empty when nothing is. */
export function deviceNote(state: CallerState, t: WaitTexts): string {
  return state.local.cameraTrouble ? t.voiceOnly : "";
}

/** How long it will probably take, and whether that is more than was said; empty while nobody knows. */
export function waitNote({ expectedWait }: CallerContact, t: WaitTexts): string {
  if (!expectedWait) return "";
  const { lowMinutes, highMinutes, longer } = expectedWait;
  const range = lowMinutes < highMinutes ? t.waitBetween(lowMinutes, highMinutes) : t.waitUpTo(highMinutes);
  return longer ? `${t.waitLonger} ${range}` : range;
}

function contactWords(state: CallerState, { contact }: Step & { name: "contact" }, t: WaitTexts): Words {
  const away = state.line === "away";
  switch (contact.phase) {
    case "queued":
    case "offered": {
      if (away) return words(t.queueTitle, t.awayInQueue, t.awayInQueueMore, "ring");
      if (contact.phase === "offered") return words(t.soonTitle, t.soon, t.soonMore, "ring");
      const main = contact.position === null ? t.inLine : t.position(contact.position);
      return words(t.queueTitle, main, `${waitNote(contact, t)} ${t.keepReading}`.trim());
    }
    case "connecting":
    case "talking":
    case "ended": {
      const title = contact.agentName ? t.connectingTitle(contact.agentName) : t.adviserHere;
      return words(title, t.connecting, away ? t.awayInTalkMore : "", "ring");
    }
  }
}

/** Put words together. */
export function words(title: string, main: string, more: string, tone: Words["tone"] = "calm"): Words {
  return { title, main, more, tone };
}
