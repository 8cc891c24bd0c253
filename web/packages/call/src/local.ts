/**
 * Our own microphone and camera: asked for, muted, switched, and let go at the end.
 *
 * The microphone is needed, the camera never is: without one the call goes on by voice, and
 * {@link LocalState.cameraTrouble} says why.
 */
import type { Channel } from "@zuruf/protocol";

/** Why there is no sound or picture of ours. Programs switch on it; views say it in words. */
export type MediaTrouble =
  /** The person, the page or the system said no. */
  | "denied"
  | "missing"
  /** Another program has it, or it does not work. */
  | "in_use"
  /** The page was not loaded over https, so the browser has no devices for it. */
  | "insecure"
  | "unsupported";

export class MediaProblem extends Error {
  override readonly name = "MediaProblem";

  constructor(readonly trouble: MediaTrouble) {
    super(trouble);
  }
}

export interface LocalState {
  /** `lost`: was open, and was unplugged or taken away. */
  readonly microphone: "closed" | "on" | "muted" | "lost";
  /** `off`: there may be one, but it is dark. */
  readonly camera: "closed" | "on" | "off";
  /** Set while a camera was wanted and cannot be had. */
  readonly cameraTrouble: MediaTrouble | null;
}

/** What a connection sends of us. */
export interface Sending {
  readonly microphone: MediaStreamTrack | null;
  readonly camera: MediaStreamTrack | null;
  readonly state: LocalState;
}

/** What is needed of `navigator.mediaDevices`. */
export type Devices = Pick<MediaDevices, "getUserMedia">;

const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 24, max: 30 },
  facingMode: "user",
};
const PLAIN = { microphone: MICROPHONE, camera: CAMERA } as const;

/** What there may be several of. */
export type Input = "microphone" | "camera";

export class LocalMedia implements Sending {
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  #lost = false;
  #video = false;
  #trouble: MediaTrouble | null = null;
  /** Raised by {@link close}: what was asked for before then is stopped when it arrives. */
  #life = 0;
  /** Which of several; empty: whichever the browser takes. */
  readonly #chosen: Record<Input, string> = { microphone: "", camera: "" };

  /**
   * @param devices - `navigator.mediaDevices`; undefined where the browser has none for us.
   * @param onChange - A track or a state changed.
   */
  constructor(
    private readonly devices: Devices | undefined,
    private readonly onChange: () => void,
  ) {}

  get microphone(): MediaStreamTrack | null {
    return this.#microphone;
  }

  get camera(): MediaStreamTrack | null {
    return this.#camera;
  }

  get state(): LocalState {
    return {
      microphone: this.#microphone
        ? this.#microphone.enabled
          ? "on"
          : "muted"
        : this.#lost
          ? "lost"
          : "closed",
      camera: this.#camera ? "on" : this.#video ? "off" : "closed",
      cameraTrouble: this.#trouble,
    };
  }

  /**
   * Ask for the microphone, and for a video call the camera too. Again, it asks for what is missing.
   *
   * @param camera - Whether a video call starts with the camera on.
   * @throws {MediaProblem} If there is no microphone to be had. A camera that is not there is no error.
   */
  async open(channel: Channel, camera = true): Promise<void> {
    const life = this.#life;
    this.#video = channel === "video";
    const wantsCamera = this.#video && camera && !this.#camera;
    if (this.#microphone) {
      if (wantsCamera) await this.setCamera(true).catch(onlyMediaProblems);
      return;
    }
    let tracks: MediaStreamTrack[];
    let trouble: MediaTrouble | null = null;
    try {
      const audio = this.#preferring("microphone");
      tracks = await this.#ask({ audio, ...(wantsCamera ? { video: this.#preferring("camera") } : {}) });
    } catch (problem) {
      if (!wantsCamera || !(problem instanceof MediaProblem) || problem.trouble === "insecure") throw problem;
      // Both or nothing is how browsers answer. The microphone alone is enough.
      trouble = problem.trouble;
      tracks = await this.#ask({ audio: this.#preferring("microphone") });
    }
    if (life !== this.#life) {
      for (const track of tracks) track.stop();
      return;
    }
    this.#trouble = trouble;
    for (const track of tracks) this.#take(track);
    this.onChange();
  }

