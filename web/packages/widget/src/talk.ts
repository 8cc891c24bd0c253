/** The part of the panel that shows a talk: faces are large, chrome is small. */
import { HoldTone, type MediaState, type Step } from "@zuruf/call";
import { browserTime } from "@zuruf/protocol";
import { asClock, draw, rounds } from "@zuruf/ui";
import {
  camera,
  cameraOff,
  hangUp,
  microphone,
  microphoneOff,
  pause,
  person,
  shield,
} from "@zuruf/ui/drawings";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Panel } from "./panel";
import { nameOf, type Words } from "./panel.words";
import { talkStyles } from "./talk.styles";
import { talkAlert, talkWords } from "./talk.words";

export class Talk {
  static readonly styles = [rounds, talkStyles];

  /** The browser does not play the other end before another press. */
  #soundBlocked = false;
  /** Nothing is to be heard on hold. */
  #toneOff = false;
  readonly #tone = new HoldTone(browserTime());

  constructor(private readonly panel: Panel) {}

  words(): Words {
    const { state, t } = this.panel;
    return talkWords(state, state.step as Step & { name: "contact" }, t, this.#soundBlocked);
  }

  alert(before: Step, now: Step): string | null {
    return talkAlert(before, now, this.panel.t);
  }

  /** The panel was drawn. */
  updated(): void {
    const { step } = this.panel.state;
    const held = step.name === "contact" && step.contact.held && step.second === null;
    if (held && !this.#toneOff) this.#tone.start();
    else this.#tone.stop();
  }

  render(words: Words): TemplateResult {
    const { panel } = this;
    const { t, caller } = panel;
    const { step, media, second, local, ahead } = panel.state;
    if (step.name !== "contact") return html``;
    const { contact, channel } = step;
    const name = nameOf(contact, t);
    const video = channel === "video";
    const own = video ? panel.mirrored() : null;
    const alone = contact.held && step.second === null;
    const muted = local.microphone !== "on";
    const filmed = local.camera === "on";
    const duration = asClock(Date.now() + ahead - contact.phaseSince);
    const question = panel.help?.asked() ?? null;
    return html`
      <div class="stage ${own ? "" : "voice"}">
        <div class="people">
          ${contact.held && step.second ? nothing : this.#person(name, contact.held ? null : media, alone)}
          ${step.second ? this.#person(contact.guestName ?? t.otherSide, second, false) : nothing}
        </div>
        ${[contact.held ? null : media.sound, second?.sound ?? null].map(
          (sound) => html`<audio .srcObject=${live(sound)} autoplay @loadedmetadata=${this.#play}></audio>`,
        )}
        <div class="who">
          <h2 id="title" tabindex="-1">${words.title}</h2>
          <span class="number" role="timer">${duration}</span>
          ${
            media.code
              ? html`<p class="code" title=${t.codeMeaning}>${draw(shield)}<span>${t.codeLabel} <b class="number">${media.code}</b></span></p>`
              : nothing
          }
          ${media.sends?.microphone === false && !contact.held ? html`<p class="code">${draw(microphoneOff)}${t.microphoneIsOff(name)}</p>` : nothing}
        </div>
        ${
          own
            ? html`<div class="self"><video class="mirror" .srcObject=${live(own)} autoplay muted playsinline aria-hidden="true"></video></div>`
            : nothing
        }
        ${panel.minimise()} ${panel.say(words, this.#remedy())}
        ${question ? html`<div class="over">${question}</div>` : nothing}
        <div class="bar">
          ${this.#control(t.mute, muted ? microphoneOff : microphone, muted, muted ? "white" : "", () => caller?.mute(!muted))}
          ${
            video
              ? this.#control(t.camera, filmed ? camera : cameraOff, filmed, filmed ? "" : "white", () =>
                  panel.switchCamera(),
                )
              : nothing
          }
          ${this.#control(t.hangUp, hangUp, null, "end", ({ detail }) => {
            // The second click of a double click was meant for what was in this place before.
            if (detail < 2) panel.leave();
          })}
        </div>
      </div>
    `;
  }

  /** Somebody at the other end, or what is said in place of their picture. */
  #person(name: string, media: MediaState | null, held: boolean): TemplateResult {
    const { panel } = this;
    const { t } = panel;
    const { step } = panel.state;
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
              ${draw(held ? pause : person)}
              <p>${instead}</p>
              ${held ? panel.button(this.#toneOff ? t.toneOn : t.toneOff, "", () => this.#turnTone()) : nothing}
            </div>`
          : nothing
      }
      ${second ? html`<span class="name">${name}</span>` : nothing}
    </div>`;
  }

  #turnTone(): void {
    this.#toneOff = !this.#toneOff;
    this.panel.requestUpdate();
  }

  /** The one press that mends what is wrong while talking. */
  #remedy(): TemplateResult | typeof nothing {
    const { state, t, caller } = this.panel;
    if (state.trouble !== null || state.local.microphone === "lost") {
      return this.panel.button(t.continue, "primary", () => void caller?.openAgain());
    }
    return this.#soundBlocked ? this.panel.button(t.continue, "primary", () => void this.#play()) : nothing;
  }

  #control(
    label: string,
    drawing: string,
    pressed: boolean | null,
    looks: string,
    press: (event: MouseEvent) => void,
  ): TemplateResult {
    return html`
      <button class="control ${looks}" part="control" type="button" aria-pressed=${pressed ?? nothing} @click=${press}>
        <span class="round">${draw(drawing)}</span><span>${label}</span>
      </button>
    `;
  }

  readonly #play = async (): Promise<void> => {
    const sounds = [...this.panel.renderRoot.querySelectorAll("audio")].filter(
      ({ srcObject }) => srcObject !== null,
    );
    if (sounds.length === 0) return;
    try {
      await Promise.all(sounds.map((sound) => sound.play()));
      this.#soundBlocked = false;
    } catch (error) {
      // A newer stream took its place, or the browser wants a press first.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#soundBlocked = true;
    }
    this.panel.requestUpdate();
  };
}

/** Play without a sound what has just come: left to itself a browser first looks whether anybody can see it. */
function showNow({ target }: Event): void {
  // Refused only when a newer stream has taken its place, which comes here by itself.
  if (target instanceof HTMLVideoElement) target.play().catch(() => {});
}
