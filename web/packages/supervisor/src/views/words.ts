/** From what is known to what is said of it. */
import type { Doing, SignInTrouble, SupervisedContact } from "@zuruf/protocol";
import type { BoardTexts } from "../texts";

/** How a state looks: the class of its chip. */
export type Tone = "ready" | "ring" | "away" | "end" | "still" | "";

export function doingWords(doing: Doing, texts: BoardTexts): { readonly word: string; readonly tone: Tone } {
  const words: Record<Doing, readonly [string, Tone]> = {
    signed_out: [texts.doesSignedOut, "still"],
    offline: [texts.doesOffline, "still"],
    ready: [texts.doesReady, "ready"],
    ringing: [texts.doesRing, "ring"],
    connecting: [texts.doesConnect, ""],
    talking: [texts.doesTalk, ""],
    held: [texts.doesHold, ""],
    wrap_up: [texts.doesWrapUp, "ring"],
    break: [texts.doesBreak, "away"],
    other_work: [texts.doesOtherWork, "away"],
    elsewhere: [texts.isElsewhere, "away"],
    left_alone: [texts.isLeftAlone, "still"],
    not_responding: [texts.doesNotRespond, "end"],
    lost: [texts.isLost, "end"],
  };
  const [word, tone] = words[doing];
  return { word, tone };
}

export function phaseWords(
  contact: SupervisedContact,
  texts: BoardTexts,
): { readonly word: string; readonly tone: Tone } {
  switch (contact.phase) {
    case "queued":
      if (contact.isCallback) return { word: texts.callback, tone: "still" };
      // Nobody is expected at the other end of a message.
      if (!contact.callerPresent && contact.channel !== "message")
        return { word: texts.callerAway, tone: "still" };
      return { word: texts.queued, tone: "ring" };
    case "offered":
      return { word: texts.ringing, tone: "ring" };
    case "connecting":
      return { word: texts.contactConnecting, tone: "" };
    case "talking":
      return { word: contact.held ? texts.contactHeld : texts.contactTalking, tone: "" };
  }
}

export function channelWord(contact: SupervisedContact, texts: BoardTexts): string {
  return { voice: texts.voice, video: texts.video, chat: texts.chat, message: texts.message }[
    contact.channel
  ];
}

export function signInSentence(trouble: SignInTrouble, texts: BoardTexts): string {
  if (trouble.kind === "said") return trouble.sentence;
  return {
    expired: texts.expired,
    signed_out: texts.signedOut,
    unreachable: texts.unreachable,
    not_for_you: texts.notASupervisor,
    wrong_origin: texts.wrongOrigin,
  }[trouble.kind];
}

/** What is wrong with sending notices, and what to do about it. */
export function noticesFail(code: string, texts: BoardTexts): string {
  if (code === "recipient_refused") return texts.noticesRecipient;
  return code === "unreachable" ? texts.noticesUnreachable : texts.noticesSetUp(code);
}
