/** What is said during a talk. Pure, as all of the panel's words. */
import type { CallerState, Step } from "@zuruf/call";
import type { CallerContact } from "@zuruf/protocol";
import { nameOf, type Words, words } from "./panel.words";
import type { PanelTexts } from "./parts";

/**
 * The words of a talk.
 *
 * @param soundBlocked - The browser does not play the other end without another press.
 */
export function talkWords(
  state: CallerState,
  step: Step & { name: "contact" },
  t: PanelTexts,
  soundBlocked: boolean,
): Words {
  const [main, more] = talkTrouble(state, step, t, soundBlocked);
  return words(talkingTo(step.contact, t), main, more, main ? "ring" : "calm");
}

/** What is said at once, whatever is being read: who is there, who has gone, and hold. */
export function talkAlert(before: Step, now: Step, t: PanelTexts): string | null {
  if (now.name !== "contact" || now.contact.phase !== "talking" || before.name !== "contact") return null;
  if (before.contact.phase !== "talking") return talkingTo(now.contact, t);
  const { held, guestName, agentName } = before.contact;
  if (now.contact.held !== held) return now.contact.held ? t.held : talkingTo(now.contact, t);
  if (now.contact.guestName && !guestName) return t.joins(now.contact.guestName);
  if (guestName && !now.contact.guestName && now.contact.agentName === agentName) return t.hasLeft(guestName);
  return now.contact.agentName === agentName ? null : talkingTo(now.contact, t);
}

function talkingTo(contact: CallerContact, t: PanelTexts): string {
  const name = contact.agentName ?? t.adviser;
  return contact.guestName && !contact.held ? t.talkingBoth(name, contact.guestName) : t.talking(name);
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
