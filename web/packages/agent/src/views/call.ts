/** The call: the caller large, oneself small, and within reach what one does in a call. */
import type { AgentContact } from "@zuruf/protocol";
import { asClock, base, buttons, EverySecond, type IconName, icon } from "@zuruf/ui";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state as inner, property, query, queryAll } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { callerSeen, microphoneTrouble, secondSeen, speaksTo } from "../state";
import type { ColleagueBar } from "./colleague";
import "./colleague";
import { type InCall, inCallBy, SHOW_KEYS } from "./keys";
import "./transfer";
import { focused, takesText, View } from "./view";
import { aboutCamera, aboutMicrophone, initials, qualityWord, whoCalls } from "./words";

/** Somebody at the other end of a connection. */
interface Person {
  readonly name: string;
  readonly picture: string;
  readonly remote: MediaStream | null;
  readonly sound: MediaStream | null;
  /** Whether one hears them now: not who is on hold. */
  readonly heard: boolean;
  /** Whether there is room for them. */
  readonly here: boolean;
  readonly seen: boolean;
  readonly isFirst: boolean;
  /** Not a colleague. */
  readonly isCaller: boolean;
}

@customElement("zuruf-call")
export class CallStage extends View {
  static override styles = [
    base,
    buttons,
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

      .people {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: minmax(0, 1fr);
        gap: 2px;
      }

      .person {
        position: relative;
        display: grid;
        overflow: hidden;
      }

      .person > * {
        grid-area: 1 / 1;
      }

      .remote {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }

      .label {
        place-self: end start;
        z-index: 1;
        margin: 0 0 112px 16px;
      }

      /* Beside one's own picture. */
      .person:last-child:not(:first-child) .label {
        max-width: calc(100% - clamp(120px, 44%, 190px) - 48px);
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

        .people {
          grid-auto-flow: row;
        }

        .label {
          margin-bottom: 16px;
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

      .control:disabled,
      .control[aria-disabled="true"] {
        opacity: 0.55;
        cursor: default;
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;
  @property({ type: Boolean }) talking = false;

  /** The browser wants a press before it plays the caller's voice. */
  @inner() private silenced = false;

  /** The agent does not want to see the caller, who goes on sending. */
  @inner() private callerHidden = false;

  @query("zuruf-colleague") private colleague!: ColleagueBar;
  @queryAll("audio") private sounds!: NodeListOf<HTMLAudioElement>;

  #playing: (MediaStream | null)[] = [];
  #wasFocused = false;

  constructor() {
    super();
    new EverySecond(this);
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>(".stage")?.focus({ preventScroll: true });
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const before = changed.get("contact") as AgentContact | undefined;
    if (before && before.id !== this.contact.id) this.callerHidden = false;
    this.#wasFocused = this.matches(":focus-within");
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.#wasFocused) void this.#keepFocus();
    const playing = [...this.sounds].map(({ srcObject }) => srcObject as MediaStream | null);
    const isNew = playing.some((sound, at) => sound !== null && sound !== this.#playing[at]);
    this.#playing = playing;
    if (isNew) this.#play();
    const { speaker } = this.state.uses;
    for (const sound of this.sounds) {
      // One that was unplugged is no reason not to hear.
      if (speaker !== sound.sinkId) sound.setSinkId?.(speaker).catch(() => {});
    }
  }

  protected override render(): TemplateResult {
    const { contact, state, texts } = this;
    const { media } = state;
    const who = whoCalls(contact, texts);
    const video = contact.channel === "video";
    const people = this.#people(who);
    const held = state.desk?.routing === "held";
    const muted = media.microphone === "muted";
    const seen = media.camera === "on";
    return html`
      <section
        class="stage"
        tabindex="-1"
        aria-label=${texts.callWith(contact.askedBy || who)}
        @keydown=${this.#key}
      >
        <div class="people">${people.filter(({ here }) => here).map((one) => this.#person(one, people))}</div>
        ${people.map(({ sound, heard }) => html`<audio autoplay .srcObject=${live(heard ? sound : null)}></audio>`)}
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
          <zuruf-colleague
            .contact=${contact}
            .state=${state}
            .texts=${texts}
            .clock=${this.clock}
            .actions=${this.actions}
          ></zuruf-colleague>
          <div class="news" role="status">${this.#news()}</div>
        </div>
        <div class="bar" role="group" aria-label=${texts.callControls}>
          ${this.#control({
            name: "mute",
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
                  name: "camera",
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
            this.callerHidden || people.some(({ isCaller, seen: isSeen }) => isCaller && isSeen)
              ? this.#control({
                  name: "picture",
                  sign: "person",
                  words: this.callerHidden ? texts.showPicture : texts.hidePicture,
                  pressed: this.callerHidden,
                  off: this.callerHidden,
                  ready: true,
                  press: () => {
                    this.callerHidden = !this.callerHidden;
                  },
                })
              : nothing
          }
          ${
            this.talking && this.#mayHold(contact)
              ? this.#control({
                  name: "hold",
                  sign: "pause",
                  words: texts.hold,
                  pressed: held,
                  off: held,
                  ready: state.asked === null,
                  press: () => this.actions.hold(!held),
                })
              : nothing
          }
          ${
            this.talking && contact.askedBy === "" && contact.consultation === null
              ? html`<button
                  class="control"
                  name="transfer"
                  aria-haspopup="dialog"
                  aria-disabled=${state.asked !== null}
                  @click=${() => state.asked === null && this.actions.lookForTargets()}
                >
                  <span class="round">${icon("people")}</span>${texts.transfer}
                </button>`
              : nothing
          }
          <button class="control last" name="hang_up" ?disabled=${state.asked === "end"} @click=${() => this.actions.hangUp()}>
            <span class="round end">${icon("hangUp")}</span>${texts.hangUp}
          </button>
        </div>
        <zuruf-transfer
          .contact=${contact}
          .state=${state}
          .texts=${texts}
          .clock=${this.clock}
          .actions=${this.actions}
        ></zuruf-transfer>
      </section>
    `;
  }

  /** A button that did what it was for may be gone: the keyboard goes on at what can be done now. */
  async #keepFocus(): Promise<void> {
    await this.colleague.updateComplete;
    if (!this.isConnected || this.matches(":focus-within")) return;
    const next = [
      this.colleague.renderRoot.querySelector<HTMLElement>("button"),
      this.renderRoot.querySelector<HTMLElement>(".control[name=hold]"),
      this.renderRoot.querySelector<HTMLElement>(".stage"),
    ];
    next.find((one) => one !== null)?.focus({ preventScroll: true });
  }

  /** Who is at the other ends: the one of the contact first, then whoever is beside. */
  #people(who: string): readonly Person[] {
    const { state, texts, contact } = this;
    const { media, second } = state;
    const speaks = speaksTo(state);
    const asker = contact.askedBy;
    const first: Person = {
      name: asker || who,
      picture: asker ? texts.pictureOf(asker) : texts.remotePicture,
      remote: media.remote,
      sound: media.sound,
      heard: speaks.first,
      here: speaks.first || !second,
      seen: speaks.first && callerSeen(state),
      isFirst: true,
      isCaller: !asker,
    };
    if (!second) return [first];
    const name = second.name || who;
    return [
      first,
      {
        name,
        picture: texts.pictureOf(name),
        remote: media.second?.remote ?? null,
        sound: media.second?.sound ?? null,
        heard: speaks.second,
        here: speaks.second,
        seen: secondSeen(state),
        isFirst: false,
        isCaller: Boolean(asker),
      },
    ];
  }

  #person(one: Person, people: readonly Person[]): TemplateResult {
    const both = people.filter(({ here }) => here).length > 1;
    const seen = one.seen && !this.#hides(one);
    return html`<div class="person">
      <video
        class="remote ${seen ? "" : "blank"}"
        aria-label=${one.picture}
        aria-hidden=${seen ? "false" : "true"}
        autoplay
        playsinline
        .muted=${true}
        .srcObject=${live(one.remote)}
      ></video>
      ${seen ? nothing : this.#nobody(one)}
      ${both ? html`<span class="tag name label"><span>${one.name}</span></span>` : nothing}
    </div>`;
  }

  #hides(one: Person): boolean {
    return this.callerHidden && one.isCaller;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const does = inCallBy(event);
    const inDialog = event.composedPath().some((at) => at instanceof HTMLDialogElement);
    if (does === null || inDialog || takesText(focused())) return;
    event.preventDefault();
    this.#do(does);
  };

  /** What a key is for, its button does, if it is there and ready. */
  #do(does: InCall): void {
    if (does === "keys") {
      this.dispatchEvent(new Event(SHOW_KEYS, { bubbles: true, composed: true }));
      return;
    }
    this.renderRoot.querySelector<HTMLButtonElement>(`.control[name=${does}]`)?.click();
  }

