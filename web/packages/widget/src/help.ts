/**
 * The part of the panel for whatever does not go the straight way: a browser that gives no
 * microphone, a group that lets nobody in, questions while waiting, forms, and the end.
 */
import type { Caller, Left, RefusedBecause, Step } from "@zuruf/call";
import {
  type Availability,
  type CallerQuestion,
  type GroupAvailability,
  type Opening,
  type Openings,
  RestProblem,
  rest,
} from "@zuruf/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { type CallbackWish, defineForms, type MessageLeft } from "./help.forms";
import { helpStyles } from "./help.styles";
import { helpAlert, helpWords, policyNote, questionWords } from "./help.words";
import { Panel, type PanelOptions, viewOf } from "./panel";
import { type Words, words } from "./panel.words";

export class Help {
  static readonly styles = [helpStyles];

  /** The visitor who waits is asked for an address: by their own wish, or having said yes to the question. */
  #chooses: "wish" | "question" | null = null;
  /** Something was chosen and is not answered yet. */
  #sends = false;
  /** What was chosen last did not work. */
  #failed = false;
  #openings: readonly Opening[] = [];
  /** The group that is offered instead. */
  #other: GroupAvailability | null = null;
  /** Which group's openings, and which other group, were asked for. */
  #looked = "";

  constructor(private readonly panel: Panel) {
    defineForms();
    this.#lookFor(panel.state.step);
  }

  words(): Words {
    if (this.panel.asks) return words(this.panel.t.termsTitle, "", "");
    return helpWords(this.panel.state.step, this.panel.t);
  }

  alert(before: Step, now: Step): string | null {
    return helpAlert(before, now, this.panel.t);
  }

  /** The newest step. */
  follow(step: Step, isNews: boolean): void {
    const answered = step.name === "contact" && !step.contact.question && this.#chooses === "question";
    if (isNews || answered) {
      this.#chooses = null;
      this.#failed = false;
      this.#sends = false;
    }
    this.#lookFor(step);
  }

  /** Ask for an address. */
  choose(why: "wish" | "question"): void {
    this.#failed = false;
    this.#chooses = why;
    this.panel.requestUpdate();
    void this.panel.updateComplete.then(() =>
      this.panel.renderRoot.querySelector<HTMLElement>("zuruf-callback-form")?.focus(),
    );
  }

  /** The form of who waits and would rather be called back; null unless it is open. */
  chosen(): TemplateResult | null {
    if (this.#chooses === null || viewOf(this.panel.state.step) !== "queue") return null;
    return this.#callbackForm(this.#chooses === "wish");
  }

  /** What somebody who waits is asked, in place of their own picture. */
  question(): TemplateResult | null {
    return viewOf(this.panel.state.step) === "queue" ? this.asked() : null;
  }

  /** What is asked, calmly, while what was goes on; null if nothing is. */
  asked(): TemplateResult | null {
    const { step } = this.panel.state;
    const question = step.name === "contact" ? step.contact.question : null;
    if (!question) return null;
    const { title, more, yes, no } = questionWords(question, this.panel.t);
    const { kind, groupId } = question;
    return html`
      <div class="ask" role="dialog" aria-labelledby="question">
        <h3 id="question">${title}</h3>
        ${more ? html`<p class="more">${more}</p>` : nothing}
        <div class="row">
          ${this.panel.button(yes, "primary", () =>
            kind === "callback" ? this.choose("question") : void this.#answer(kind, groupId, true, null),
          )}
          ${this.panel.button(no, "", () => void this.#answer(kind, groupId, false, null))}
        </div>
      </div>
      ${this.#failure()}
    `;
  }

  /** What a visitor may do who is not let in, or said that they would rather leave a message. */
  instead(): TemplateResult | typeof nothing {
    const { panel } = this;
    const { t } = panel;
    const { step } = panel.state;
    if (panel.asks) return this.#terms();
    if (step.name === "ended" && step.reason === "chose_message") return this.#messageForm();
    if (step.name === "leaving")
      return step.what === "message" ? this.#messageForm() : this.#callbackForm(true);
    if (step.name !== "refused") return nothing;
    switch (offered(step.because)) {
      case "message":
        return this.#messageForm();
      case "callback":
        return this.#callbackForm(true);
      case "group": {
        const other = this.#other;
        if (!other) return nothing;
        return html`
          <div class="ask">
            <p>${t.otherGroup(other.name)}</p>
            <p class="more">${policyNote(other.policy, t)}</p>
            ${panel.button(t.callOther(other.name), "primary big", () => {
              panel.caller?.turnTo(other.id);
              panel.start(step.channel);
            })}
          </div>
        `;
      }
      case null:
        return nothing;
    }
  }

  /** The buttons of the steps that are ours, and of an open form; null for others. */
  foot(): TemplateResult | null {
    const { panel } = this;
    const { t } = panel;
    const { step } = panel.state;
    const close = (looks: string, label = t.close) => panel.button(label, looks, () => panel.close());
    if (panel.asks) {
      const channel = panel.asks;
      const goOn = () => {
        Panel.agreed = true;
        panel.start(channel);
      };
      return html`${panel.button(t.continue, "primary big", goOn)} ${close("quiet", t.cancel)}`;
    }
    switch (step.name) {
      case "blocked":
        return html`${this.#again(t.tryAgain, step)} ${close("quiet", t.cancel)}`;
      case "leaving":
        return html``;
      case "left":
        return close("primary big");
      case "refused":
        if (offered(step.because) !== null) return close("quiet");
        return html`${this.#again(t.tryAgain, step)} ${close("quiet")}`;
      case "superseded":
        return html`
          ${panel.button(t.continueHere, "primary big", () => panel.caller?.takeOver())} ${close("quiet")}
        `;
      case "ended":
        if (step.reason === "chose_message") return close("quiet");
        return html`${this.#again(t.callAgain, step)} ${close("quiet")}`;
      case "contact":
        if (this.#chooses === null || viewOf(step) !== "queue") return null;
        return panel.button(t.waitOn, "quiet", () => {
          this.#chooses = null;
          panel.requestUpdate();
        });
      default:
        return null;
    }
  }

  /** What the site wants read before the first call. */
  #terms(): TemplateResult {
    const { options, t } = this.panel;
    return html`
      <p class="terms">${options?.terms}</p>
      ${
        options?.privacyUrl
          ? html`<a href=${options.privacyUrl} target="_blank" rel="noopener">${t.privacy}</a>`
          : nothing
      }
    `;
  }

  #again(label: string, { channel }: Step & { name: "blocked" | "refused" | "ended" }): TemplateResult {
    return this.panel.button(label, "primary big", () => this.panel.start(channel));
  }

