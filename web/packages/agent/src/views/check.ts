/** The check of this computer: microphone, loudspeaker, server and TURN, and a text for whoever looks after it. */
import { base, buttons, icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state as inner, query } from "lit/decorators.js";
import { type Check, type CheckState, NOT_YET, type Path } from "../check";
import type { DeskTexts } from "../texts";
import { View } from "./view";
import { aboutMicrophone } from "./words";

/** Asks the desk to show the check. */
export const SHOW_CHECK = "zuruf-show-check";

type Heard = "not_yet" | "asked" | "yes" | "no";
type Verdict = "still" | "running" | "ok" | "wrong";

@customElement("zuruf-check")
export class CheckSheet extends View {
  static override styles = [
    base,
    buttons,
    css`
      dialog {
        width: min(560px, calc(100vw - 32px));
        padding: var(--z-5);
        border: 1px solid var(--z-line);
        border-radius: 16px;
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        color: var(--z-ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 0.5);
      }

      h2 {
        margin: 0 0 var(--z-2);
      }

      ul {
        margin: var(--z-4) 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr);
        gap: 2px 12px;
        min-height: 64px;
        padding: 10px 0;
        border-top: 1px solid var(--z-line);
        overflow-wrap: anywhere;
      }

      li > .icon {
        color: var(--z-ink-2);
      }

      li.ok > .icon {
        color: var(--z-ready);
      }

      li.wrong > .icon {
        color: var(--z-ring);
      }

      meter {
        width: 100%;
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: var(--z-2);
      }

      .path {
        display: block;
      }
    `,
  ];

  @inner() private found: CheckState = NOT_YET;
  @inner() private heard: Heard = "not_yet";
  @inner() private copied = false;

  @query("dialog") private dialog!: HTMLDialogElement | null;

  #check: Check | null = null;

  /** Open it. Nothing is opened or asked before the person says so. */
  show(): void {
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
  }

  /** Close it: somebody rings, and the microphone is wanted elsewhere. */
  hide(): void {
    this.#check?.stop();
    if (this.dialog?.open) this.dialog.close();
  }

  override disconnectedCallback(): void {
    this.#check?.stop();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const { texts, found } = this;
    const isDone = !found.running && found.server.verdict !== "not_yet";
    return html`<dialog aria-labelledby="check" @close=${() => this.#check?.stop()}>
      <h2 id="check">${texts.check}</h2>
      <p>${texts.checkLead}</p>
      <ul>
        ${this.#microphone()} ${this.#speaker()} ${this.#server()} ${this.#paths()}
      </ul>
      <div class="choices">
        <button class="button ${isDone ? "" : "primary"}" aria-disabled=${found.running} @click=${this.#start}>
          ${found.running ? texts.checkRuns : isDone ? texts.checkAgain : texts.checkStart}
        </button>
        ${isDone ? html`<button class="button primary" @click=${this.#copy}>${texts.checkCopy}</button>` : nothing}
        <form method="dialog"><button class="button quiet">${texts.keysClose}</button></form>
      </div>
      <p class="small muted" role="status">${this.copied ? texts.checkCopied : ""}</p>
    </dialog>`;
  }

  #microphone(): TemplateResult {
    const { texts, found } = this;
    const { microphone } = found;
    const verdict: Verdict =
      microphone === "heard"
        ? "ok"
        : microphone === "not_yet"
          ? "still"
          : microphone === "listening"
            ? "running"
            : "wrong";
    const meter = html`<meter min="0" max="0.3" .value=${found.level} aria-label=${texts.checkLevel}></meter>`;
    // Always there, so that nothing moves when it begins.
    return item(verdict, texts.microphone, microphoneWords(microphone, texts), meter);
  }

  #speaker(): TemplateResult {
    const { texts, heard } = this;
    const verdict: Verdict = heard === "yes" ? "ok" : heard === "no" ? "wrong" : "still";
    const words = {
      not_yet: texts.checkSpeakerLead,
      asked: texts.checkSpeakerAsked,
      yes: texts.checkSpeakerYes,
      no: texts.checkSpeakerNo,
    }[heard];
    const play = html`<button class="button" @click=${this.#play}>${texts.testRing}</button>`;
    const answer = (is: Heard, what: string) =>
      html`<button
        class="button"
        @click=${() => {
          this.heard = is;
        }}
      >
        ${what}
      </button>`;
    const ways =
      heard === "asked" ? html`${answer("yes", texts.checkYes)} ${answer("no", texts.checkNo)}` : play;
    return item(verdict, texts.checkSpeaker, words, html`<span class="choices">${ways}</span>`);
  }

  #server(): TemplateResult {
    const { texts, found } = this;
    const { verdict, tookMs } = found.server;
    const words = {
      not_yet: texts.checkServerLead,
      running: texts.checkRuns,
      ok: texts.checkServerOk(Math.round(tookMs ?? 0)),
      failed: texts.checkServerFailed,
    }[verdict];
    return item(verdictOf(verdict), texts.checkServer, words);
  }

  #paths(): TemplateResult {
    const { texts, found } = this;
    const { paths, server } = found;
    if (paths.length === 0) {
      const known = server.verdict === "ok";
      return item("still", texts.checkTurn, known ? texts.checkTurnNone : texts.checkTurnLead);
    }
    const verdict: Verdict = paths.some((one) => one.verdict === "running")
      ? "running"
      : paths.some((one) => one.verdict === "ok")
        ? "ok"
        : "wrong";
    const words =
      verdict === "wrong" ? texts.checkTurnFailed : verdict === "ok" ? texts.checkTurnOk : texts.checkRuns;
    const each = paths.map(
      (one) => html`<span class="path small muted number">${pathWords(one, texts)}</span>`,
    );
    return item(verdict, texts.checkTurn, words, html`<span>${each}</span>`);
  }