  /** Fall silent, or speak again. Nothing is negotiated: silence is sent. */
  mute(muted: boolean): void {
    if (!this.#microphone || this.#microphone.enabled === !muted) return;
    this.#microphone.enabled = !muted;
    this.onChange();
  }

  /**
   * Switch the camera; dark means really off, with its light out.
   *
   * @throws {MediaProblem} If there is none to be had; it stays off then.
   */
  async setCamera(on: boolean): Promise<void> {
    if (!on) {
      this.#drop("#camera");
      this.onChange();
      return;
    }
    if (this.#camera || !this.#video) return;
    const life = this.#life;
    try {
      const tracks = await this.#ask({ video: this.#preferring("camera") });
      if (life !== this.#life || this.#camera) {
        for (const track of tracks) track.stop();
        return;
      }
      this.#trouble = null;
      for (const track of tracks) this.#take(track);
    } catch (problem) {
      if (problem instanceof MediaProblem) this.#trouble = problem.trouble;
      throw problem;
    } finally {
      this.onChange();
    }
  }

  /**
   * Use this microphone or camera from now on; one that is open is exchanged without a gap.
   *
   * @param id - A `deviceId`; empty: whichever the browser takes.
   * @throws {MediaProblem} If it is not to be had. What was open goes on then.
   */
  async choose(input: Input, id: string): Promise<void> {
    const before = this.#chosen[input];
    this.#chosen[input] = id;
    const old = input === "microphone" ? this.#microphone : this.#camera;
    if (!old) return;
    const life = this.#life;
    let tracks: MediaStreamTrack[];
    try {
      const exactly = id === "" ? PLAIN[input] : { ...PLAIN[input], deviceId: { exact: id } };
      tracks = await this.#ask(input === "microphone" ? { audio: exactly } : { video: exactly });
    } catch (problem) {
      this.#chosen[input] = before;
      throw problem;
    }
    const now = input === "microphone" ? this.#microphone : this.#camera;
    if (life !== this.#life || now !== old) {
      for (const track of tracks) track.stop();
      return;
    }
    for (const track of tracks) {
      track.enabled = old.enabled;
      this.#take(track);
    }
    old.stop();
    this.onChange();
  }

  /** Let go of everything. It can be opened again. */
  close(): void {
    this.#life += 1;
    this.#drop("#microphone");
    this.#drop("#camera");
    this.#lost = false;
    this.#video = false;
    this.#trouble = null;
    this.onChange();
  }

  /** The chosen one, or another if that was unplugged. */
  #preferring(input: Input): MediaTrackConstraints {
    const id = this.#chosen[input];
    return id === "" ? PLAIN[input] : { ...PLAIN[input], deviceId: { ideal: id } };
  }

  async #ask(wanted: MediaStreamConstraints): Promise<MediaStreamTrack[]> {
    // Absent outside a secure context.
    if (!this.devices) throw new MediaProblem("insecure");
    try {
      return (await this.devices.getUserMedia(wanted)).getTracks();
    } catch (error) {
      throw new MediaProblem(troubleOf(error));
    }
  }

  #take(track: MediaStreamTrack): void {
    const audio = track.kind === "audio";
    if (audio) {
      this.#microphone = track;
      this.#lost = false;
    } else {
      this.#camera = track;
    }
    track.addEventListener("ended", () => {
      if (audio && this.#microphone === track) {
        this.#microphone = null;
        this.#lost = true;
      } else if (this.#camera === track) {
        this.#camera = null;
        this.#trouble = "missing";
      } else {
        return;
      }
      this.onChange();
    });
  }

  #drop(which: "#microphone" | "#camera"): void {
    const track = which === "#microphone" ? this.#microphone : this.#camera;
    if (which === "#microphone") this.#microphone = null;
    else this.#camera = null;
    track?.stop();
  }
}

/** What a browser's refusal means. */
export function troubleOf(error: unknown): MediaTrouble {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    default:
      return "unsupported";
  }
}

function onlyMediaProblems(problem: unknown): void {
  if (!(problem instanceof MediaProblem)) throw problem;
}
