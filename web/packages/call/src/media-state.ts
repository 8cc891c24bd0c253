/** What is known of a connection's media. Apart from what makes it: who waits has none. */
import type { LinkState, Sends } from "./link";

export interface MediaState {
  /** `none`: nobody is assigned, or our own devices are not open yet. */
  readonly link: LinkState | "none";
  /** Sound and picture of the other end; a new object for each new link. */
  readonly remote: MediaStream | null;
  readonly sound: MediaStream | null;
  readonly sends: Sends | null;
  readonly code: string | null;
  readonly relayed: boolean | null;
}

export const NO_MEDIA: MediaState = {
  link: "none",
  remote: null,
  sound: null,
  sends: null,
  code: null,
  relayed: null,
};
