/**
 * A supervisor's page in this tab: who signed in, the line on which the board comes, and what
 * is asked of the server. What a browser has to give is handed in.
 */
import {
  type Chance,
  Connection,
  type OpenSocket,
  type People,
  RestProblem,
  type RestRequest,
  type ServerToSupervisor,
  type SignedIn,
  type Status,
  type Time,
} from "@zuruf/protocol";
import { type Language, ServerClock } from "@zuruf/ui";
import {
  blank,
  type Dialog,
  type Explanation,
  type FailedNotices,
  type Happening,
  reduce,
  type State,
  type Table,
} from "./state";
import { texts } from "./texts";

const LANGUAGE_KEY = "zuruf.language";
/** Set while somebody may be signed in here: nobody else is asked for. */
const PERSON_KEY = "zuruf.person";

/** How often it is asked which callers could not be told; nobody pushes that. */
const NOTICES_EVERY_MS = 15_000;

export type SettablePresence = "available" | "once" | "busy" | "break";

/** What those in line get when a group closes; `null`: they are still served. */
export type Instead = { readonly kind: "refuse" | "message" | "callback" | "group"; readonly group?: string };

export interface Closing {
  readonly text: { readonly de: string; readonly en: string } | null;
  readonly waiting: Instead | null;
}

export interface Surroundings {
  readonly people: Pick<People, "whoAmI" | "signIn" | "signOut">;
  /** Ask the REST interface, with cookies. */
  readonly ask: (path: string, request: RestRequest) => Promise<unknown>;
  readonly open: OpenSocket;
  readonly time: Time;
  readonly chance: Chance;
  /** This load of the page. */
  readonly page: string;
  readonly language: Language;
  /** Of this browser. */
  readonly browser: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

export class Control {
  readonly clock: ServerClock;
  #state: State;
  #followers = new Set<(state: State) => void>();
  #line: Connection<ServerToSupervisor, never> | null = null;

  #callOff: () => void = () => {};

  constructor(private readonly around: Surroundings) {
    this.clock = new ServerClock(() => around.time.now());
    this.#state = blank(around.language);
  }

  get state(): State {
    return this.#state;
  }

