/**
 * The agent's workplace in this tab: who signed in, the line to the server, the media of the
 * call at hand. It turns presses into requests and what it hears into the desk's state.
 *
 * What a browser has to give (sockets, devices, storage, sound) is handed in, so that a test
 * can be a whole shift.
 */
import {
  browserPeers,
  CAPABILITIES,
  type Devices,
  Legs,
  type Line,
  LocalMedia,
  MediaProblem,
  type MediaState,
  type PeerFactory,
} from "@zuruf/call";
import {
  type AgentContact,
  type AgentToServer,
  type Chance,
  Connection,
  type IceConfiguration,
  type Manner,
  type OpenSocket,
  type People,
  type Presence,
  REPORT_EVERY_MS,
  Refusal,
  type RefusalCode,
  type ServerToAgent,
  type SignedIn,
  type SignInTrouble,
  type Status,
  type Time,
  type Unnumbered,
} from "@zuruf/protocol";
import { type Language, ServerClock } from "@zuruf/ui";
import type { Attention } from "./attention";
import { Check, type CheckState, type Meter } from "./check";
import type { Found, Kind } from "./devices";
import type { Ringer } from "./ringer";
import {
  type Asked,
  blank,
  type Happening,
  inCall,
  quality,
  reduce,
  type SecondMedia,
  type State,
  scene,
  speaksTo,
  talks,
} from "./state";
import { texts } from "./texts";
import type { Actions, Whom } from "./views/view";
import { kindOfCall } from "./views/words";

const SESSION_KEY = "zuruf.agent";
/** How microphone and camera stand in the call at hand, so that a reload changes neither. */
const CALL_KEY = "zuruf.agent.call";
const LANGUAGE_KEY = "zuruf.language";
/** Set while somebody may be signed in here: nobody else is asked for. */
const PERSON_KEY = "zuruf.person";
const CAMERA_KEY = "zuruf.camera";
const RING_KEY = "zuruf.ring";
const DEVICE_KEY = "zuruf.device.";

/** What this tab's browser has for us. */
export interface Surroundings {
  readonly people: Pick<People, "whoAmI" | "signIn" | "signOut" | "ownDay">;
  readonly open: OpenSocket;
  readonly time: Time;
  readonly chance: Chance;
  /** This load of the page. */
  readonly page: string;
  readonly language: Language;
  /** Of this tab: a reload finds it again, another tab does not. */
  readonly tab: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Of this browser. */
  readonly browser: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly devices: Devices | undefined;
  readonly peers?: PeerFactory;
  readonly ringer: (
    changed: (sound: "locked" | "ready") => void,
  ) => Pick<Ringer, "unlock" | "start" | "stop" | "test" | "through">;
  readonly attention: Pick<Attention, "setTitle" | "call" | "calm" | "permission" | "ask">;
  readonly meter: (microphone: MediaStreamTrack) => Meter;
  readonly found: () => Promise<Found>;
  /** Whether there is a microphone that may be opened, as far as one can know without opening it. */
  readonly microphone: () => Promise<"ok" | "missing" | "unknown">;
  readonly visible: () => boolean;
  /** Beats at this pace, in hidden tabs too; answers what ends it. */
  readonly heart: (everyMs: number, beat: () => void) => () => void;
}

type Request = Unnumbered<AgentToServer>;

const NOBODY = { groupId: null, agentId: null, skill: null } as const;

const OVERTAKEN: ReadonlySet<string> = new Set<RefusalCode>(["offer_gone", "contact_gone", "stale_epoch"]);

interface Call {
  readonly assignment: string;
  readonly muted: boolean;
  readonly camera: boolean;
}

export class Workplace implements Actions {
  readonly clock: ServerClock;
  #state: State;
  #followers = new Set<(state: State) => void>();
  #line: Connection<ServerToAgent, AgentToServer> | null = null;
  #legs: Legs | null = null;
  #generation = 0;
  #ice: IceConfiguration | null = null;
  #stopHeart = () => {};
  /** Which assignment the microphone was opened for, so that a resumed one asks once. */
  #openedFor: string | null = null;
  /** Which assignment stands beside the one at hand. */
  #beside: string | null = null;
  /** Which offer rings. */
  #rung: string | null = null;
  #lost: { packets: number; at: number } | null = null;
  #shownTrack: MediaStreamTrack | null = null;
  readonly #peers: PeerFactory;
  readonly #local: LocalMedia;
  readonly #ringer: ReturnType<Surroundings["ringer"]>;

