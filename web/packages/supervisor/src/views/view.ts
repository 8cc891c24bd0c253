/** What all parts of the board have: the state to show, the words for it, and whom to tell of a press. */
import type { ServerClock } from "@zuruf/ui";
import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Control } from "../control";
import type { State } from "../state";
import type { BoardTexts } from "../texts";

/** Everything that can be pressed. */
export type Actions = Omit<Control, "state" | "follow" | "start" | "woke" | "clock">;

export abstract class View extends LitElement {
  @property({ attribute: false }) state!: State;
  @property({ attribute: false }) texts!: BoardTexts;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) actions!: Actions;
}
