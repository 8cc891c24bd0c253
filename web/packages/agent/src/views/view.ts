/**
 * What all views of the desk have: the state to show, the words for it, and whom to tell of
 * a press. Views have no socket and no microphone.
 */

import type { Presence } from "@zuruf/protocol";
import type { Language, ServerClock } from "@zuruf/ui";
import { base, buttons, chips } from "@zuruf/ui";
import { type CSSResultGroup, LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Check, CheckState } from "../check";
import type { Kind } from "../devices";
import type { State } from "../state";
import type { DeskTexts } from "../texts";

/** An agent, a group, or whoever has a skill. */
export interface Whom {
  readonly agentId?: string;
  readonly groupId?: string;
  readonly skill?: { readonly id: string; readonly level: number };
}

/** Everything that can be pressed. */
export interface Actions {
  signIn(userName: string, password: string): void;
  signOut(): void;
  choose(presence: Presence, reason?: string): void;
  accept(): void;
  decline(busy?: boolean): void;
  hangUp(): void;
  lookForTargets(): void;
  forgetTargets(): void;
  transfer(to: Whom): void;
  hold(on: boolean): void;
  consult(whom: Whom): void;
  endConsultation(): void;
  confer(): void;
  handOver(): void;
  finishWrapUp(code?: string): void;
  mute(on: boolean): void;
  camera(on: boolean): void;
  tryMicrophone(): void;
  useThisTab(): void;
  reconnect(): void;
  speak(language: Language): void;
  startWithCamera(on: boolean): void;
  testRing(): void;
  ringThrough(speaker: string): void;
  use(kind: Kind, id: string): void;
  readDay(): void;
  check(onChange: (state: CheckState) => void): Check;
  allowNotices(): void;
  dismiss(): void;
}

export abstract class View extends LitElement {
  static override styles: CSSResultGroup = [base, buttons, chips];

  @property({ attribute: false }) state!: State;
  @property({ attribute: false }) texts!: DeskTexts;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) actions!: Actions;
}

/** The element that has the focus, through all shadow roots. */
export function focused(): Element | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** Whether keys pressed now are meant for this element as text. */
export function takesText(element: Element | null): boolean {
  if (element instanceof HTMLTextAreaElement) return true;
  if (element instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(element.type);
  return element instanceof HTMLElement && element.isContentEditable;
}

/** Whether this element does something of its own with *Enter*. */
export function takesEnter(element: Element | null): boolean {
  return takesText(element) || (element?.matches("button, a, select, summary, input") ?? false);
}
