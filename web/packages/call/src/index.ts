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
export { type Assignment, type Line, type MediaState, NO_MEDIA } from "./leg";
export { type Beside, CAPABILITIES, Legs, type LegsOptions } from "./legs";
export { browserPeers, type LinkState, type PeerFactory, type Sends } from "./link";
export {
  type Devices,
  type Input,
  LocalMedia,
  type LocalState,
  MediaProblem,
  type MediaTrouble,
} from "./local";
export { HoldTone } from "./tone";
