import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SocketEvents, Wire } from "./connection";
import { CALLER_NAMESPACE } from "./generated";
import { socketIo } from "./socketio";

/** A browser's WebSocket whose other end is in the test's hands; frames are those of a real server. */
class Wireless {
  static readonly OPEN = 1;
  static last: Wireless;
  readyState = Wireless.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: string[] = [];
  closed = 0;

  constructor(readonly address: URL) {
    Wireless.last = this;
  }

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed += 1;
    this.readyState = 3;
  }

  say(frame: string): void {
    this.onmessage?.({ data: frame });
  }
}

const HELLO = '0{"sid":"a1","upgrades":[],"pingTimeout":8000,"pingInterval":10000,"maxPayload":65536}';

class Heard implements SocketEvents {
  readonly all: unknown[] = [];
  opened = () => void this.all.push("opened");
  received = (message: Wire) => void this.all.push(message);
  closed = (refusal: unknown) => void this.all.push({ closed: refusal });
}

function opened(server = "https://call.example/") {
  const heard = new Heard();
  const socket = socketIo(new URL(server), CALLER_NAMESPACE)({ token: "t" }, heard);
  return { heard, socket, far: Wireless.last };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wireless);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test.each([
  ["https://call.example/shop.html", "wss://call.example/socket.io/?EIO=4&transport=websocket"],
  ["http://localhost:8080/", "ws://localhost:8080/socket.io/?EIO=4&transport=websocket"],
])("the socket of a page at %s is encrypted as the page is", (server, address) => {
  expect(opened(server).far.address.href).toBe(address);
});

test("who was let in says and hears messages of its namespace, and nothing else", () => {
  const { heard, socket, far } = opened();

  far.say(HELLO);
  far.say('40/caller,{"sid":"b2"}');
  far.say('42/caller,["m",{"type":"caller.attached","text":"one, two"}]');
  far.say('42/caller,["other",{"type":"not.ours"}]');
  far.say('42/caller,["m",7]');
  far.say("6");
  socket.send({ type: "page.leaving" });

  expect(far.sent).toEqual(['40/caller,{"token":"t"}', '42/caller,["m",{"type":"page.leaving"}]']);
  expect(heard.all).toEqual(["opened", { type: "caller.attached", text: "one, two" }]);
});

test("why somebody was not let in is told once", () => {
  const { heard, far } = opened();
  far.say(HELLO);

  far.say('44/caller,{"message":"busy","data":{"code":"busy","retryable":true,"retryAfterMs":2000}}');
  far.onclose?.();

  expect(heard.all).toEqual([{ closed: { code: "busy", retryable: true, retryAfterMs: 2000 } }]);
  expect(far.closed).toBe(1);
});

test.each(["41/caller,", "1"])("a server that says goodbye with %s is gone", (frame) => {
  const { heard, far } = opened();
  far.say(HELLO);

  far.say(frame);

  expect(heard.all).toEqual([{ closed: null }]);
});

test("pings are answered, and a server that sends none any more is gone", () => {
  const { heard, far } = opened();
  far.say(HELLO);
  vi.advanceTimersByTime(17_000);
  far.say("2");
  vi.advanceTimersByTime(17_999);

  expect(far.sent.at(-1)).toBe("3");
  expect(heard.all).toEqual([]);

  vi.advanceTimersByTime(1);
  expect(heard.all).toEqual([{ closed: null }]);
});

test("what was closed on purpose says goodbye, and is not heard of again", () => {
  const { heard, socket, far } = opened();
  far.say(HELLO);

  socket.close();
  far.say("2");
  vi.advanceTimersByTime(60_000);

  expect(far.sent.at(-1)).toBe("41/caller,");
  expect(far.closed).toBe(1);
  expect(heard.all).toEqual([]);
});
