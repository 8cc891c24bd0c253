// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Attention } from "./attention";

const shown: { title: string; closed: boolean }[] = [];

class Notice {
  static permission = "granted";
  static requestPermission = async () => "granted";
  onclick = null;
  readonly #kept: { title: string; closed: boolean };

  constructor(title: string) {
    this.#kept = { title, closed: false };
    shown.push(this.#kept);
  }

  close(): void {
    this.#kept.closed = true;
  }
}

function attention(hidden: boolean): Attention {
  return new Attention({
    document: { title: "", hidden } as Document,
    notification: Notice as unknown as typeof Notification,
    focus: () => {},
    reducedMotion: () => false,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  shown.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

test("the title calls in turns with the page's own, and is that again afterwards", () => {
  const page = { title: "", hidden: false } as Document;
  const calling = new Attention({
    document: page,
    notification: undefined,
    focus: () => {},
    reducedMotion: () => false,
  });
  calling.setTitle("Desk");

  calling.call("Ringing", "Open the desk.");
  const titles = [page.title];
  vi.advanceTimersByTime(1_000);
  titles.push(page.title);
  vi.advanceTimersByTime(1_000);
  titles.push(page.title);
  calling.calm();

  expect([...titles, page.title]).toEqual(["Ringing", "Desk", "Ringing", "Desk"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a notice is shown only where nobody looks, and goes with the ring", () => {
  attention(false).call("Ringing", "Open the desk.");
  expect(shown).toEqual([]);

  const hidden = attention(true);
  hidden.call("Ringing", "Open the desk.");
  expect(shown).toEqual([{ title: "Ringing", closed: false }]);
  hidden.calm();
  expect(shown).toEqual([{ title: "Ringing", closed: true }]);
});
