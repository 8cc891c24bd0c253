/**
 * A visitor who becomes a caller: devices, contact, line and media, tied together.
 *
 * Nothing is opened, sent or stored before {@link Caller.start}, or before {@link Caller.resume}
 * finds a contact that this tab had when the page was loaded anew.
 */
import {
  type Announced,
  CALLER_NAMESPACE,
  type CallerToServer,
  type Chance,
  type Channel,
  Connection,
  type ContactCreated,
  type Language,
  type NewContact,
  newPageId,
  type OpenSocket,
  Refusal,
  RestProblem,
  rest,
  type ServerToCaller,
  type Status,
  socketIo,
  type Time,
  type Unnumbered,
} from "@zuruf/protocol";
import {
  type CallerEvent,
  type CallerState,
  hasContact,
  type Left,
  type RefusedBecause,
  reduce,
  START,
} from "./caller.state";
import { CAPABILITIES } from "./capabilities";
import { type LaterLegs, laterLegs } from "./later-legs";
import type { PeerFactory } from "./link";
import { type Devices, LocalMedia, MediaProblem } from "./local";

/** How long a page that already said goodbye goes on trying to tell the server. */
const GOODBYE_MS = 60_000;
/** How long a new call waits for that: two at once would be refused. */
const AFTER_GOODBYE_MS = 2_000;

/** After these a request may still become a contact. */
const UNDECIDED: ReadonlySet<string> = new Set(["unreachable", "busy"]);

/** Where a tab remembers its contact. The only thing we store, and only while there is one. */
export const CONTACT_KEY = "zuruf.contact";

export interface CallerOptions {
  readonly server: URL;
  readonly site: string;
  readonly group: string;
  readonly language: Language;
  /** This page load's id. */
  readonly page: string;
  readonly pageUrl: string;
  readonly pageTitle: string;
  /** This tab's `sessionStorage`; null where the browser forbids it. */
  readonly memory: Storage | null;
  readonly devices: Devices | undefined;
  readonly peers: PeerFactory;
  readonly time: Time;
  readonly chance: Chance;
  readonly onChange: (state: CallerState) => void;
  /** Instead of the server, in tests. */
  readonly open?: OpenSocket;
  readonly request?: typeof requestContact;
}

interface Remembered {
  readonly site: string;
  readonly group: string;
  readonly channel: Channel;
  readonly contactId: string;
  readonly sessionToken: string;
  /** As the caller left them: a reload must not switch a camera on. */
  readonly camera: boolean;
  readonly muted: boolean;
  /** As they were told with the contact. */
  readonly announcements: readonly Announced[];
}

type Chosen = Extract<Unnumbered<CallerToServer>, { type: "callback.choose" | "question.answer" }>;
type WithoutContact<T> = T extends unknown ? Omit<T, "contactId"> : never;
/** What a caller who waits may choose. */
export type ChooseRequest = WithoutContact<Chosen>;

type CallerConnection = Connection<ServerToCaller, CallerToServer>;

export class Caller {
  #state: CallerState = START;
  #contact: Remembered | null = null;
  #connection: CallerConnection | null = null;
  #legs: LaterLegs | null = null;
  /** Own generation, as told at attach. */
  #generation = 0;
  readonly #local: LocalMedia;
  /** The request under way. */
  #asking: Promise<void> | null = null;
  /** A request that failed and may have arrived all the same: asked again, it keeps its key. */
  #unanswered: { readonly channel: Channel; readonly key: string } | null = null;
  /** Whom to ask; another group than the page's when the visitor was sent there. */
  #group: string;
  /** What the visitor wanted to leave last, and its key. */
  #wish: { readonly same: string; readonly key: string } | null = null;
  /** The contact that was just left, until the server knows. */
  #goodbye: { readonly connection: CallerConnection; readonly told: Promise<void> } | null = null;
  /** Raised when the caller turns to something else; what was under way then is dropped. */
  #life = 0;