  /** Be told the state now and on each change. */
  follow(follower: (state: State) => void): () => void {
    this.#followers.add(follower);
    follower(this.#state);
    return () => this.#followers.delete(follower);
  }

  /** Look who is signed in. */
  async start(): Promise<void> {
    if (this.around.browser.getItem(PERSON_KEY) === null) {
      this.#happen({ type: "unknown", trouble: null });
      return;
    }
    const { who, trouble } = await this.around.people.whoAmI(this.#state.language);
    if (who) this.#enter(who);
    else this.#happen({ type: "unknown", trouble });
  }

  // In and out.

  signIn(userName: string, password: string): void {
    if (this.#state.signingIn) return;
    this.#happen({ type: "signing_in" });
    void this.around.people.signIn(this.#state.language, userName, password).then(({ who, trouble }) => {
      if (who) this.#enter(who);
      else this.#happen({ type: "unknown", trouble });
    });
  }

  signOut(): void {
    const { who, language } = this.#state;
    if (!who) return;
    void this.around.people.signOut(language, who.csrf);
    this.around.browser.removeItem(PERSON_KEY);
    this.#leave({ kind: "signed_out" });
  }

  speak(language: Language): void {
    this.around.browser.setItem(LANGUAGE_KEY, language);
    this.#happen({ type: "language", language });
    // The names of groups come from the server, and so does an explanation.
    this.#line?.renew();
    const { dialog } = this.#state;
    if (dialog?.kind === "why") this.show(dialog);
  }

  reconnect(): void {
    this.#line?.start();
    this.#line?.hurry();
  }

  /** The network is back, or somebody looks at the page again. */
  woke(): void {
    this.#line?.hurry();
  }

  // What is looked at.

  filter(filter: string): void {
    this.#happen({ type: "filter", filter });
  }

  sort(table: Table, by: string): void {
    this.#happen({ type: "order", table, by });
  }

  show(dialog: Dialog | null): void {
    this.#happen({ type: "dialog", dialog });
    if (dialog?.kind === "why") void this.#explain(dialog.contact);
  }

  dismiss(): void {
    this.#happen({ type: "dismissed" });
  }

  // What is done.

  setPresence(agent: string, presence: SettablePresence): void {
    const words = texts[this.#state.language];
    const said = words.presenceSet(this.#nameOf(agent), words[presence]);
    void this.#act("PUT", `agents/${agent}/presence`, { presence }, said);
  }

  signAgentOut(agent: string): void {
    const said = texts[this.#state.language].agentSignedOut(this.#nameOf(agent));
    void this.#act("POST", `agents/${agent}/sign-out`, undefined, said);
  }

  /** Have an agent serve these of the groups one watches over, and none of the others of these. */
  move(agent: string, groups: readonly string[]): void {
    const before = this.#state.agents.get(agent)?.groupIds ?? [];
    const leave = before.filter((group) => !groups.includes(group));
    const join = groups.filter((group) => !before.includes(group));
    const said = texts[this.#state.language].agentMoved(this.#nameOf(agent));
    void this.#act("POST", `agents/${agent}/move`, { leave, join }, said);
  }

  assign(contact: string, agentId: string): void {
    const said = texts[this.#state.language].contactAssigned(this.#nameOf(agentId));
    void this.#act("POST", `contacts/${contact}/assign`, { agentId }, said);
  }

  end(contact: string): void {
    const said = texts[this.#state.language].contactEnded;
    void this.#act("POST", `contacts/${contact}/end`, undefined, said);
  }

  closeGroup(group: string, closing: Closing): void {
    const said = texts[this.#state.language].groupClosed(this.#groupNameOf(group));
    void this.#act("POST", `${this.#site()}/groups/${group}/close`, closing, said);
  }

  reopenGroup(group: string): void {
    const said = texts[this.#state.language].groupReopened(this.#groupNameOf(group));
    void this.#act("POST", `${this.#site()}/groups/${group}/reopen`, undefined, said);
  }

  async #act(method: "PUT" | "POST", path: string, body: unknown, said: string): Promise<void> {
    const { who, language, working } = this.#state;
    if (!who || working) return;
    this.#happen({ type: "working" });
    const headers = { "X-Zuruf-CSRF": who.csrf };
    try {
      await this.around.ask(path, { method, body, language, headers, credentials: true });
      this.#happen({ type: "done", sentence: said });
    } catch (error) {
      this.#happen({ type: "failed", sentence: this.#sentenceFor(error) });
    }
  }

  async #explain(contact: string): Promise<void> {
    const { language } = this.#state;
    const path = `${this.#site()}/contacts/${contact}/explanation`;
    try {
      const explanation = (await this.around.ask(path, { language, credentials: true })) as Explanation;
      this.#happen({ type: "explained", contact, explanation });
    } catch (error) {
      const notes = [this.#sentenceFor(error)];
      this.#happen({ type: "explained", contact, explanation: { entries: [], notes } });
    }
  }

  /** Ask which callers could not be told, now and from time to time. */
  async #lookAtNotices(): Promise<void> {
    this.#callOff();
    this.#callOff = this.around.time.after(NOTICES_EVERY_MS, () => void this.#lookAtNotices());
    const { language, who } = this.#state;
    try {
      const failed = await this.around.ask(`${this.#site()}/notices`, { language, credentials: true });
      if (this.#state.who === who) this.#happen({ type: "notices", failed: failed as FailedNotices });
    } catch (problem) {
      // What was known stays; it is asked again.
      if (!(problem instanceof RestProblem)) throw problem;
    }
  }

  #sentenceFor(error: unknown): string {
    if (!(error instanceof RestProblem)) throw error;
    const words = texts[this.#state.language];
    const said = error.detail ?? (error.code === "unreachable" ? words.unreachable : words.notDone);
    // What is wrong with a single field says more than that something is.
    return error.errors.length > 0 ? error.errors.join(" ") : said;
  }

  #site(): string {
    return `sites/${this.#state.who?.site}`;
  }

  #nameOf(agent: string): string {
    return this.#state.agents.get(agent)?.name ?? agent;
  }

  #groupNameOf(group: string): string {
    return this.#state.groups.get(group)?.name ?? group;
  }

  // The line.

  #enter(who: SignedIn): void {
    this.around.browser.setItem(PERSON_KEY, "");
    this.#happen({ type: "known", who });
    const { open, page, time, chance } = this.around;
    const line: Connection<ServerToSupervisor, never> = new Connection({
      open,
      page,
      time,
      chance,
      auth: () => ({ page, language: this.#state.language }),
      onMessage: (message) => {
        if (this.#line === line) this.#hear(message);
      },
      onStatus: (status) => {
        if (this.#line === line) this.#lineChanged(status);
      },
    });
    this.#line = line;
    line.start();
  }

  #hear(message: ServerToSupervisor): void {
    if (message.type !== "supervisor.attached" && message.type !== "supervisor.changed") return;
    this.clock.heard(message.serverTime);
    this.#happen({ type: "heard", message });
    if (message.type === "supervisor.attached") void this.#lookAtNotices();
  }

  #lineChanged(status: Status): void {
    switch (status.kind) {
      case "connecting":
        this.#happen({ type: "line", line: "opening" });
        return;
      case "attached":
        this.#happen({ type: "line", line: "open" });
        return;
      case "away":
        this.#happen({ type: "line", line: status.restarting ? "restarting" : "lost" });
        return;
      case "stopped":
        if (status.code === "not_signed_in" || status.code === "signed_out") this.#leave({ kind: "expired" });
        else if (status.code === "wrong_origin") this.#leave({ kind: "wrong_origin" });
        else this.#happen({ type: "line", line: "lost" });
        return;
    }
  }

  #leave(trouble: State["trouble"]): void {
    const line = this.#line;
    this.#line = null;
    line?.stop();
    this.#callOff();
    this.#happen({ type: "unknown", trouble });
  }

  #happen(happening: Happening): void {
    this.#state = reduce(this.#state, happening);
    for (const follower of this.#followers) follower(this.#state);
  }
}

/** What this browser was told before. */
export function rememberedLanguage(browser: Pick<Storage, "getItem">): string | null {
  return browser.getItem(LANGUAGE_KEY);
}
