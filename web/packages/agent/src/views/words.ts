/** From what is known to what is said of it. */
import type { MediaTrouble } from "@zuruf/call";
import type { AgentContact, ConsultationEnd, SignInTrouble } from "@zuruf/protocol";
import { type Language, languageName } from "@zuruf/ui";
import type { MicrophoneTrouble, Notice, Quality, Reception } from "../state";
import type { DeskTexts } from "../texts";

/** Who is calling, by the best name there is. */
export function whoCalls(contact: AgentContact, texts: DeskTexts): string {
  if (contact.name) return contact.name;
  return contact.pageTitle ? texts.visitorFrom(contact.pageTitle) : texts.visitor;
}

/** How long they have waited, or since when they want to be called back. */
export function waitWords(contact: AgentContact, time: string, texts: DeskTexts): string {
  return contact.isCallback || contact.channel === "message" ? texts.askedBefore(time) : texts.waiting(time);
}

/** One or two letters for a face that is not there. */
export function initials(contact: AgentContact): string {
  const words = contact.name.split(/\s+/).filter(Boolean);
  const letters = [words.at(0), words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}

export function kindOfCall(contact: AgentContact, texts: DeskTexts): string {
  if (contact.channel === "message") return texts.message;
  if (contact.isCallback) return contact.channel === "video" ? texts.videoCallback : texts.voiceCallback;
  return contact.channel === "video" ? texts.videoCall : texts.voiceCall;
}

export function spokenLanguage(contact: AgentContact, language: Language, texts: DeskTexts): string {
  return contact.language ? languageName(contact.language, language) : texts.notStated;
}

/** A page's address as people say it: host and path, without scheme and query. */
export function shortAddress(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return pathname === "/" ? host : host + pathname;
  } catch {
    // Not an address; shown as it came.
    return url;
  }
}

export function becauseOf(why: Reception, texts: DeskTexts): string {
  switch (why) {
    case "yes":
      return texts.receives;
    case "ringing":
      return texts.itRings;
    case "in_call":
      return texts.inCall;
  }
  const reasons: Record<typeof why, string> = {
    opening: texts.becauseOpening,
    reconnecting: texts.becauseReconnecting,
    restarting: texts.becauseRestarting,
    superseded: texts.becauseSuperseded,
    wrap_up: texts.becauseWrapUp,
    not_responding: texts.becauseNotResponding,
    back_off: texts.becauseBackOff,
    offline: texts.becauseOffline,
    break: texts.becauseBreak,
    other_work: texts.becauseOtherWork,
    elsewhere: texts.becauseElsewhere,
    lost: texts.becauseLost,
  };
  return texts.noCalls(reasons[why]);
}

export function aboutMicrophone(trouble: MicrophoneTrouble, texts: DeskTexts): string {
  return {
    denied: texts.microphoneDenied,
    missing: texts.microphoneMissing,
    in_use: texts.microphoneInUse,
    insecure: texts.microphoneInsecure,
    unsupported: texts.microphoneUnsupported,
    lost: texts.microphoneLost,
  }[trouble];
}

export function aboutCamera(trouble: MediaTrouble, texts: DeskTexts): string {
  return {
    denied: texts.cameraDenied,
    missing: texts.cameraMissing,
    in_use: texts.cameraInUse,
    insecure: texts.cameraInsecure,
    unsupported: texts.cameraUnsupported,
  }[trouble];
}

export function newsOf(notice: Notice, texts: DeskTexts): string {
  return {
    offer_gone: texts.newsOfferGone,
    caller_left: texts.newsCallerLeft,
    caller_hung_up: texts.newsCallerHungUp,
    caller_lost: texts.newsCallerLost,
    setup_failed: texts.newsSetupFailed,
    taken_back: texts.newsTakenBack,
    colleague_done: texts.newsColleagueDone,
    question_gone: texts.newsQuestionGone,
    question_failed: texts.newsQuestionFailed,
    not_done: texts.newsNotDone,
  }[notice];
}

/** Whether a notice is about something that went wrong. */
export function isTrouble(notice: Notice): boolean {
  return !["offer_gone", "caller_left", "caller_hung_up", "colleague_done", "question_gone"].includes(notice);
}

export function signInSentence(trouble: SignInTrouble, texts: DeskTexts): string {
  if (trouble.kind === "said") return trouble.sentence;
  return {
    expired: texts.expired,
    signed_out: texts.signedOut,
    unreachable: texts.unreachable,
    not_for_you: texts.notAnAgent,
    wrong_origin: texts.wrongOrigin,
  }[trouble.kind];
}

/** How asking a colleague ended, if that is news to whoever asked. */
export function consultationNews(ended: ConsultationEnd | null, texts: DeskTexts): string | null {
  switch (ended) {
    case null:
    case "abandoned":
    case "caller_hung_up":
      return null;
    case "not_answered":
    case "group_gone":
      return texts.colleagueNotThere;
    case "agent_hung_up":
      return texts.colleagueHungUp;
    case "setup_failed":
      return texts.colleagueNotConnected;
    case "agent_lost":
    case "caller_lost":
      return texts.colleagueLost;
    case "supervisor":
      return texts.colleagueEnded;
  }
}

export function qualityWord(quality: Quality | null, texts: DeskTexts): string {
  if (quality === null) return texts.qualityUnknown;
  return { good: texts.qualityGood, fair: texts.qualityFair, poor: texts.qualityPoor }[quality];
}