  constructor(private readonly options: CallerOptions) {
    this.#group = options.group;
    this.#local = new LocalMedia(options.devices, () => {
      this.#happened({ type: "local", local: this.#local.state });
      this.#legs?.localChanged();
      this.#remember();
    });
  }

  get state(): CallerState {
    return this.#state;
  }

  /** Our own picture, for the caller to see. */
  get camera(): MediaStreamTrack | null {
    return this.#local.camera;
  }

  /** Ask for the devices, then for a contact. */
  async start(channel: Channel): Promise<void> {
    if (hasContact(this.#state.step)) return;
    const life = this.#turn();
    this.#happened({ type: "pressed", channel });
    if (!(await this.#openDevices(channel, true, life))) return;
    await this.#afterGoodbye();
    if (life !== this.#life) return;
    const before = this.#unanswered;
    const key = before?.channel === channel ? before.key : crypto.randomUUID();
    this.#unanswered = null;
    await this.#underWay(this.#ask(channel, key, life));
  }

  /** From now on ask this group: the visitor was sent there. */
  turnTo(group: string): void {
    this.#group = group;
  }

  /** Show what may be done instead, without asking first: it is known that nobody is let in. */
  offer(because: RefusedBecause, channel: Channel): void {
    if (hasContact(this.#state.step)) return;
    this.#turn();
    this.#happened({ type: "not open", channel, because });
  }

  /**
   * Ask for the devices, then take up a place that was kept.
   *
   * @param claim - Gets the session of the place; asked once the devices are open.
   */
  async join(channel: Channel, claim: () => Promise<ContactCreated>): Promise<void> {
    if (hasContact(this.#state.step)) return;
    const life = this.#turn();
    this.#happened({ type: "pressed", channel });
    if (!(await this.#openDevices(channel, true, life))) return;
    await this.#underWay(this.#create(channel, claim, life));
  }

  /** Leave a message. */
  async leaveMessage(message: { readonly text: string; readonly address: string }): Promise<void> {
    // Whoever leaves one may still call: it does not count as a call of theirs.
    await this.#leave("message", { channel: "message", ...message }, newPageId());
  }

  /** Ask to be called back, without having waited. */
  async askForCallback(address: string, at: number | null): Promise<void> {
    const { step } = this.#state;
    const channel = "channel" in step ? step.channel : "voice";
    await this.#leave("callback", { channel, callback: { address, at } }, this.options.page);
  }

  /**
   * Leave the line for a callback, or answer what was asked. What came of it shows itself.
   *
   * @returns Whether it was done.
   */
  async choose(request: ChooseRequest): Promise<boolean> {
    const contact = this.#contact;
    const connection = this.#connection;
    if (!contact || !connection) return false;
    try {
      await connection.ask({ ...request, contactId: contact.contactId });
      return true;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return false;
    }
  }

  /**
   * Go on with the contact this tab had before the page was loaded anew.
   *
   * @returns Whether there is one.
   */
  resume(): boolean {
    const contact = recall(this.options.memory, this.options.site, this.options.group);
    if (!contact) return false;
    this.#turn();
    this.#contact = contact;
    this.#happened({
      type: "reloaded",
      channel: contact.channel,
      announcements: contact.announcements,
    });
    this.#attach(contact);
    void this.openAgain();
    return true;
  }

  /** Ask for the devices once more: they were refused, or went away. */
  async openAgain(): Promise<void> {
    const contact = this.#contact;
    if (!contact) {
      if ("channel" in this.#state.step) await this.start(this.#state.step.channel);
      return;
    }
    if (!(await this.#openDevices(contact.channel, contact.camera, this.#life))) return;
    this.#local.mute(contact.muted);
    this.#legs?.ready(true);
  }

  /** Cancel, leave the queue, or hang up: whatever ends it now. It is over here at once. */
  leave(): void {
    const contact = this.#contact;
    const connection = this.#connection;
    this.#turn();
    this.#connection = null;
    this.#unanswered = null;
    this.#happened({ type: "left" });
    if (contact && connection) this.#tellGoodbye(connection, contact.contactId);
  }

  /** Be a visitor again. */
  reset(): void {
    this.leave();
    this.#group = this.options.group;
    this.#happened({ type: "reset" });
  }

  mute(muted: boolean): void {
    this.#local.mute(muted);
  }

  async setCamera(on: boolean): Promise<void> {
    try {
      await this.#local.setCamera(on);
    } catch (problem) {
      // The reason is part of the state, and the call goes on.
      if (!(problem instanceof MediaProblem)) throw problem;
    }
  }

  /** Bring the contact back from the tab that took it over. */
  takeOver(): void {
    const contact = this.#contact;
    if (!contact || this.#state.step.name !== "superseded") return;
    this.#happened({
      type: "reloaded",
      channel: contact.channel,
      announcements: contact.announcements,
    });
    this.#attach(contact);
    this.#remember();
    void this.openAgain();
  }

  /** The page goes away, perhaps to be loaded anew. */
  pageHidden(): void {
    this.#connection?.tell({ type: "page.leaving" });
  }

  /** The network is back, or somebody looks at the page again. */
  hurry(): void {
    this.#connection?.hurry();
    this.#legs?.networkBack();
  }

  /** Remember what is being asked, for who asks something else meanwhile. */
  async #underWay(asking: Promise<void>): Promise<void> {
    this.#asking = asking;
    try {
      await asking;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  async #leave(what: Left, wish: Partial<NewContact>, visitor: string): Promise<void> {
    const { server, language, request = requestContact } = this.options;
    const { step } = this.#state;
    const life = this.#turn();
    const channel = "channel" in step ? step.channel : "voice";
    this.#happened({ type: "leaving", channel, what });
    // Pressed again after no answer came, it is the same wish.
    const same = JSON.stringify([this.#group, wish]);
    if (this.#wish?.same !== same) this.#wish = { same, key: crypto.randomUUID() };
    try {
      await request(server, { ...this.#newContact(channel), ...wish }, this.#wish.key, language, visitor);
      if (life === this.#life) this.#happened({ type: "arrived" });
    } catch (problem) {
      if (!(problem instanceof RestProblem)) throw problem;
      if (life !== this.#life) return;
      // What was written is kept on the page: the same may be tried again.
      const answer = { kind: what, group: null } as const;
      const { code, detail, retryAfter } = problem;
      this.#happened({ type: "refused", because: { code, detail, retryAfter, answer } });
    }
  }

  async #ask(channel: Channel, key: string, life: number): Promise<void> {
    const { server, language, page, request = requestContact } = this.options;
    const ask = () => request(server, this.#newContact(channel), key, language, page);
    await this.#create(channel, ask, life, key);
  }

  async #create(
    channel: Channel,
    ask: () => Promise<ContactCreated>,
    life: number,
    key: string | null = null,
  ): Promise<void> {
    const { site, group } = this.options;
    try {
      const created = await ask();
      const contact: Remembered = {
        site,
        group,
        channel,
        contactId: created.contactId,
        sessionToken: created.sessionToken,
        camera: true,
        muted: false,
        announcements: created.announcements,
      };
      if (life !== this.#life) {
        this.#sayGoodbye(contact);
        return;
      }
      this.#contact = contact;
      this.#happened({ type: "created", announcements: created.announcements });
      this.#remember();
      this.#attach(contact).ready(true);
    } catch (problem) {
      if (!(problem instanceof RestProblem)) throw problem;
      if (life !== this.#life) return;
      if (key !== null && UNDECIDED.has(problem.code)) this.#unanswered = { channel, key };
      this.#local.close();
      this.#happened({ type: "refused", because: problem });
    }
  }

  #newContact(channel: Channel): NewContact {
    const { site, language, pageUrl, pageTitle } = this.options;
    return {
      site,
      group: this.#group,
      channel,
      language,
      pageUrl: pageUrl.slice(0, 2_000),
      pageTitle: pageTitle.slice(0, 200),
    };
  }

  async #openDevices(channel: Channel, camera: boolean, life: number): Promise<boolean> {
    try {
      await this.#local.open(channel, camera);
    } catch (problem) {
      if (!(problem instanceof MediaProblem)) throw problem;
      if (life === this.#life) this.#happened({ type: "not opened", trouble: problem.trouble });
      return false;
    }
    if (life !== this.#life) return false;
    this.#happened({ type: "opened" });
    return true;
  }

  #attach(contact: Remembered): LaterLegs {
    const connection = this.#connect(contact.sessionToken, {
      onMessage: (message) => {
        if (connection === this.#connection) this.#told(message);
      },
      onStatus: (status) => {
        if (connection !== this.#connection) return;
        this.#legs?.attached(status.kind === "attached");
        this.#happened({ type: "line", status });
      },
    });
    const legs = laterLegs({
      party: "caller",
      line: connection,
      local: this.#local,
      peers: this.options.peers,
      time: this.options.time,
      onChange: (media, second) => {
        if (legs === this.#legs) this.#happened({ type: "media", media, second });
      },
    });
    this.#connection = connection;
    this.#legs = legs;
    connection.start();
    return legs;
  }

  #connect(
    token: string,
    on: { onMessage: (message: ServerToCaller) => void; onStatus: (status: Status) => void },
  ): CallerConnection {
    const { page, time, chance, server } = this.options;
    return new Connection<ServerToCaller, CallerToServer>({
      open: this.options.open ?? socketIo(server, CALLER_NAMESPACE),
      auth: () => ({ token, page, capabilities: CAPABILITIES }),
      page,
      time,
      chance,
      ...on,
    });
  }

  #told(message: ServerToCaller): void {
    const legs = this.#legs;
    switch (message.type) {
      case "caller.attached":
        this.#generation = message.generation;
        legs?.configure(message.ice, message.serverTime);
        break;
      case "caller.changed":
        if (message.ice) legs?.configure(message.ice, message.serverTime);
        break;
      case "ice.refreshed":
        legs?.refreshed(message.ice);
        return;
      case "media.signalled":
        legs?.receive(message);
        return;
    }
    const { announcements } = this.#state;
    this.#happened({ type: "told", message, at: this.options.time.now() });
    const { step } = this.#state;
    if (step.name !== "contact") return;
    if (this.#state.announcements !== announcements) this.#remember();
    const { contact, peer, second } = step;
    const { channel } = contact;
    const generation = this.#generation;
    legs?.expect(channel);
    const assigned = contact.phase === "connecting" || contact.phase === "talking";
    legs?.follow(
      assigned && peer ? { contactId: contact.id, epoch: contact.epoch, channel, generation, peer } : null,
      second && { party: second.party, assignment: { ...second, channel, generation } },
    );
    // Whom the agent does not hear meanwhile need not be heard at all.
    legs?.speakTo(!contact.held, true);
  }

  #happened(event: CallerEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (hasContact(before.step) && !hasContact(this.#state.step)) this.#afterContact();
    this.options.onChange(this.#state);
  }

  #afterContact(): void {
    this.#forget();
    const connection = this.#connection;
    this.#connection = null;
    connection?.stop();
    this.#legs?.close();
    this.#legs = null;
    // Kept only to bring it back by hand from another tab.
    if (this.#state.step.name !== "superseded") this.#contact = null;
    this.#local.close();
  }

  /** Drop what is under way. */
  #turn(): number {
    this.#life += 1;
    this.#contact = null;
    this.#local.close();
    return this.#life;
  }

  #sayGoodbye(contact: Remembered): void {
    const connection = this.#connect(contact.sessionToken, { onMessage: () => {}, onStatus: () => {} });
    connection.start();
    this.#tellGoodbye(connection, contact.contactId);
  }

  #tellGoodbye(connection: CallerConnection, contactId: string): void {
    const callOff = this.options.time.after(GOODBYE_MS, () => connection.stop());
    const done = () => {
      callOff();
      connection.stop();
      if (this.#goodbye?.connection === connection) this.#goodbye = null;
    };
    // Answered or refused, there is nothing more to say.
    this.#goodbye = {
      connection,
      told: connection.ask({ type: "contact.leave", contactId }, "keep").then(done, done),
    };
  }

  /** Wait, but not for long, until the server knows that what was before is over. */
  async #afterGoodbye(): Promise<void> {
    if (!this.#asking && !this.#goodbye) return;
    await new Promise<void>((resolve) => {
      const callOff = this.options.time.after(AFTER_GOODBYE_MS, resolve);
      void this.#allTold().then(() => {
        callOff();
        resolve();
      });
    });
  }

  async #allTold(): Promise<void> {
    // A request nobody waits for any more ends in a goodbye; how it fails is its own starter's business.
    await Promise.allSettled([this.#asking]);
    this.#goodbye?.connection.hurry();
    await this.#goodbye?.told;
  }

  #remember(): void {
    if (!this.#contact || !hasContact(this.#state.step) || !this.options.memory) return;
    const { microphone, camera } = this.#state.local;
    this.#contact = {
      ...this.#contact,
      camera: camera === "closed" ? this.#contact.camera : camera === "on",
      muted: microphone === "on" || microphone === "muted" ? microphone === "muted" : this.#contact.muted,
      announcements: this.#state.announcements,
    };
    try {
      this.options.memory.setItem(CONTACT_KEY, JSON.stringify(this.#contact));
    } catch {
      // Full or forbidden. Only a reload would have needed it.
      this.options.memory.removeItem(CONTACT_KEY);
    }
  }

  #forget(): void {
    this.options.memory?.removeItem(CONTACT_KEY);
  }
}

/**
 * Ask the server for a contact.
 *
 * @param page - Tells two visitors behind one address apart.
 */
export function requestContact(
  server: URL,
  contact: NewContact,
  key: string,
  language: Language,
  page: string,
): Promise<ContactCreated> {
  return rest(server, "contacts", {
    method: "POST",
    body: contact,
    language,
    headers: { "Idempotency-Key": key, "X-Zuruf-Visitor": page },
  });
}

function recall(memory: Storage | null, site: string, group: string): Remembered | null {
  let found: unknown;
  try {
    found = JSON.parse(memory?.getItem(CONTACT_KEY) ?? "null");
  } catch {
    // Somebody else's.
    return null;
  }
  if (typeof found !== "object" || found === null) return null;
  const contact = found as Partial<Remembered>;
  if (contact.site !== site || contact.group !== group) return null;
  const { channel, contactId, sessionToken } = contact;
  if ((channel !== "voice" && channel !== "video") || !contactId || !sessionToken) return null;
  return {
    site,
    group,
    channel,
    contactId,
    sessionToken,
    camera: contact.camera !== false,
    muted: contact.muted === true,
    announcements: Array.isArray(contact.announcements) ? contact.announcements : [],
  };
}