  /** Only the caller's own agent holds them, and nobody is held in a conference. */
  #mayHold(contact: AgentContact): boolean {
    return contact.askedBy === "" && (contact.consultation?.guest ?? "no") === "no";
  }

  #top(who: string): TemplateResult {
    const { state, texts, clock, contact } = this;
    const { media } = state;
    const word = media.link === "connected" ? qualityWord(media.quality, texts) : texts.qualityNone;
    const since = clock.since(state.desk?.routingSince ?? clock.now());
    // Whoever is talked to: a colleague who is asked while the caller is on hold.
    const beside = speaksTo(state).first ? null : state.second;
    const muted = (sentence: string) => html`<span class="tag">${icon("microphoneOff")}${sentence}</span>`;
    return html`<div class="top">
        <span class="tag name"><span>${beside?.name || contact.askedBy || who}</span></span>
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
        ${speaksTo(state).first && media.callerSends?.microphone === false && !contact.askedBy ? muted(texts.callerMuted) : nothing}
      </div>`;
  }

  #nobody(one: Person): TemplateResult {
    const [title, sentence] =
      one.seen && this.#hides(one)
        ? [one.name, this.texts.pictureHidden]
        : one.isFirst
          ? this.#instead(one.name)
          : this.#insteadOfSecond(one.name);
    const face = one.isFirst && !this.contact.askedBy ? initials(this.contact) : "";
    return html`<div class="nobody">
      <span class="face" aria-hidden="true">${face || icon("person")}</span>
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
    if (state.desk?.routing === "held") return [who, texts.callerHeld];
    return [who, contact.channel === "video" ? texts.pictureOff : texts.voiceOnly];
  }

  #insteadOfSecond(name: string): readonly [string, string] {
    const { state, texts, contact } = this;
    const link = state.media.second?.link ?? "none";
    if (link === "none" || link === "connecting") return [name, texts.connecting];
    return [name, contact.channel === "video" ? texts.cameraIsOff : texts.voiceOnly];
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
    const { state, texts, contact } = this;
    const { askedBy } = contact;
    if (!this.talking) return nothing;
    if (state.line === "open" && state.peer?.present === false)
      return says("clock", "ring", askedBy ? texts.colleagueAway(askedBy) : texts.callerAway);
    const { link } = state.media;
    const mending = link === "interrupted" || link === "failed";
    if (!mending) return nothing;
    return says("reconnect", "ring", askedBy ? texts.colleagueInterrupted(askedBy) : texts.mediaLost);
  }

  #control(control: {
    readonly name: InCall;
    readonly sign: IconName;
    readonly words: string;
    readonly pressed: boolean;
    readonly off: boolean;
    readonly ready: boolean;
    readonly press: () => void;
  }): TemplateResult {
    const { name, sign, words, pressed, off, ready, press } = control;
    return html`<button
      class="control ${off ? "off" : ""}"
      name=${name}
      aria-pressed=${pressed}
      aria-disabled=${!ready}
      @click=${() => ready && press()}
    >
      <span class="round">${icon(sign)}</span>${words}
    </button>`;
  }

  #play = (): void => {
    const playing = [...this.sounds]
      .filter(({ srcObject }) => srcObject !== null)
      .map((sound) => sound.play());
    Promise.all(playing).then(
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