  #messageForm(): TemplateResult {
    const { panel } = this;
    return html`<zuruf-message-form
      .language=${panel.language}
      ?busy=${panel.state.step.name === "leaving"}
      @send=${({ detail }: CustomEvent<MessageLeft>) => {
        panel.takeFocus();
        void panel.caller?.leaveMessage(detail);
      }}
    ></zuruf-message-form>`;
  }

  #callbackForm(dated: boolean): TemplateResult {
    const { panel } = this;
    return html`
      <zuruf-callback-form
        .language=${panel.language}
        .openings=${dated ? this.#openings : []}
        ?busy=${this.#sends || panel.state.step.name === "leaving"}
        @send=${({ detail }: CustomEvent<CallbackWish>) => void this.#wish(detail)}
      ></zuruf-callback-form>
      ${this.#failure()}
    `;
  }

  #failure(): TemplateResult | typeof nothing {
    return this.#failed ? html`<div role="alert">${this.panel.notice(this.panel.t.failed)}</div>` : nothing;
  }

  async #wish({ address, at }: CallbackWish): Promise<void> {
    const { panel } = this;
    panel.takeFocus();
    if (panel.state.step.name !== "contact") {
      await panel.caller?.askForCallback(address, at);
    } else if (this.#chooses === "question") {
      await this.#answer("callback", null, true, address);
    } else {
      await this.#send({ type: "callback.choose", address, at });
    }
  }

  async #answer(
    asked: CallerQuestion["kind"],
    groupId: string | null,
    accepted: boolean,
    address: string | null,
  ): Promise<void> {
    await this.#send({ type: "question.answer", asked, groupId, accepted, address });
  }

  async #send(request: Parameters<Caller["choose"]>[0]): Promise<void> {
    const { panel } = this;
    if (this.#sends) return;
    this.#sends = true;
    this.#failed = false;
    panel.requestUpdate();
    const done = await panel.caller?.choose(request);
    this.#sends = false;
    this.#failed = done === false && panel.state.step.name === "contact";
    panel.requestUpdate();
  }

  /** Ask for what the forms need, once for each step that needs it. */
  #lookFor(step: Step): void {
    const { options } = this.panel;
    const wants = wantedOf(step);
    if (wants === this.#looked || !options) return;
    this.#looked = wants;
    this.#openings = [];
    this.#other = null;
    if (wants) void this.#look(step, wants, options);
  }

  async #look(step: Step, wants: string, { server, site, group, language }: PanelOptions): Promise<void> {
    const path = `sites/${encodeURIComponent(site)}`;
    const offer = step.name === "refused" ? offered(step.because) : null;
    try {
      if (step.name === "refused" && offer === "group") {
        const { groups } = await rest<Availability>(server, `${path}/availability?lang=${language}`, {
          language,
        });
        const other = groups.find(({ id }) => id === step.because.answer?.group) ?? null;
        if (wants === this.#looked) this.#other = other;
      } else {
        const asked = step.name === "contact" ? step.contact.groupId : group;
        const found = await rest<Openings>(server, `${path}/groups/${encodeURIComponent(asked)}/openings`, {
          language,
        });
        if (wants === this.#looked) this.#openings = found.spans;
      }
      this.panel.requestUpdate();
    } catch (problem) {
      // Without a date there is still the callback as soon as it is their turn.
      if (!(problem instanceof RestProblem)) throw problem;
    }
  }
}

/** What is offered instead, if anything is. */
function offered({ answer }: RefusedBecause): Left | "group" | null {
  return answer && answer.kind !== "refuse" ? answer.kind : null;
}

/** What of the server a step needs to know, as a key; empty for nothing. */
function wantedOf(step: Step): string {
  if (step.name === "refused") {
    const offer = offered(step.because);
    return offer === "group" ? `group ${step.because.answer?.group}` : offer === "callback" ? "openings" : "";
  }
  if (step.name === "leaving") return step.what === "callback" ? "openings" : "";
  const mayLeave = step.name === "contact" && step.contact.canBeCalledBack;
  return mayLeave ? `openings ${step.contact.groupId}` : "";
}
