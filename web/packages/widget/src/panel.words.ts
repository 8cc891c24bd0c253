/** What the panel says in each state. Pure, so that every state has words and a test. */
import type { CallerState, MediaTrouble, Step } from "@zuruf/call";
import type { CallerContact, CallerQuestion, MediaPolicy } from "@zuruf/protocol";
import type { PanelTexts } from "./panel.texts";

/** A heading, the sentence that answers the question of the moment, and one that goes on from it. */
export interface Words {
  readonly title: string;
  readonly main: string;
  readonly more: string;
  /** What kind of news it is; never told by colour alone. */
  readonly tone: "calm" | "ring" | "bad";
}

/**
 * The words of a state.
 *
 * @param soundBlocked - The browser does not play the other end without another press.
 */
export function wordsOf(state: CallerState, t: PanelTexts, soundBlocked: boolean): Words {
  const { step } = state;
  switch (step.name) {
    case "start":
      return words("", "", "");
    case "asking":
      return step.channel === "video"
        ? words(t.askingVideoTitle, t.askingVideo, t.unseenYet)
        : words(t.askingTitle, t.asking, t.unheardYet);
    case "blocked":
      return troubleWords(step.trouble, t);
    case "requesting":
      return words(t.momentTitle, t.requesting, "");
    case "attaching":
      return step.reloaded ? words(t.backTitle, t.back, "") : words(t.momentTitle, t.requesting, "");
    case "contact":
      return contactWords(state, step, t, soundBlocked);
    case "ended":
      return endedWords(step.reason, t);
    case "superseded":
      return words(t.supersededTitle, t.superseded, "");
    case "leaving":
      return step.what === "message"
        ? words(t.messageTitle, t.sending, "")
        : words(t.callbackTitle, t.sending, "");
    case "left":
      return step.what === "message"
        ? words(t.messageSentTitle, t.messageSent, "")
        : words(t.callbackSetTitle, t.callbackSet, t.callbackSetMore);
    case "refused": {
      const [title, main] = refusedWords(step.because.code, t);
      const { answer, detail, notice } = step.because;
      const instead = insteadSentence(answer?.kind ?? "refuse", t);
      // What the site says of itself comes first; what can be done about it is said last.
      return words(
        title,
        notice ?? (instead || (detail ?? main)),
        notice ? instead : "",
        instead ? "calm" : "bad",
      );
    }
  }
}

/** What is said at once, whatever is being read: an answer, a setback, the end. */
export function alertOf(before: Step, now: Step, t: PanelTexts): string | null {
  if (now.name === "contact") {
    const [was, is] = [before.name === "contact" ? before.contact.phase : null, now.contact.phase];
    if (is === "connecting" && was !== "connecting")
      return now.contact.agentName ? t.answered(now.contact.agentName) : t.adviserHere;
    if (is === "talking" && was !== null && was !== "talking") return talkingTo(now.contact, t);
    if (is === "talking" && before.name === "contact") {
      const { held, guestName, agentName } = before.contact;
      if (now.contact.held !== held) return now.contact.held ? t.held : talkingTo(now.contact, t);
      if (now.contact.guestName && !guestName) return t.joins(now.contact.guestName);
      if (guestName && !now.contact.guestName && now.contact.agentName === agentName)
        return t.hasLeft(guestName);
      if (now.contact.agentName !== agentName) return talkingTo(now.contact, t);
    }
    const asked = before.name === "contact" ? before.contact.question : null;
    if (now.contact.question && !asked) return questionWords(now.contact.question, t).title;
    return before.name === "contact" && before.setback === null ? setbackNote(now, t) : null;
  }
  if (now.name === "ended" && before.name !== "ended") return endedWords(now.reason, t).title;
  return null;
}

/** The agent's name, or what stands for it at the beginning of a sentence. */
export function nameOf(contact: CallerContact, t: PanelTexts): string {
  return contact.agentName ?? t.otherSide;
}

function talkingTo(contact: CallerContact, t: PanelTexts): string {
  const name = contact.agentName ?? t.adviser;
  return contact.guestName && !contact.held ? t.talkingBoth(name, contact.guestName) : t.talking(name);
}

