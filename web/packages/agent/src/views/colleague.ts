/** A caller on hold, and the colleague who is asked meanwhile: how it stands, and the ways on from there. */
import type { AgentContact, Consultation } from "@zuruf/protocol";
import { base, buttons, icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { View } from "./view";
import { consultationNews } from "./words";

@customElement("zuruf-colleague")
export class ColleagueBar extends View {
  static override styles = [
    base,
    buttons,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--z-2) var(--z-3);
        padding: 8px 8px 8px 14px;
        border: 1px solid var(--z-line);
        border-radius: 14px;
        background: var(--z-raised);
        box-shadow: var(--z-shadow);
        color: var(--z-ink);
      }

      p {
        flex: 1 1 14rem;
        margin: 0;
      }

      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: var(--z-2);
      }
    `,
  ];

  @property({ attribute: false }) contact!: AgentContact;

  protected override render(): TemplateResult {
    const { contact, texts } = this;
    const { consultation } = contact;
    const held = this.state.desk?.routing === "held";
    const news = consultationNews(contact.consultationEnded, texts);
    const sentence = consultation
      ? this.#sentence(consultation, held)
      : contact.askedBy
        ? this.#asked()
        : [news, held ? texts.callerHeld : null].filter(Boolean).join(" ");
    // Always there, so that what changes in it is read out.
    return html`<div role="status">
      ${
        sentence
          ? html`<div class="bar">
              ${icon(held && !consultation ? "pause" : "people")}
              <p>${sentence}</p>
              <span class="ways">${consultation ? this.#ways(consultation, held) : held ? this.#back() : nothing}</span>
            </div>`
          : nothing
      }
    </div>`;
  }

  #asked(): string {
    const { state, texts } = this;
    return state.second?.peer.party === "caller" ? texts.guestNow : "";
  }

  #sentence({ phase, asked, agentName, guest, takesOver }: Consultation, held: boolean): string {
    const { texts } = this;
    const who = agentName ?? asked;
    switch (phase) {
      case "waiting":
        return texts.colleagueWaits(who);
      case "ringing":
        return texts.colleagueRings(who);
      case "connecting":
        return texts.colleagueConnects(who);
      case "talking":
        if (takesOver) return texts.colleagueTakesOver(who);
        if (guest === "joining") return texts.colleagueJoins(who);
        if (guest === "joined") return texts.colleagueJoined(who);
        return [
          held ? texts.colleagueTalks(who) : texts.colleagueSwapped(who),
          ...(this.#allCanConfer ? [] : [texts.olderPage]),
        ].join(" ");
    }
  }

  #ways({ phase, guest, takesOver, agentName, asked }: Consultation, held: boolean): TemplateResult {
    const { actions, texts } = this;
    const talks = phase === "talking" && this.#allCanConfer;
    const alone = guest === "no";
    return html`
      ${talks && !takesOver ? this.#way(texts.handOver, () => actions.handOver()) : nothing}
      ${talks && alone ? this.#way(texts.conference, () => actions.confer()) : nothing}
      ${
        !alone
          ? this.#way(texts.removeGuest(agentName ?? asked), () => actions.endConsultation())
          : this.#way(texts.backToCaller, () => actions.endConsultation(), held)
      }
    `;
  }

  /** Caller and colleague get a second connection, which a page of an older release knows nothing of. */
  get #allCanConfer(): boolean {
    const { peer, second } = this.state;
    return peer?.canConfer !== false && second?.peer.canConfer !== false;
  }

  #back(): TemplateResult {
    return this.#way(this.texts.backToCaller, () => this.actions.hold(false), true);
  }

  #way(words: string, press: () => void, first = false): TemplateResult {
    const ready = this.state.asked === null;
    return html`<button
      class="button ${first ? "primary" : ""}"
      aria-disabled=${!ready}
      @click=${() => ready && press()}
    >
      ${words}
    </button>`;
  }
}
