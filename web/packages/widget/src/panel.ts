/**
 * The panel of a call, from the browser's question for the microphone to the last word.
 *
 * It shows what the {@link Caller} knows and passes presses on; devices, sockets and the peer
 * connection are the caller's business.
 */
import {
  announcedAfter,
  browserPeers,
  Caller,
  type CallerState,
  HoldTone,
  hasContact,
  type Left,
  type MediaState,
  type RefusedBecause,
  START,
  type Step,
} from "@zuruf/call";
import {
  type Availability,
  browserTime,
  type CallerQuestion,
  type Channel,
  type GroupAvailability,
  newPageId,
  type Opening,
  type Openings,
  RestProblem,
  rest,
} from "@zuruf/protocol";
import {
  asClock,
  base,
  buttons,
  EverySecond,
  fields,
  type IconName,
  icon,
  type Language,
  tokens,
} from "@zuruf/ui";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { type CallbackWish, defineForms, type MessageLeft } from "./panel.forms";
import { panelStyles } from "./panel.styles";
import { type PanelTexts, texts } from "./panel.texts";
import {
  alertOf,
  deviceNote,
  nameOf,
  policyNote,
  questionWords,
  setbackNote,
  type Words,
  wordsOf,
} from "./panel.words";

export interface PanelOptions {
  readonly server: URL;
  readonly site: string;
  readonly group: string;
  readonly language: Language;
}

/**
 * @fires close - The visitor is done with it.
 */
export class Panel extends LitElement {
  static override styles = [tokens, base, buttons, fields, panelStyles];

  static override properties = {
    state: { state: true },
    minimised: { state: true },
    soundBlocked: { state: true },
    toneOff: { state: true },
    chooses: { state: true },
    sends: { state: true },
    failed: { state: true },
    openings: { state: true },
    other: { state: true },
  };

  declare language: Language;
  declare private state: CallerState;
  declare private minimised: boolean;
  /** The browser does not play the other end before another press. */
  declare private soundBlocked: boolean;
  /** Nothing is to be heard on hold. */
  declare private toneOff: boolean;

  /** The visitor who waits is asked for an address: by their own wish, or having said yes to the question. */
  declare private chooses: "wish" | "question" | null;
  /** Something was chosen and is not answered yet. */
  declare private sends: boolean;
  /** What was chosen last did not work. */
  declare private failed: boolean;
  declare private openings: readonly Opening[];
  /** The group that is offered instead. */
  declare private other: GroupAvailability | null;

  #caller: Caller | null = null;
  #options: PanelOptions | null = null;
  /** Which group's openings, and which other group, were asked for. */
  #looked = "";
  #alert = "";
  #before: Step = START.step;
  readonly #tone = new HoldTone(browserTime());
  /** Our own picture as something a video element takes. */
  #mirror: { track: MediaStreamTrack; stream: MediaStream } | null = null;
  #focusTitle = false;
  /** Aborted when the panel is off the page: it then hears nothing of it any more. */
  #there = new AbortController();

