/** The call itself: devices, the connection between two browsers, and the caller's side of a contact. */
export { Caller, type CallerOptions, type ChooseRequest, CONTACT_KEY } from "./caller";
export {
  announcedAfter,
  type CallerState,
  hasContact,
  type Left,
  type RefusedBecause,
  type Setback,
  START,
  type Step,
} from "./caller.state";
export { CAPABILITIES } from "./capabilities";
export type { Assignment, Line } from "./leg";
export { type Beside, Legs, type LegsOptions } from "./legs";
export type { LinkState, PeerFactory, Sends } from "./link";
export {
  type Devices,
  type Input,
  LocalMedia,
  type LocalState,
  MediaProblem,
  type MediaTrouble,
} from "./local";
export { type MediaState, NO_MEDIA } from "./media-state";
export { browserPeers } from "./peers";
export { HoldTone } from "./tone";
