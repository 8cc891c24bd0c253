/** What is said where it does not go the straight way. Pure, as all of the panel's words. */
import type { MediaTrouble, Step } from "@zuruf/call";
import type { CallerQuestion, MediaPolicy } from "@zuruf/protocol";
import { type Words, words } from "./panel.words";
import type { PanelTexts } from "./parts";

/** The words of a step that is no wait and no talk. */
export function helpWords(step: Step, t: PanelTexts): Words {
  switch (step.name) {
    case "blocked":
      return troubleWords(step.trouble, t);
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
    default:
      return words("", "", "");
  }
}

/** What is said at once, whatever is being read: a question, and the end. */
export function helpAlert(before: Step, now: Step, t: PanelTexts): string | null {
  if (now.name === "contact") {
    const asked = before.name === "contact" ? before.contact.question : null;
    return now.contact.question && !asked ? questionWords(now.contact.question, t).title : null;
  }
  return now.name === "ended" && before.name !== "ended" ? endedWords(now.reason, t).title : null;
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
