/**
 * Calling somebody to a tab that is not looked at: a title that changes, and a notice of
 * the system where that was allowed. Neither says who is calling.
 */

const BLINK_MS = 1_000;

export interface Surroundings {
  readonly document: Document;
  /** The constructor of notices, `undefined` in browsers without them. */
  readonly notification: typeof Notification | undefined;
  readonly focus: () => void;
  readonly reducedMotion: () => boolean;
}

export class Attention {
  #title = "";
  #blink: ReturnType<typeof setInterval> | undefined;
  #notice: Notification | null = null;

  constructor(private readonly around: Surroundings) {}

  /** What the tab says while nothing rings. */
  setTitle(title: string): void {
    this.#title = title;
    if (this.#blink === undefined) this.around.document.title = title;
  }

  /** Draw attention until {@link Attention.calm}. */
  call(text: string, body: string): void {
    this.calm();
    const { document, notification: Notice } = this.around;
    let shown = true;
    document.title = text;
    this.#blink = setInterval(() => {
      shown = this.around.reducedMotion() || !shown;
      document.title = shown ? text : this.#title;
    }, BLINK_MS);
    if (document.hidden && Notice?.permission === "granted") {
      const notice = new Notice(text, { body, tag: "zuruf-ring", requireInteraction: true });
      notice.onclick = () => this.around.focus();
      this.#notice = notice;
    }
  }

  calm(): void {
    clearInterval(this.#blink);
    this.#blink = undefined;
    this.around.document.title = this.#title;
    this.#notice?.close();
    this.#notice = null;
  }

  permission(): "unknown" | "off" | "on" | "denied" {
    const Notice = this.around.notification;
    if (!Notice) return "unknown";
    return { default: "off", granted: "on", denied: "denied" }[Notice.permission] as "off" | "on" | "denied";
  }

  /** Ask for the permission; to be called from a press. */
  async ask(): Promise<void> {
    await this.around.notification?.requestPermission();
  }
}