/** Why a contact that had an agent waits again; null for one that simply waits. */
export function setbackNote({ setback }: Step & { name: "contact" }, t: PanelTexts): string | null {
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
export function deviceNote(state: CallerState, t: PanelTexts): string {
  return state.local.cameraTrouble ? t.voiceOnly : "";
}

/** How long it will probably take, and whether that is more than was said; empty while nobody knows. */
export function waitNote({ expectedWait }: CallerContact, t: PanelTexts): string {
  if (!expectedWait) return "";
  const { lowMinutes, highMinutes, longer } = expectedWait;
  const range = lowMinutes < highMinutes ? t.waitBetween(lowMinutes, highMinutes) : t.waitUpTo(highMinutes);
  return longer ? `${t.waitLonger} ${range}` : range;
}

function contactWords(
  state: CallerState,
  step: Step & { name: "contact" },
  t: PanelTexts,
  soundBlocked: boolean,
): Words {
  const { contact } = step;
  const away = state.line === "away";
  switch (contact.phase) {
    case "queued":
    case "offered": {
      if (away) return words(t.queueTitle, t.awayInQueue, t.awayInQueueMore, "ring");
      if (contact.phase === "offered") return words(t.soonTitle, t.soon, t.soonMore, "ring");
      const main = contact.position === null ? t.inLine : t.position(contact.position);
      return words(t.queueTitle, main, `${waitNote(contact, t)} ${t.keepReading}`.trim());
    }
    case "connecting": {
      const title = contact.agentName ? t.connectingTitle(contact.agentName) : t.adviserHere;
      return words(title, t.connecting, away ? t.awayInTalkMore : "", "ring");
    }
    case "talking":
    case "ended": {
      const [main, more] = talkTrouble(state, step, t, soundBlocked);
      return words(talkingTo(contact, t), main, more, main ? "ring" : "calm");
    }
  }
}

function talkTrouble(
  state: CallerState,
  { contact, peer, second }: Step & { name: "contact" },
  t: PanelTexts,
  soundBlocked: boolean,
): [string, string] {
  if (state.trouble) return [t.needsPress, ""];
  if (state.local.microphone === "lost") return [t.microphoneLost, t.microphoneLostMore];
  if (soundBlocked) return [t.soundBlocked, t.soundBlockedMore];
  if (contact.held) return [second === null ? t.held : t.joins(contact.guestName ?? t.otherSide), ""];
  if (state.media.link === "failed") return [t.blocked, t.blockedMore];
  if (peer && !peer.present) return [t.peerAway(nameOf(contact, t)), t.peerAwayMore];
  if (state.media.link === "interrupted") return [t.disturbed, t.disturbedMore];
  if (state.media.link !== "connected") return [t.back, ""];
  if (state.line === "away") return [t.awayInTalk, t.awayInTalkMore];
  return [state.local.microphone === "muted" ? t.mutedSelf : "", ""];
}

function endedWords(reason: (Step & { name: "ended" })["reason"], t: PanelTexts): Words {
  switch (reason) {
    case "abandoned":
      return words(t.leftTitle, t.left, "");
    case "caller_hung_up":
      return words(t.endedTitle, t.youHungUp, "");
    case "agent_hung_up":
      return words(t.endedTitle, t.theyHungUp, "");
    case "caller_lost":
      return words(t.endedTitle, t.callerLost, "", "bad");
    case "setup_failed":
      return words(t.setupFailedTitle, t.setupFailed, "", "bad");
    case "group_gone":
      return words(t.endedTitle, t.groupGone, "", "bad");
    case "too_long":
      return words(t.endedTitle, t.tooLong, "", "bad");
    case "closed":
      return words(t.endedTitle, t.closedMeanwhile, "", "bad");
    case "chose_message":
      return words(t.leftTitle, t.choseMessage, "");
    case "callback_cancelled":
      return words(t.callbackOverTitle, t.callbackCancelled, "");
    case "callback_missed":
      return words(t.callbackOverTitle, t.callbackMissed, "", "bad");
    case "supervisor":
      return words(t.endedTitle, t.endedForYou, "", "bad");
    case "expired":
      return words(t.endedTitle, t.expired, "", "bad");
  }
}

/** What the caller is asked while they wait, and the two answers. */
export function questionWords(
  question: CallerQuestion,
  t: PanelTexts,
): { readonly title: string; readonly more: string; readonly yes: string; readonly no: string } {
  const why =
    question.reason === "closed"
      ? t.askedClosed
      : question.reason === "transferred"
        ? t.askedTransfer
        : t.askedLong;
  // Where a no ends it, it is not called waiting.
  const no = question.until === null && question.reason !== "transferred" ? t.waitOn : t.noThanks;
  switch (question.kind) {
    case "group": {
      const note = question.policy ? policyNote(question.policy, t) : "";
      return {
        title: t.askGroup(question.groupName),
        more: [why, note].filter(Boolean).join(" "),
        yes: t.yesChange,
        no,
      };
    }
    case "message":
      return { title: t.askMessage, more: why, yes: t.yesMessage, no };
    case "callback":
      return { title: t.askCallback, more: why, yes: t.yesCallback, no };
  }
}

/** What a media policy means for who talks; nothing to say of the usual one. */
export function policyNote(policy: MediaPolicy, t: PanelTexts): string {
  return { direct: "", relay: t.policyRelay, record: t.policyRecord }[policy];
}

function insteadSentence(kind: "refuse" | "group" | "message" | "callback", t: PanelTexts): string {
  return { refuse: "", group: "", message: t.insteadMessage, callback: t.insteadCallback }[kind];
}

function troubleWords(trouble: MediaTrouble, t: PanelTexts): Words {
  switch (trouble) {
    case "denied":
      return words(t.deniedTitle, t.denied, "", "bad");
    case "missing":
      return words(t.missingTitle, t.missing, "", "bad");
    case "in_use":
      return words(t.inUseTitle, t.inUse, "", "bad");
    case "insecure":
      return words(t.insecureTitle, t.insecure, "", "bad");
    case "unsupported":
      return words(t.unsupportedTitle, t.unsupported, "", "bad");
  }
}

function refusedWords(code: string, t: PanelTexts): [string, string] {
  switch (code) {
    case "group_closed":
      return [t.closedTitle, t.closed];
    case "group_empty":
    case "group_understaffed":
      return [t.emptyTitle, t.empty];
    case "group_full":
      return [t.fullTitle, t.full];
    case "too_many_open":
      return [t.openTitle, t.open];
    case "too_many_requests":
      return [t.tooManyTitle, t.tooMany];
    case "busy":
      return [t.pausedTitle, t.paused];
    case "wrong_origin":
      return [t.originTitle, t.origin];
    case "site_unknown":
    case "group_unknown":
      return [t.unknownTitle, t.unknown];
    case "channel_unavailable":
      return [t.channelTitle, t.channel];
    case "unreachable":
      return [t.unreachableTitle, t.unreachable];
    default:
      return [t.failedTitle, t.failed];
  }
}

function words(title: string, main: string, more: string, tone: Words["tone"] = "calm"): Words {
  return { title, main, more, tone };
}