  constructor(private readonly around: Surroundings) {
    const camera = around.browser.getItem(CAMERA_KEY) !== "off";
    this.clock = new ServerClock(() => around.time.now());
    this.#state = blank(around.language, camera);
    this.#peers = around.peers ?? browserPeers();
    this.#local = new LocalMedia(around.devices, () => this.#localChanged());
    this.#ringer = around.ringer((sound) => this.#happen({ type: "bell", bell: { sound } }));
    const speaker = around.browser.getItem(RING_KEY) ?? "";
    this.#ringer.through(speaker);
    this.#happen({ type: "bell", bell: { speaker } });
    for (const kind of ["microphone", "camera", "speaker"] as const) {
      const id = around.browser.getItem(DEVICE_KEY + kind) ?? "";
      this.#happen({ type: "uses", kind, id });
      if (kind !== "speaker") void this.#local.choose(kind, id);
    }
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

  /** Look who is signed in, and go on where this tab was. */
  async start(): Promise<void> {
    this.#happen({ type: "bell", bell: { notifications: this.around.attention.permission() } });
    this.#entitle();
    if (this.around.browser.getItem(PERSON_KEY) === null) {
      this.#leave(null);
      return;
    }
    const { who, trouble } = await this.around.people.whoAmI(this.#state.language);
    if (who) this.#enter(who);
    else this.#leave(trouble);
  }

  // What the person does.

  signIn(userName: string, password: string): void {
    if (this.#state.signingIn) return;
    this.#ringer.unlock();
    this.#happen({ type: "signing_in" });
    void this.around.people.signIn(this.#state.language, userName, password).then(({ who, trouble }) => {
      if (who) this.#enter(who);
      else this.#happen({ type: "unknown", trouble });
    });
  }

  signOut(): void {
    const { who, language } = this.#state;
    if (!who) return;
    const line = this.#line;
    // First from the desk, so that calls stop coming; then the browser's session.
    const done = () => {
      line?.stop();
      void this.around.people.signOut(language, who.csrf);
    };
    void line?.ask({ type: "agent.sign_out" }).then(done, done);
    this.#leave({ kind: "signed_out" });
  }

  choose(presence: Presence, reason = ""): void {
    this.#ringer.unlock();
    void this.#ask("presence", { type: "presence.set", presence, reason });
  }

  accept(): void {
    const now = scene(this.#state);
    if (now.is === "offer" && this.#state.asked === null) void this.#accept(now.contact);
  }

  decline(busy = false): void {
    const now = scene(this.#state);
    if (now.is !== "offer" || this.#state.asked !== null) return;
    const { id, epoch } = now.contact;
    void this.#ask("decline", { type: "offer.decline", contactId: id, epoch, busy });
  }

  hangUp(): void {
    const now = scene(this.#state);
    if (now.is !== "call" && now.is !== "message") return;
    const { id, epoch } = now.contact;
    void this.#ask("end", { type: "contact.end", contactId: id, epoch }, "keep");
    // Who hangs up is not heard any longer, even while the server cannot be told.
    if (this.#state.line !== "open") this.#release();
  }

  lookForTargets(): void {
    const now = scene(this.#state);
    if (now.is !== "call" || !now.talking) return;
    this.#line?.ask({ type: "transfer.targets" }).catch((refusal: unknown) => {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#happen({ type: "answered", done: false });
    });
  }

  forgetTargets(): void {
    this.#happen({ type: "targets", targets: null });
  }

  transfer(to: Whom): void {
    this.forgetTargets();
    this.#inCall((about) => this.#ask("transfer", { type: "contact.transfer", ...about, ...NOBODY, ...to }));
  }

  hold(on: boolean): void {
    this.#inCall((about) => this.#ask("hold", { type: "contact.hold", ...about, on }));
  }

  consult(whom: Whom): void {
    this.forgetTargets();
    this.#inCall((about) => this.#ask("consult", { type: "consult.ask", ...about, ...NOBODY, ...whom }));
  }

  endConsultation(): void {
    this.#inCall((about) => this.#ask("consult", { type: "consult.end", ...about }));
  }

  confer(): void {
    this.#inCall((about) => this.#ask("confer", { type: "consult.join", ...about }));
  }

  handOver(): void {
    this.#inCall((about) => this.#ask("hand_over", { type: "consult.hand_over", ...about }));
  }

  #inCall(ask: (about: { readonly contactId: string; readonly epoch: number }) => Promise<void>): void {
    const now = scene(this.#state);
    if (now.is !== "call" || !now.talking || this.#state.asked !== null) return;
    const { id: contactId, epoch } = now.contact;
    void ask({ contactId, epoch });
  }

  finishWrapUp(code = ""): void {
    const contact = this.#state.desk?.contact;
    if (contact) void this.#ask("finish", { type: "wrapup.finish", contactId: contact.id, code });
  }

  mute(on: boolean): void {
    this.#local.mute(on);
  }

  camera(on: boolean): void {
    if (on) this.#happen({ type: "media", media: { camera: "opening" } });
    void this.#local.setCamera(on).catch(onlyMediaProblems);
  }

  tryMicrophone(): void {
    const now = scene(this.#state);
    if (now.is === "offer") this.accept();
    if (now.is === "call") void this.#openMicrophone(now.contact);
  }

  useThisTab(): void {
    // A session of our own again, so that the other tab's ends.
    this.#happen({ type: "line", line: "opening" });
    this.#startAnew();
  }

  reconnect(): void {
    this.#line?.start();
    this.#line?.hurry();
  }

  speak(language: Language): void {
    this.around.browser.setItem(LANGUAGE_KEY, language);
    this.#happen({ type: "language", language });
    this.#entitle();
    // The names of groups come from the server, and with the new picture the day is read anew.
    this.#line?.renew();
  }

  startWithCamera(on: boolean): void {
    this.around.browser.setItem(CAMERA_KEY, on ? "on" : "off");
    this.#happen({ type: "start_with_camera", on });
  }

  use(kind: Kind, id: string): void {
    const before = this.#state.uses[kind];
    this.#happen({ type: "uses", kind, id });
    const done = kind === "speaker" ? Promise.resolve() : this.#local.choose(kind, id);
    done.then(
      () => this.around.browser.setItem(DEVICE_KEY + kind, id),
      (problem: unknown) => {
        onlyMediaProblems(problem);
        this.#happen({ type: "uses", kind, id: before });
        this.#happen({ type: "answered", done: false });
      },
    );
  }

  ringThrough(speaker: string): void {
    this.around.browser.setItem(RING_KEY, speaker);
    this.#ringer.through(speaker);
    this.#happen({ type: "bell", bell: { speaker } });
    this.#ringer.test();
  }

  testRing(): void {
    this.#ringer.test();
  }

  check(onChange: (state: CheckState) => void): Check {
    const { devices, meter, time } = this.around;
    return new Check({
      devices,
      meter,
      time,
      peers: this.#peers,
      onChange,
      refresh: async () => {
        try {
          await this.#line?.ask({ type: "ice.refresh" });
          return this.#ice;
        } catch (refusal) {
          if (!(refusal instanceof Refusal)) throw refusal;
          return null;
        }
      },
    });
  }

  readDay(): void {
    const line = this.#line;
    void this.around.people.ownDay(this.#state.language).then((day) => {
      if (line !== null && this.#line === line) this.#happen({ type: "day", day });
    });
  }

  allowNotices(): void {
    const { attention } = this.around;
    void attention.ask().then(() => {
      this.#happen({ type: "bell", bell: { notifications: attention.permission() } });
    });
  }

  dismiss(): void {
    this.#happen({ type: "dismissed" });
  }

  // What the page tells.

  /** Something was pressed somewhere: sound is allowed from now on. */
  pressed(): void {
    if (this.#state.bell.sound === "locked") this.#ringer.unlock();
  }

  /** The network is back, or somebody looks at the page again. */
  woke(): void {
    this.#line?.hurry();
    this.#legs?.networkBack();
    this.#beat();
  }

  /** The page is closing or reloading. */
  leaving(): void {
    this.#line?.tell({ type: "page.leaving" });
  }

  /** A microphone was plugged in or out, allowed or forbidden. */
  async look(): Promise<void> {
    const found = await this.around.microphone();
    if (found !== this.#state.microphoneFound) this.#happen({ type: "microphone_found", found });
    this.#happen({ type: "found", found: await this.around.found() });
  }

  // In and out.

  #enter(who: SignedIn): void {
    this.around.browser.setItem(PERSON_KEY, "");
    this.#happen({ type: "known", who });
    const { open, page, time, chance, tab } = this.around;
    const line: Connection<ServerToAgent, AgentToServer> = new Connection({
      open,
      page,
      time,
      chance,
      auth: () => ({
        token: tab.getItem(SESSION_KEY),
        page,
        capabilities: CAPABILITIES,
        language: this.#state.language,
      }),
      onMessage: (message) => {
        if (this.#line === line) this.#hear(message);
      },
      onStatus: (status) => {
        if (this.#line === line) this.#lineChanged(status);
      },
    });
    this.#line = line;
    this.#legs = this.#newLegs(line);
    void this.look();
    this.#stopHeart = this.around.heart(REPORT_EVERY_MS, () => this.#beat());
    line.start();
  }

  #newLegs(line: Line): Legs {
    return new Legs({
      party: "agent",
      line: {
        ask: (request, manner) => line.ask(request, manner),
        tell: (request) => {
          this.#measure(request);
          line.tell(request);
        },
      },
      local: this.#local,
      peers: this.#peers,
      time: this.around.time,
      onChange: (first, second) => this.#mediaChanged(first, second),
    });
  }

  /** Another session for this page: numbers begin again, so nothing of the old one is kept. */
  #startAnew(): void {
    const line = this.#line;
    if (!line) return;
    this.around.tab.removeItem(SESSION_KEY);
    this.#release();
    this.#legs?.close();
    this.#legs = this.#newLegs(line);
    line.start();
  }

  /** Back to the sign-in. */
  #leave(trouble: SignInTrouble | null): void {
    this.#line = null;
    this.#stopHeart();
    this.#release();
    this.#legs?.close();
    this.#legs = null;
    this.#quiet();
    this.around.tab.removeItem(SESSION_KEY);
    // Out of reach is not signed out.
    if (trouble?.kind !== "unreachable") this.around.browser.removeItem(PERSON_KEY);
    this.#happen({ type: "unknown", trouble });
    this.#entitle();
  }

  #lineChanged(status: Status): void {
    this.#legs?.attached(status.kind === "attached");
    switch (status.kind) {
      case "connecting":
        this.#happen({ type: "line", line: "opening" });
        return;
      case "attached":
        this.#happen({ type: "line", line: "open" });
        this.#beat();
        return;
      case "away":
        this.#happen({ type: "line", line: status.restarting ? "restarting" : "lost" });
        this.#followRing();
        return;
      case "stopped":
        this.#stopped(status.code);
        return;
    }
  }

  #stopped(code: string): void {
    switch (code) {
      case "superseded":
        this.#release();
        this.#quiet();
        this.#happen({ type: "line", line: "superseded" });
        return;
      case "session_expired":
        // The tab's session is over, the person's may not be: a new one, from the start.
        if (this.around.tab.getItem(SESSION_KEY) === null) {
          this.#leave({ kind: "expired" });
          return;
        }
        this.#startAnew();
        return;
      case "not_signed_in":
        this.#leave({ kind: "expired" });
        return;
      case "signed_out":
        this.#leave({ kind: "signed_out" });
        return;
      case "wrong_origin":
        this.#leave({ kind: "wrong_origin" });
        return;
      default:
        // Not to be mended by waiting; a press on "Try now" may.
        this.#happen({ type: "line", line: "lost" });
    }
  }

  #beat(): void {
    void this.look();
    const microphone = this.#state.microphoneFound;
    this.#line?.tell({ type: "agent.health", microphone, visible: this.around.visible() });
  }

  // The server's word.

  #hear(message: ServerToAgent): void {
    switch (message.type) {
      case "agent.attached":
        this.around.tab.setItem(SESSION_KEY, message.token);
        this.#generation = message.generation;
        this.clock.heard(message.serverTime);
        this.#ice = message.ice;
        this.#legs?.configure(message.ice, message.serverTime);
        this.#deskChanged({ type: "heard", message });
        return;
      case "agent.changed":
        this.clock.heard(message.serverTime);
        if (message.ice) this.#legs?.configure(message.ice, message.serverTime);
        this.#deskChanged({ type: "heard", message });
        return;
      case "media.signalled":
        this.#legs?.receive(message);
        return;
      case "ice.refreshed":
        this.#ice = message.ice;
        this.#legs?.refreshed(message.ice);
        return;
      case "transfer.targets_found":
        if (scene(this.#state).is === "call") this.#happen({ type: "targets", targets: message });
        return;
      default:
        // Answers and farewells are the line's; anything else was written by a newer server.
        return;
    }
  }

  #deskChanged(heard: Happening & { type: "heard" }): void {
    const before = this.#state.desk;
    this.#happen(heard);
    const now = this.#state.desk;
    const moved = heard.message.type === "agent.attached" || before?.routing !== now?.routing;
    // While it rings and in a call nobody looks at what was.
    if (moved && now && now.routing !== "offered" && !inCall(now.routing)) this.readDay();
    this.#followRing();
    this.#followCall();
    this.#entitle();
  }

  #followRing(): void {
    const rings = this.#ringing();
    const offer = rings && assignmentOf(rings);
    if (offer === this.#rung) return;
    this.#rung = offer;
    if (rings) this.#ring(rings);
    else this.#quiet();
  }

  #ringing(): AgentContact | null {
    const now = scene(this.#state);
    return now.is === "offer" ? now.contact : null;
  }

  #ring(contact: AgentContact): void {
    const words = texts[this.#state.language];
    this.#ringer.start();
    const body = words.notificationBody(kindOfCall(contact, words));
    this.around.attention.call(words.titleRinging(contact.groupName), body);
  }

  #quiet(): void {
    this.#rung = null;
    this.#ringer.stop();
    this.around.attention.calm();
  }

  /** What the tab says of itself while nothing rings. */
  #entitle(): void {
    const { desk, language } = this.#state;
    const words = texts[language];
    const talking = desk !== null && talks(desk);
    this.around.attention.setTitle(talking ? `${words.titleTalking} · ${words.title}` : words.title);
  }

  // The call.

  /** Bring the media in line with the desk: theirs, nobody's, or those of a call we come back to. */
  #followCall(): void {
    const { desk, peer, second, letGo } = this.#state;
    const contact = desk?.contact;
    if (desk && contact && talks(desk) && contact.id !== letGo) {
      if (peer) {
        const { id: contactId, epoch, channel } = contact;
        const generation = this.#generation;
        this.#legs?.follow(
          { contactId, epoch, channel, generation, peer },
          second && { party: second.party, assignment: { ...second, channel, generation } },
        );
        const speaks = speaksTo(this.#state);
        this.#legs?.speakTo(speaks.first, speaks.second);
      }
      const assignment = assignmentOf(contact);
      if (assignment === this.#beside) {
        // A guest who was handed the contact goes on as they are.
        this.#openedFor = assignment;
        this.#remember();
      }
      this.#beside = second && `${second.contactId} ${second.epoch}`;
      if (this.#openedFor !== assignment) void this.#openMicrophone(contact);
      return;
    }
    // An offer that is being accepted has the microphone already.
    const accepting = desk?.routing === "offered" && contact && assignmentOf(contact) === this.#openedFor;
    if (accepting) this.#legs?.follow(null, null);
    else this.#release();
  }

  /** No call: no connection to anybody, and the microphone and camera are really off. */
  #release(): void {
    this.#openedFor = this.#beside = null;
    this.#legs?.follow(null, null);
    this.#legs?.ready(false);
    if (this.#state.media.microphone !== "closed") this.#local.close();
  }

  async #accept(contact: AgentContact): Promise<void> {
    if (this.#state.media.microphone === "opening") return;
    if (contact.channel !== "message" && !(await this.#openMicrophone(contact))) return;
    const now = this.#ringing();
    // Gone, or declined, while the browser asked.
    if (now?.id !== contact.id || now.epoch !== contact.epoch) return;
    await this.#ask("accept", { type: "offer.accept", contactId: contact.id, epoch: contact.epoch });
  }

  /** Whether the microphone is open now. The camera is opened with it where that is wanted. */
  async #openMicrophone(contact: AgentContact): Promise<boolean> {
    const assignment = assignmentOf(contact);
    this.#openedFor = assignment;
    const before = this.#remembered(assignment);
    this.#happen({ type: "media", media: { microphone: "opening" } });
    try {
      await this.#local.open(contact.channel, before?.camera ?? this.#state.startWithCamera);
      if (before?.muted) this.#local.mute(true);
    } catch (problem) {
      onlyMediaProblems(problem);
      if (this.#openedFor !== assignment) return false;
      this.#happen({ type: "media", media: { microphone: problem.trouble } });
      // Whoever is in a call already hears the caller at least.
      this.#legs?.ready(true);
      return false;
    }
    if (this.#openedFor !== assignment) return false;
    this.#legs?.ready(true);
    void this.look();
    return true;
  }

  #localChanged(): void {
    const { microphone: found, camera, cameraTrouble } = this.#local.state;
    const { media } = this.#state;
    // What is wrong with it, or that it is being opened, it does not know itself.
    const microphone = found === "closed" && this.#openedFor !== null ? media.microphone : found;
    this.#legs?.localChanged();
    const own = this.#ownPicture();
    this.#remember();
    this.#happen({ type: "media", media: { microphone, camera, cameraTrouble, own } });
  }

  #remember(): void {
    const { microphone, camera } = this.#local.state;
    if (this.#openedFor === null) this.around.tab.removeItem(CALL_KEY);
    if (this.#openedFor === null || microphone === "closed") return;
    const call: Call = {
      assignment: this.#openedFor,
      muted: microphone === "muted",
      camera: camera === "on",
    };
    this.around.tab.setItem(CALL_KEY, JSON.stringify(call));
  }

  #remembered(assignment: string): Call | null {
    const kept = this.around.tab.getItem(CALL_KEY);
    const call = kept === null ? null : (JSON.parse(kept) as Call);
    return call?.assignment === assignment ? call : null;
  }

  /** A stream of our own camera for ourselves; the same one while the camera is the same. */
  #ownPicture(): MediaStream | null {
    const track = this.#local.camera;
    if (track === this.#shownTrack) return this.#state.media.own;
    this.#shownTrack = track;
    if (!track) return null;
    const own = this.#peers.stream();
    own.addTrack(track);
    return own;
  }

  #mediaChanged(first: MediaState, beside: MediaState | null): void {
    const { link, remote, sound, code: checkCode, sends: callerSends } = first;
    const second: SecondMedia | null = beside && {
      link: beside.link,
      remote: beside.remote,
      sound: beside.sound,
      sends: beside.sends,
    };
    const gone = link === "none";
    if (gone) this.#lost = null;
    const media = { link, remote, sound, checkCode, callerSends, second, ...(gone ? { quality: null } : {}) };
    this.#happen({ type: "media", media });
  }

  /** Make a word of the numbers that are reported anyway. */
  #measure(request: Parameters<Line["tell"]>[0]): void {
    const contact = this.#state.desk?.contact;
    // The colleague's connection is not the caller's.
    if (request.type !== "media.report" || request.contactId !== contact?.id) return;
    if (request.epoch !== contact.epoch) return;
    const { packetsLost, roundTripMs, jitterMs } = request;
    const now = this.around.time.now();
    const before = this.#lost;
    this.#lost = { packets: packetsLost, at: now };
    const seconds = before ? Math.max(1, (now - before.at) / 1_000) : 1;
    const lost = before ? Math.max(0, packetsLost - before.packets) / seconds : 0;
    this.#happen({ type: "media", media: { quality: quality(lost, roundTripMs, jitterMs) } });
  }

  // State and requests.

  async #ask(what: Exclude<Asked, null>, request: Request, manner: Manner = "now"): Promise<void> {
    const line = this.#line;
    if (!line) return;
    this.#happen({ type: "asked", what });
    let done = true;
    try {
      await line.ask(request, manner);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      // What it was about is over. The desk says how, better than a refusal could.
      done = OVERTAKEN.has(refusal.code);
    }
    if (this.#line === line) this.#happen({ type: "answered", done });
  }

  #happen(happening: Happening): void {
    this.#state = reduce(this.#state, happening);
    for (const follower of this.#followers) follower(this.#state);
  }
}

function onlyMediaProblems(problem: unknown): asserts problem is MediaProblem {
  if (!(problem instanceof MediaProblem)) throw problem;
}

/** One assignment of one contact, as a key. */
function assignmentOf({ id, epoch }: AgentContact): string {
  return `${id} ${epoch}`;
}

/** What this browser was told before. */
export function rememberedLanguage(browser: Pick<Storage, "getItem">): string | null {
  return browser.getItem(LANGUAGE_KEY);
}