  constructor() {
    super();
    this.language = "en";
    this.state = START;
    this.minimised = false;
    this.soundBlocked = false;
    this.toneOff = false;
    this.chooses = null;
    this.sends = false;
    this.failed = false;
    this.openings = [];
    this.other = null;
    new EverySecond(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#there = new AbortController();
    const { signal } = this.#there;
    const hurry = () => this.#caller?.hurry();
    addEventListener("pagehide", () => this.#caller?.pageHidden(), { signal });
    addEventListener("pageshow", hurry, { signal });
    addEventListener("online", hurry, { signal });
    const looked = () => {
      if (!document.hidden && hasContact(this.state.step)) hurry();
    };
    document.addEventListener("visibilitychange", looked, { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#there.abort();
    // Whoever only moves it has put it back by then.
    queueMicrotask(() => {
      if (!this.isConnected && this.state.step.name !== "start") this.close();
    });
  }

  /** Show this caller from now on. */
  follow(caller: Caller, options: PanelOptions | null = null): void {
    this.#caller = caller;
    this.#options = options;
    this.lang = this.language;
  }

  /** The caller's state changed. */
  show(state: CallerState): void {
    this.state = state;
  }

  start(channel: Channel): void {
    this.#focusTitle = true;
    void this.#caller?.start(channel);
  }

  /** Take up a place that was kept; `claim` gets its session. */
  join(channel: Channel, claim: Parameters<Caller["join"]>[1]): void {
    this.#focusTitle = true;
    void this.#caller?.join(channel, claim);
  }

  /** Show what may be done instead of calling: it is known that nobody is let in. */
  offer(because: RefusedBecause): void {
    this.#focusTitle = true;
    this.#caller?.offer(because, "voice");
  }

  /** Go on with the call this tab had before a reload; says whether there is one. */
  resume(): boolean {
    return this.#caller?.resume() ?? false;
  }

  /** Leave nothing running. */
  close(): void {
    this.#caller?.reset();
    this.minimised = false;
    this.dispatchEvent(new Event("close"));
  }

  get #t(): PanelTexts {
    return texts[this.language];
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("state")) return;
    const { step } = this.state;
    const isNews = viewOf(step) !== viewOf(this.#before);
    if (isNews || (step.name === "contact" && !step.contact.question && this.chooses === "question")) {
      this.chooses = null;
      this.failed = false;
      this.sends = false;
    }
    this.#lookFor(step);
    const alert = alertOf(this.#before, step, this.#t);
    if (alert !== null || isNews) this.#alert = alert ?? "";
    if (isNews) {
      // Who works in here is taken along; who reads the page is left alone.
      if (this.shadowRoot?.activeElement) this.#focusTitle = true;
      // News of this size is not for a corner.
      this.minimised = false;
    }
    this.#before = step;
  }

  protected override updated(): void {
    const { step } = this.state;
    const held = step.name === "contact" && step.contact.held && step.second === null;
    if (held && !this.toneOff) this.#tone.start();
    else this.#tone.stop();
    if (this.#focusTitle && !this.minimised) {
      this.#focusTitle = false;
      this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
    }
  }

  protected override render(): TemplateResult {
    const words = wordsOf(this.state, this.#t, this.soundBlocked);
    const talks = viewOf(this.state.step) === "talk";
    const size = this.state.step.name === "contact" ? "" : "short";
    return html`
      <p class="unseen" role="alert">${this.#alert}</p>
      <section class="panel ${size}" role="dialog" aria-labelledby="title" ?hidden=${this.minimised}>
        ${talks ? this.#stage(words) : this.#sheet(words)}
      </section>
      ${this.minimised ? this.#mini(words) : nothing}
    `;
  }

  #sheet(words: Words): TemplateResult {
    const hasPlace = this.state.step.name === "contact";
    const chooses = this.chooses !== null && viewOf(this.state.step) === "queue";
    return html`
      <div class="head">
        <h2 id="title" tabindex="-1">${chooses ? this.#t.callbackTitle : words.title}</h2>
        ${hasPlace ? this.#minimise() : nothing}
      </div>
      <div class="body ${hasPlace && !chooses ? "queue" : ""}">
        ${chooses ? html`<p class="more" role="status">${words.main}</p>` : html`${this.#say(words)} ${this.#announced()}`}
        ${this.#middle()} ${this.#instead()}
        <div class="foot">${this.#foot()}</div>
      </div>
    `;
  }

  #say(words: Words): TemplateResult {
    return html`
      <div class="say ${words.tone}" role="status">
        ${words.main ? html`<p class="main">${words.main}</p>` : nothing}
        ${words.more ? html`<p class="more">${words.more}</p>` : nothing}
        ${viewOf(this.state.step) === "talk" ? this.#remedy() : nothing}
      </div>
    `;
  }

  /** What the group tells who waits. A live region of its own: it is read out when it changes, and only then. */
  #announced(): TemplateResult | typeof nothing {
    const { step, announcements, ahead } = this.state;
    if (step.name !== "contact" || viewOf(step) !== "queue") return nothing;
    const told = announcedAfter(announcements, Date.now() + ahead - step.contact.askedAt);
    return html`<div class="announced" role="status">${told.map((text) => html`<p>${text}</p>`)}</div>`;
  }

  /** What the visitor sees of themselves, and what happened before. */
  #middle(): TemplateResult | typeof nothing {
    const { step, trouble } = this.state;
    if (step.name !== "contact") return nothing;
    if (viewOf(step) === "queue") {
      if (this.chooses !== null) return this.#callbackForm(this.chooses === "wish");
      if (step.contact.question) return this.#question(step.contact.question);
    }
    const t = this.#t;
    const waits = viewOf(step) === "queue";
    const note = setbackNote(step, t) ?? deviceNote(this.state, t);
    return html`
      ${this.#own(!waits ? "" : step.channel === "video" ? t.unseenYet : t.unheardYet)}
      <div class="row">
        ${step.channel === "video" ? this.#toggle("camera") : nothing} ${this.#toggle("microphone")}
      </div>
      ${waits && note ? html`<p class="notice ring">${icon("alert")}<span>${note}</span></p>` : nothing}
      ${trouble ? html`<p class="notice ring">${icon("alert")}<span>${t.needsPress}</span></p>` : nothing}
    `;
  }

  #own(caption: string): TemplateResult {
    const stream = this.#mirrored();
    return html`
      <div class="own ${this.state.step.name === "contact" && this.state.step.channel === "voice" ? "still" : ""}">
        ${
          stream
            ? html`<video class="mirror" .srcObject=${live(stream)} autoplay muted playsinline aria-hidden="true"></video>`
            : icon(this.state.local.microphone === "on" ? "microphone" : "microphoneOff")
        }
        ${caption ? html`<span class="veil">${caption}</span>` : nothing}
      </div>
    `;
  }

  /** Camera or microphone while waiting. */
  #toggle(which: "camera" | "microphone"): TemplateResult {
    const { camera, microphone } = this.state.local;
    const t = this.#t;
    if (which === "camera") {
      const on = camera === "on";
      return html`
        <button class="button" type="button" aria-pressed=${on} ?disabled=${camera === "closed"} @click=${() => this.#switchCamera(!on)}>
          ${icon(on ? "camera" : "cameraOff")}${t.camera}
        </button>
      `;
    }
    const muted = microphone === "muted";
    return html`
      <button
        class="button"
        type="button"
        aria-pressed=${muted}
        ?disabled=${microphone === "closed" || microphone === "lost"}
        @click=${() => this.#caller?.mute(!muted)}
      >
        ${icon(muted ? "microphoneOff" : "microphone")}${t.mute}
      </button>
    `;
  }

  #foot(): TemplateResult {
    const { step, trouble, local } = this.state;
    const t = this.#t;
    const caller = this.#caller;
    const leave = () => {
      this.#focusTitle = true;
      caller?.leave();
    };
    switch (step.name) {
      case "start":
        return html``;
      case "asking":
      case "requesting":
      case "attaching":
        return this.#button(t.cancel, "", () => (step.name === "attaching" ? leave() : this.close()));
      case "blocked":
        return html`
          ${this.#button(t.tryAgain, "primary big", () => this.start(step.channel))}
          ${this.#button(t.cancel, "quiet", () => this.close())}
        `;
      case "leaving":
        return html``;
      case "left":
        return this.#button(t.close, "primary big", () => this.close());
      case "refused":
        if (offered(step.because) !== null) return this.#button(t.close, "quiet", () => this.close());
        return html`
          ${this.#button(t.tryAgain, "primary big", () => this.start(step.channel))}
          ${this.#button(t.close, "quiet", () => this.close())}
        `;
      case "contact": {
        const waits = viewOf(step) === "queue";
        const again = trouble !== null || local.microphone === "lost";
        if (waits && this.chooses !== null) {
          return this.#button(t.waitOn, "quiet", () => {
            this.chooses = null;
          });
        }
        const mayLeave = waits && step.contact.canBeCalledBack && !step.contact.question;
        return html`
          ${mayLeave ? this.#button(t.callMeBack, "", () => this.#choose("wish")) : nothing}
          ${again ? this.#button(t.continue, "primary big", () => void caller?.openAgain()) : nothing}
          ${this.#button(waits ? t.leaveQueue : t.hangUp, waits ? "" : "end", leave)}
        `;
      }
      case "superseded":
        return html`
          ${this.#button(t.continueHere, "primary big", () => caller?.takeOver())}
          ${this.#button(t.close, "quiet", () => this.close())}
        `;
      case "ended":
        if (step.reason === "chose_message") return this.#button(t.close, "quiet", () => this.close());
        return html`
          ${this.#button(t.callAgain, "primary big", () => this.start(step.channel))}
          ${this.#button(t.close, "quiet", () => this.close())}
        `;
    }
  }

  /** What a visitor may do who is not let in, or said that they would rather leave a message. */
  #instead(): TemplateResult | typeof nothing {
    const { step } = this.state;
    const t = this.#t;
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
        const { other } = this;
        if (!other) return nothing;
        return html`
          <div class="ask">
            <p>${t.otherGroup(other.name)}</p>
            <p class="more">${policyNote(other.policy, t)}</p>
            ${this.#button(t.callOther(other.name), "primary big", () => {
              this.#caller?.turnTo(other.id);
              this.start(step.channel);
            })}
          </div>
        `;
      }
      case null:
        return nothing;
    }
  }

  #messageForm(): TemplateResult {
    return html`<zuruf-message-form
      .language=${this.language}
      ?busy=${this.state.step.name === "leaving"}
      @send=${({ detail }: CustomEvent<MessageLeft>) => {
        this.#focusTitle = true;
        void this.#caller?.leaveMessage(detail);
      }}
    ></zuruf-message-form>`;
  }

  #callbackForm(dated: boolean): TemplateResult {
    return html`
      <zuruf-callback-form
        .language=${this.language}
        .openings=${dated ? this.openings : []}
        ?busy=${this.sends || this.state.step.name === "leaving"}
        @send=${({ detail }: CustomEvent<CallbackWish>) => void this.#wish(detail)}
      ></zuruf-callback-form>
      ${this.#failure()}
    `;
  }

  #failure(): TemplateResult | typeof nothing {
    return this.failed
      ? html`<p class="notice ring" role="alert">${icon("alert")}<span>${this.#t.failed}</span></p>`
      : nothing;
  }

  async #wish({ address, at }: CallbackWish): Promise<void> {
    this.#focusTitle = true;
    if (this.state.step.name !== "contact") {
      await this.#caller?.askForCallback(address, at);
    } else if (this.chooses === "question") {
      await this.#answer("callback", null, true, address);
    } else {
      await this.#send({ type: "callback.choose", address, at });
    }
  }

  #choose(why: "wish" | "question"): void {
    this.failed = false;
    this.chooses = why;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>("zuruf-callback-form")?.focus(),
    );
  }

  /** Calmly, while the waiting goes on. */
  #question(question: CallerQuestion): TemplateResult {
    const t = this.#t;
    const { title, more, yes, no } = questionWords(question, t);
    const { kind, groupId } = question;
    return html`
      <div class="ask" role="dialog" aria-labelledby="question">
        <h3 id="question">${title}</h3>
        ${more ? html`<p class="more">${more}</p>` : nothing}
        <div class="row">
          ${this.#button(yes, "primary", () =>
            kind === "callback" ? this.#choose("question") : void this.#answer(kind, groupId, true, null),
          )}
          ${this.#button(no, "", () => void this.#answer(kind, groupId, false, null))}
        </div>
      </div>
      ${this.#failure()}
    `;
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
    if (this.sends) return;
    this.sends = true;
    this.failed = false;
    const done = await this.#caller?.choose(request);
    this.sends = false;
    this.failed = done === false && this.state.step.name === "contact";
  }

  /** Ask for what the forms need, once for each step that needs it. */
  #lookFor(step: Step): void {
    const wants = wantedOf(step);
    if (wants === this.#looked || !this.#options) return;
    this.#looked = wants;
    this.openings = [];
    this.other = null;
    if (wants) void this.#look(step, wants, this.#options);
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
        if (wants === this.#looked) this.other = other;
        return;
      }
      const asked = step.name === "contact" ? step.contact.groupId : group;
      const found = await rest<Openings>(server, `${path}/groups/${encodeURIComponent(asked)}/openings`, {
        language,
      });
      if (wants === this.#looked) this.openings = found.spans;
    } catch (problem) {
      // Without a date there is still the callback as soon as it is their turn.
      if (!(problem instanceof RestProblem)) throw problem;
    }
  }

  #stage(words: Words): TemplateResult {
    const { step, media, local, ahead } = this.state;
    if (step.name !== "contact") return html``;
    const t = this.#t;
    const { contact, channel } = step;
    const name = nameOf(contact, t);
    const video = channel === "video";
    const own = video ? this.#mirrored() : null;
    const alone = contact.held && step.second === null;
    const muted = local.microphone !== "on";
    const duration = asClock(Date.now() + ahead - contact.phaseSince);
    return html`
      <div class="stage ${own ? "" : "voice"}">
        <div class="people">
          ${contact.held && step.second ? nothing : this.#person(name, contact.held ? null : media, alone)}
          ${step.second ? this.#person(contact.guestName ?? t.otherSide, this.state.second, false) : nothing}
        </div>
        ${[contact.held ? null : media.sound, this.state.second?.sound ?? null].map(
          (sound) => html`<audio .srcObject=${live(sound)} autoplay @loadedmetadata=${this.#play}></audio>`,
        )}
        <div class="who">
          <h2 id="title" tabindex="-1">${words.title}</h2>
          <span class="number" role="timer">${duration}</span>
          ${
            media.code
              ? html`<p class="code" title=${t.codeMeaning}>${icon("shield")}<span>${t.codeLabel} <b class="number">${media.code}</b></span></p>`
              : nothing
          }
          ${media.sends?.microphone === false && !contact.held ? html`<p class="code">${icon("microphoneOff")}${t.microphoneIsOff(name)}</p>` : nothing}
        </div>
        ${
          own
            ? html`<div class="self"><video class="mirror" .srcObject=${live(own)} autoplay muted playsinline aria-hidden="true"></video></div>`
            : nothing
        }
        ${this.#minimise()} ${this.#say(words)}
        ${contact.question ? html`<div class="over">${this.#question(contact.question)}</div>` : nothing}
        <div class="bar">
          ${this.#control(t.mute, muted ? "microphoneOff" : "microphone", muted, muted ? "white" : "", () =>
            this.#caller?.mute(!muted),
          )}
          ${
            video
              ? this.#control(
                  t.camera,
                  local.camera === "on" ? "camera" : "cameraOff",
                  local.camera === "on",
                  local.camera === "on" ? "" : "white",
                  () => this.#switchCamera(local.camera !== "on"),
                )
              : nothing
          }
          ${this.#control(
            t.hangUp,
            "hangUp",
            null,
            "end",
            once(() => {
              this.#focusTitle = true;
              this.#caller?.leave();
            }),
          )}
        </div>
      </div>
    `;
  }

  /** Somebody at the other end, or what is said in place of their picture. */
  #person(name: string, media: MediaState | null, held: boolean): TemplateResult {
    const t = this.#t;
    const { step } = this.state;
    const video = step.name === "contact" && step.channel === "video";
    const linked = media !== null && media.link !== "none" && media.link !== "connecting";
    const dark = !video || !media?.remote || media.sends?.camera === false;
    const instead = held ? t.heldMore : !linked ? t.connecting : video ? t.cameraIsOff(name) : t.voiceCall;
    const second = step.name === "contact" && step.second !== null;
    return html`<div class="person">
      <video
        class=${dark ? "dark" : ""}
        .srcObject=${live(media?.remote ?? null)}
        .muted=${true}
        autoplay
        playsinline
        aria-label=${name}
        @loadedmetadata=${showNow}
      ></video>
      ${
        dark
          ? html`<div class="absent">
              ${icon(held ? "pause" : "person")}
              <p>${instead}</p>
              ${held ? this.#button(this.toneOff ? t.toneOn : t.toneOff, "", () => this.#turnTone()) : nothing}
            </div>`
          : nothing
      }
      ${second ? html`<span class="name">${name}</span>` : nothing}
    </div>`;
  }

  #turnTone(): void {
    this.toneOff = !this.toneOff;
  }

  /** The one press that mends what is wrong while talking. */
  #remedy(): TemplateResult | typeof nothing {
    const { trouble, local } = this.state;
    if (trouble !== null || local.microphone === "lost") {
      return this.#button(this.#t.continue, "primary", () => void this.#caller?.openAgain());
    }
    return this.soundBlocked ? this.#button(this.#t.continue, "primary", () => void this.#play()) : nothing;
  }

  #mini(words: Words): TemplateResult {
    const { step } = this.state;
    return html`
      <button class="mini" type="button" @click=${this.#expand}>
        ${icon(step.name === "contact" && step.channel === "video" ? "camera" : "phone")}
        <span>${words.main || words.title}</span>
        <span class="unseen">${this.#t.showCall}</span>
      </button>
    `;
  }

  #control(
    label: string,
    drawing: IconName,
    pressed: boolean | null,
    looks: string,
    press: (event: MouseEvent) => void,
  ): TemplateResult {
    return html`
      <button class="control ${looks}" type="button" aria-pressed=${pressed === null ? nothing : pressed} @click=${press}>
        <span class="round">${icon(drawing)}</span><span>${label}</span>
      </button>
    `;
  }

  #button(label: string, looks: string, press: () => void): TemplateResult {
    return html`<button class="button ${looks}" type="button" @click=${once(press)}>${label}</button>`;
  }

  #plain(drawing: IconName, label: string, press: () => void): TemplateResult {
    return html`<button class="plain" type="button" aria-label=${label} title=${label} @click=${once(press)}>${icon(drawing)}</button>`;
  }

  #minimise(): TemplateResult {
    return this.#plain("down", this.#t.minimise, () => {
      this.minimised = true;
      void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".mini")?.focus());
    });
  }

  readonly #expand = (): void => {
    this.#focusTitle = true;
    this.minimised = false;
  };

  readonly #play = async (): Promise<void> => {
    const sounds = [...this.renderRoot.querySelectorAll("audio")].filter(
      ({ srcObject }) => srcObject !== null,
    );
    if (sounds.length === 0) return;
    try {
      await Promise.all(sounds.map((sound) => sound.play()));
      this.soundBlocked = false;
    } catch (error) {
      // A newer stream took its place, or the browser wants a press first.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.soundBlocked = true;
    }
  };

  #switchCamera(on: boolean): void {
    void this.#caller?.setCamera(on);
  }

  #mirrored(): MediaStream | null {
    const track = this.#caller?.camera ?? null;
    if (track?.id !== this.#mirror?.track.id) {
      this.#mirror = track ? { track, stream: new MediaStream([track]) } : null;
    }
    return this.#mirror?.stream ?? null;
  }
}

/** Leave out the second click of a double click: it was meant for what was in this place before. */
function once(press: () => void): (event: MouseEvent) => void {
  return ({ detail }) => {
    if (detail < 2) press();
  };
}

/** Play without a sound what has just come: left to itself a browser first looks whether anybody can see it. */
function showNow({ target }: Event): void {
  // Refused only when a newer stream has taken its place, which comes here by itself.
  if (target instanceof HTMLVideoElement) target.play().catch(() => {});
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

/** Which picture a step belongs to. A change of picture moves the focus, smaller changes do not. */
function viewOf(step: Step): string {
  // What is being sent stays on the page as it was written.
  if (step.name === "leaving") return "refused";
  if (step.name !== "contact") return step.name;
  const { phase } = step.contact;
  return phase === "queued" || phase === "offered" ? "queue" : phase === "connecting" ? "connecting" : "talk";
}

/** Make a panel and the caller it shows. */
export function createPanel(options: PanelOptions): Panel {
  defineForms();
  if (!customElements.get("zuruf-panel")) customElements.define("zuruf-panel", Panel);
  const panel = document.createElement("zuruf-panel") as Panel;
  panel.language = options.language;
  const caller = new Caller({
    ...options,
    page: newPageId(),
    pageUrl: `${location.origin}${location.pathname}`,
    pageTitle: document.title,
    memory: tabMemory(),
    devices: navigator.mediaDevices,
    peers: browserPeers(),
    time: browserTime(),
    chance: Math.random,
    onChange: (state) => panel.show(state),
  });
  panel.follow(caller, options);
  return panel;
}

function tabMemory(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    // The browser forbids it. Only a reload needs it.
    return null;
  }
}