  #start(): void {
    if (this.found.running) return;
    this.copied = false;
    this.#check ??= this.actions.check((found) => {
      this.found = found;
    });
    this.#check.start();
  }

  #play(): void {
    this.actions.testRing();
    this.heard = "asked";
  }

  #copy(): void {
    const text = inWords(this.found, this.heard, this.texts, new Date(this.clock.now()), navigator.userAgent);
    void navigator.clipboard.writeText(text).then(() => {
      this.copied = true;
    });
  }
}

function item(
  verdict: Verdict,
  name: string,
  words: string,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const sign = ({ still: "clock", running: "reconnect", ok: "check", wrong: "alert" } as const)[verdict];
  return html`<li class=${verdict}>
    ${icon(sign)}
    <div><b>${name}</b><br /><span class="small">${words}</span> ${more}</div>
  </li>`;
}

function verdictOf(verdict: "not_yet" | "running" | "ok" | "failed"): Verdict {
  return ({ not_yet: "still", running: "running", ok: "ok", failed: "wrong" } as const)[verdict];
}

function microphoneWords(microphone: CheckState["microphone"], texts: DeskTexts): string {
  switch (microphone) {
    case "not_yet":
      return texts.checkMicrophoneLead;
    case "listening":
      return texts.checkMicrophoneSpeak;
    case "heard":
      return texts.checkMicrophoneHeard;
    case "silent":
      return texts.checkMicrophoneSilent;
    default:
      return aboutMicrophone(microphone, texts);
  }
}

function pathWords({ url, verdict, tookMs, error }: Path, texts: DeskTexts): string {
  const came = {
    running: texts.checkRuns,
    ok: texts.checkPathOk(Math.round(tookMs ?? 0)),
    failed: error ? texts.checkPathError(error) : texts.checkPathFailed,
  }[verdict];
  return `${url}: ${came}`;
}

/** What was found, as a text to send. Nothing in it is secret: no credentials, no addresses of this computer. */
export function inWords(
  found: CheckState,
  heard: Heard,
  texts: DeskTexts,
  at: Date,
  browser: string,
): string {
  const { server, paths, microphone } = found;
  const speaker = {
    not_yet: texts.checkNotTried,
    asked: texts.checkNotTried,
    yes: texts.checkSpeakerYes,
    no: texts.checkSpeakerNo,
  };
  const answered =
    server.verdict === "ok" ? texts.checkServerOk(Math.round(server.tookMs ?? 0)) : texts.checkServerFailed;
  return [
    `${texts.check} · ${at.toISOString()}`,
    browser,
    `${texts.microphone}: ${microphoneWords(microphone, texts)}`,
    `${texts.checkSpeaker}: ${speaker[heard]}`,
    `${texts.checkServer}: ${answered}`,
    ...(paths.length > 0
      ? paths.map((one) => pathWords(one, texts))
      : [`${texts.checkTurn}: ${texts.checkTurnNone}`]),
  ].join("\n");
}
