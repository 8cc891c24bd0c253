/** The call: the caller large, oneself small, and within reach what one does in a call. */
import type { AgentContact, Targets, TransferTarget } from "@zuruf/protocol";
import { asClock, base, buttons, EverySecond, fields, type IconName, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner, property, query } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { callerSeen, microphoneTrouble } from "../state";
import { View } from "./view";
import { aboutCamera, aboutMicrophone, initials, qualityWord, whoCalls } from "./words";

@customElement("zuruf-call")
export class CallStage extends View {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        min-height: 100%;
      }

      .stage {
        position: relative;
        display: grid;
        min-height: 420px;
        border-radius: 18px;
        overflow: hidden;
        background: #10191f;
        color: var(--z-on-veil);
      }

      .stage:focus {
        outline: none;
      }

      .stage > * {
        grid-area: 1 / 1;
      }

      .remote {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }

      .remote.blank {
        opacity: 0;
      }

      .nobody {
        place-self: center;
        display: grid;
        justify-items: center;
        gap: var(--z-3);
        padding: 96px var(--z-5) 160px;
        text-align: center;
      }

      .face {
        display: grid;
        place-items: center;
        width: 112px;
        height: 112px;
        border-radius: 50%;
        background: #26363f;
        color: #dbe6ec;
        font-size: 36px;
        font-weight: 600;
      }

      .face .icon {
        width: 52px;
        height: 52px;
      }

      .nobody p {
        color: #c3d0d8;
      }

      .over {
        position: absolute;
        inset: 14px 16px auto;
        display: grid;
        gap: var(--z-2);
      }

      .top {
        display: flex;
        gap: var(--z-2);
      }

      .tag {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-height: 30px;
        padding: 4px 10px;
        border-radius: 8px;
        flex: none;
        background: var(--z-veil);
        font-weight: 550;
      }

      .tag.name {
        flex: 0 1 auto;
        min-width: 60px;
      }

      .tag.name span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .tag .icon {
        width: 1rem;
        height: 1rem;
      }

      .grow {
        flex: 1;
      }

      .news {
        display: grid;
        justify-items: center;
        gap: var(--z-2);
      }

      .news .notice {
        max-width: 560px;
        box-shadow: var(--z-shadow);
        background: var(--z-raised);
        color: var(--z-ink);
      }

      .news .notice .button {
        margin: -2px 0;
        min-height: 32px;
        padding: 2px 12px;
        white-space: nowrap;
      }

      .own {
        position: absolute;
        right: 16px;
        bottom: 116px;
        width: clamp(120px, 22%, 190px);
        aspect-ratio: 16 / 10;
        border: 2px solid rgb(255 255 255 / 0.75);
        border-radius: 12px;
        background: #26363f;
        object-fit: cover;
        transform: scaleX(-1);
      }

      @media (max-width: 700px) {
        .top {
          flex-wrap: wrap;
        }

        .tag.name {
          max-width: 100%;
        }

        .grow {
          display: none;
        }
      }

      .bar {
        position: absolute;
        inset: auto 0 0;
        display: flex;
        justify-content: center;
        gap: var(--z-2);
        padding: 40px 16px 14px;
        background: linear-gradient(transparent, rgb(8 16 20 / 0.8) 45%);
      }

      .control {
        display: grid;
        justify-items: center;
        gap: 4px;
        min-width: 76px;
        padding: 4px;
        border: 0;
        border-radius: 12px;
        background: none;
        color: var(--z-on-veil);
        font: inherit;
        font-size: var(--z-t1);
        font-weight: 550;
        cursor: pointer;
      }

      .control:focus-visible {
        outline-color: #ffffff;
        outline-offset: 0;
      }

      .control:hover .round {
        background: rgb(255 255 255 / 0.3);
      }

      .control.off .round {
        background: #ffffff;
        color: #15212b;
      }

      .control.last:hover .round {
        background: #b3222f;
      }

      dialog {
        width: min(26rem, 90vw);
        max-height: 80vh;
        padding: var(--z-5);
        border: 1px solid var(--z-line);
        border-radius: 18px;
        background: var(--z-surface);
        color: var(--z-ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 0.5);
      }

      dialog h2,
      dialog h3 {
        margin: 0 0 var(--z-2);
      }

      dialog p {
        margin: 0 0 var(--z-4);
      }

      dialog ul {
        display: grid;
        gap: var(--z-2);
        margin: 0 0 var(--z-4);
        padding: 0;
        list-style: none;
      }

      dialog li .button {
        width: 100%;
        justify-content: flex-start;
      }

      dialog .note {
        margin-inline-start: auto;
        color: var(--z-ink-2);
        font-weight: 400;
      }

      .control:disabled {
        opacity: 0.55;
        cursor: default;
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;
  @property({ type: Boolean }) talking = false;

  /** The browser wants a press before it plays the caller's voice. */
  @inner() private silenced = false;

  @query("audio") private sound!: HTMLAudioElement;
  @query("dialog") private dialog!: HTMLDialogElement;

  #playing: MediaStream | null = null;

  constructor() {
    super();
    new EverySecond(this);
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>(".stage")?.focus({ preventScroll: true });
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { targets } = this.state;
    if (targets && !this.dialog.open) this.dialog.showModal();
    if (!targets && this.dialog.open) this.dialog.close();
    const { sound } = this.state.media;
    if (sound !== this.#playing) {
      this.#playing = sound;
      if (sound) this.#play();
    }
  }

  protected override render(): TemplateResult {
    const { contact, state, texts } = this;
    const { media } = state;
    const who = whoCalls(contact, texts);
    const video = contact.channel === "video";
    const shown = callerSeen(state);
    const muted = media.microphone === "muted";
    const seen = media.camera === "on";
    return html`
      <section class="stage" tabindex="-1" aria-label=${texts.callWith(who)}>
        <video
          class="remote ${shown ? "" : "blank"}"
          aria-label=${texts.remotePicture}
          aria-hidden=${shown ? "false" : "true"}
          autoplay
          playsinline
          .muted=${true}
          .srcObject=${live(media.remote)}
        ></video>
        <audio autoplay .srcObject=${live(media.sound)}></audio>
        ${shown ? nothing : this.#nobody(who)}
        ${
          video && seen
            ? html`<video
                class="own"
                aria-label=${texts.ownPicture}
                autoplay
                playsinline
                .muted=${true}
                .srcObject=${live(media.own)}
              ></video>`
            : nothing
        }
        <div class="over">
          ${this.#top(who)}
          <div class="news" role="status">${this.#news()}</div>
        </div>
        <div class="bar" role="group" aria-label=${texts.callControls}>
          ${this.#control({
            sign: muted ? "microphoneOff" : "microphone",
            words: texts.mute,
            pressed: muted,
            off: muted,
            ready: muted || media.microphone === "on",
            press: () => this.actions.mute(!muted),
          })}
          ${
            video
              ? this.#control({
                  sign: seen ? "camera" : "cameraOff",
                  words: texts.camera,
                  pressed: seen,
                  off: !seen,
                  ready: media.camera !== "opening",
                  press: () => this.actions.camera(!seen),
                })
              : nothing
          }
          ${
            this.talking
              ? html`<button
                  class="control"
                  aria-haspopup="dialog"
                  ?disabled=${state.asked !== null}
                  @click=${() => this.actions.lookForTargets()}
                >
                  <span class="round">${icon("people")}</span>${texts.transfer}
                </button>`
              : nothing
          }
          <button class="control last" ?disabled=${state.asked === "end"} @click=${() => this.actions.hangUp()}>
            <span class="round end">${icon("hangUp")}</span>${texts.hangUp}
          </button>
        </div>
        <dialog aria-labelledby="whom" @close=${() => this.actions.forgetTargets()}>
          ${state.targets ? this.#targets(state.targets) : nothing}
        </dialog>
      </section>
    `;
  }

  #targets({ groups, agents }: Targets): TemplateResult {
    const { actions, texts } = this;
    const choice = (target: TransferTarget, sign: IconName, choose: () => void) =>
      html`<li>
        <button class="button" @click=${choose}>
          ${icon(sign)}<span>${target.name}</span
          ><span class="note">${target.ready ? texts.targetReady : texts.targetBusy}</span>
        </button>
      </li>`;
    const list = (words: string, choices: TemplateResult[]) =>
      choices.length > 0
        ? html`<h3>${words}</h3>
            <ul>
              ${choices}
            </ul>`
        : nothing;
    return html`<h2 id="whom">${texts.transferTo}</h2>
      <p>${groups.length + agents.length > 0 ? texts.transferLead : texts.noTarget}</p>
      ${list(
        texts.transferGroups,
        groups.map((group) => choice(group, "people", () => actions.transfer({ groupId: group.id }))),
      )}
      ${list(
        texts.transferAgents,
        agents.map((agent) => choice(agent, "phone", () => actions.transfer({ agentId: agent.id }))),
      )}
      <form method="dialog"><button class="button">${texts.transferNot}</button></form>`;
  }

  #top(who: string): TemplateResult {
    const { state, texts, clock, contact } = this;
    const { media } = state;
    const word = media.link === "connected" ? qualityWord(media.quality, texts) : texts.qualityNone;
    const since = clock.since(state.desk?.routingSince ?? clock.now());
    const muted = (sentence: string) => html`<span class="tag">${icon("microphoneOff")}${sentence}</span>`;
    return html`<div class="top">
        <span class="tag name"><span>${who}</span></span>
        ${
          this.talking
            ? html`<span class="tag number" role="timer" aria-label=${texts.duration}>${asClock(since)}</span>
                <span class="tag">${icon("signal")}${word}</span>`
            : nothing
        }
        <span class="grow"></span>
        ${contact.policy === "record" ? nothing : html`<span class="tag">${texts.notRecorded}</span>`}
      </div>
      <div class="top">
        ${media.microphone === "muted" ? muted(texts.youAreMuted) : nothing}
        ${media.callerSends?.microphone === false ? muted(texts.callerMuted) : nothing}
      </div>`;
  }

  #nobody(who: string): TemplateResult {
    const [title, sentence] = this.#instead(who);
    return html`<div class="nobody">
      <span class="face" aria-hidden="true">${initials(this.contact) || icon("person")}</span>
      <h2>${title}</h2>
      <p>${sentence}</p>
    </div>`;
  }

  /** What is said where the caller's picture would be. */
  #instead(who: string): readonly [string, string] {
    const { state, texts, contact } = this;
    const { media } = state;
    if (state.asked === "end") return [texts.hangingUp, ""];
    if (media.microphone === "opening") return [texts.connecting, texts.opensMicrophone];
    const linked = media.link !== "none" && media.link !== "connecting";
    if (!this.talking || !linked) return [texts.connecting, texts.connectingLead];
    return [who, contact.channel === "video" ? texts.pictureOff : texts.voiceOnly];
  }

  #news(): TemplateResult {
    const { state, texts } = this;
    const { media } = state;
    const trouble = microphoneTrouble(media);
    const dark = media.camera === "on" ? null : media.cameraTrouble;
    const says = (
      sign: IconName,
      tone: string,
      sentence: string,
      button: TemplateResult | typeof nothing = nothing,
    ) => html`<div class="notice ${tone}">${icon(sign)}<span>${sentence}</span>${button}</div>`;
    const again = html`<button class="button" @click=${() => this.actions.tryMicrophone()}>${texts.tryAgain}</button>`;
    const hear = html`<button class="button primary" @click=${this.#play}>${texts.playVoice}</button>`;
    return html`
      ${state.line === "open" ? nothing : says("reconnect", "ring", state.line === "restarting" ? texts.lineRestarting : texts.lineLost)}
      ${trouble ? says("microphoneOff", "end", aboutMicrophone(trouble, texts), again) : nothing}
      ${dark ? says("cameraOff", "ring", aboutCamera(dark, texts)) : nothing}
      ${this.silenced ? says("alert", "ring", texts.playVoiceLead, hear) : nothing}
      ${this.#farEnd(says)}
    `;
  }

  #farEnd(
    says: (sign: IconName, tone: string, sentence: string) => TemplateResult,
  ): TemplateResult | typeof nothing {
    const { state, texts } = this;
    if (!this.talking) return nothing;
    if (state.line === "open" && state.peer?.present === false)
      return says("clock", "ring", texts.callerAway);
    const { link } = state.media;
    const mending = link === "interrupted" || link === "failed";
    return mending ? says("reconnect", "ring", texts.mediaLost) : nothing;
  }

  #control(control: {
    readonly sign: IconName;
    readonly words: string;
    readonly pressed: boolean;
    readonly off: boolean;
    readonly ready: boolean;
    readonly press: () => void;
  }): TemplateResult {
    const { sign, words, pressed, off, ready, press } = control;
    return html`<button class="control ${off ? "off" : ""}" aria-pressed=${pressed} ?disabled=${!ready} @click=${press}>
      <span class="round">${icon(sign)}</span>${words}
    </button>`;
  }

  #play = (): void => {
    this.sound.play().then(
      () => {
        this.silenced = false;
      },
      (error: unknown) => {
        // Aborted means that a newer stream took its place; that one is played in its turn.
        if (error instanceof DOMException && error.name === "NotAllowedError") this.silenced = true;
      },
    );
  };
}
