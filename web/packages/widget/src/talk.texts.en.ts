/** What is said of a talk, in English. */
import type { Catalogue } from "@zuruf/ui";

export const texts = {
  adviser: "your adviser",
  talking: (name: string) => `You are talking to ${name}`,
  talkingBoth: (one: string, other: string) => `You are talking to ${one} and ${other}`,
  held: "You are on hold",
  heldMore: "It goes on in a moment. Nobody hears or sees you meanwhile.",
  toneOff: "Turn the tone off",
  toneOn: "Turn the tone on",
  joins: (name: string) => `${name} joins the call`,
  hasLeft: (name: string) => `${name} has left the call`,
  cameraIsOff: (name: string) => `${name}'s camera is off`,
  voiceCall: "Voice call",
  microphoneIsOff: (name: string) => `${name} is muted`,
  mutedSelf: "You are muted, nobody can hear you",
  codeLabel: "Check code",
  codeMeaning: "If your adviser sees the same code, nobody is listening in.",
  awayInTalk: "Your call goes on",
  disturbed: "The connection is interrupted",
  disturbedMore: "Please stay on the line, we are restoring it.",
  blocked: "Sound and picture cannot get through",
  blockedMore: "A network is blocking the call. Please hang up and call from a different one.",
  peerAway: (name: string) => `${name} is away for a moment`,
  peerAwayMore: "Please stay on the line.",
  microphoneLost: "Your microphone has been disconnected",
  microphoneLostMore: "Plug it back in, then press “Continue”.",
  soundBlocked: "Your browser is holding the sound back",
  soundBlockedMore: "Press “Continue” to hear your adviser.",
} as const;

export type TalkTexts = Catalogue<typeof texts>;
