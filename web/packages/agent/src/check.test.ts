import { FakeDevices, FakePeers } from "@zuruf/call/testing";
import type { IceConfiguration } from "@zuruf/protocol";
import { HandTime } from "@zuruf/protocol/testing";
import { expect, test } from "vitest";
import { Check, type CheckState, LISTEN_MS, PATH_MS } from "./check";
import { texts } from "./texts";
import { inWords } from "./views/check";

const UDP = "turn:turn.example:3478?transport=udp";
const TLS = "turns:turn.example:443?transport=tcp";
const RELAYS: IceConfiguration = {
  servers: [{ urls: ["stun:turn.example"], username: "", credential: "" }, relay(UDP, TLS)],
  relayOnly: false,
  expiresAt: null,
};

function relay(...urls: string[]): IceConfiguration["servers"][number] {
  return { urls, username: "until:then", credential: "a secret" };
}

/** A computer, its room and its network. */
class Desk {
  readonly time = new HandTime();
  readonly devices = new FakeDevices();
  readonly peers = new FakePeers();
  loudness = 0;
  ice: IceConfiguration | null = RELAYS;
  answersAfterMs = 40;
  meters = 0;
  found!: CheckState;
  readonly check = new Check({
    devices: this.devices.devices,
    meter: () => {
      this.meters += 1;
      return {
        level: () => this.loudness,
        close: () => {
          this.meters -= 1;
        },
      };
    },
    peers: this.peers,
    time: this.time,
    refresh: () => new Promise((done) => this.time.after(this.answersAfterMs, () => done(this.ice))),
    onChange: (found) => {
      this.found = found;
    },
  });

  async begin(): Promise<void> {
    this.check.start();
    await this.time.pass(this.answersAfterMs);
  }
}

test("who speaks is heard, and the microphone is closed afterwards", async () => {
  const desk = new Desk();
  await desk.begin();
  expect(desk.found.microphone).toBe("listening");

  desk.loudness = 0.2;
  await desk.time.pass(1_000);
  expect(desk.found).toMatchObject({ microphone: "heard", level: 0.2 });
  desk.loudness = 0;
  await desk.time.pass(LISTEN_MS);

  expect(desk.found).toMatchObject({ microphone: "heard", level: 0 });
  expect(desk.devices.running).toBe(0);
  expect(desk.meters).toBe(0);
});

test("a microphone in which nothing is heard is told apart from one that cannot be had", async () => {
  const [silent, denied] = [new Desk(), new Desk()];
  denied.devices.refuse = { audio: "NotAllowedError" };

  for (const desk of [silent, denied]) {
    await desk.begin();
    await desk.time.pass(LISTEN_MS);
  }

  expect(silent.found.microphone).toBe("silent");
  expect(denied.found.microphone).toBe("denied");
});

test("every way through a TURN server is tried by itself, and through TURN alone", async () => {
  const desk = new Desk();
  await desk.begin();
  expect(desk.found.server).toEqual({ verdict: "ok", tookMs: 40 });
  const [udp, tls] = desk.peers.all;
  expect(desk.peers.all.flatMap(({ configurations }) => configurations)).toEqual([
    {
      iceServers: [{ urls: UDP, username: "until:then", credential: "a secret" }],
      iceTransportPolicy: "relay",
    },
    {
      iceServers: [{ urls: TLS, username: "until:then", credential: "a secret" }],
      iceTransportPolicy: "relay",
    },
  ]);

  await desk.time.pass(30);
  tls?.find("candidate:1 1 udp 1 192.0.2.1 5 typ relay");
  udp?.onicecandidateerror?.({ errorCode: 701, errorText: "timed out" });
  await desk.time.pass(PATH_MS);

  expect(desk.found.paths).toEqual([
    { url: UDP, verdict: "failed", tookMs: null, error: "701 timed out" },
    { url: TLS, verdict: "ok", tookMs: 30, error: "" },
  ]);
  expect(desk.peers.all.every(({ closed }) => closed)).toBe(true);
  expect(desk.found.running).toBe(false);
});

test("a server that does not answer is said, and one without relays has no ways to try", async () => {
  const [mute, plain] = [new Desk(), new Desk()];
  mute.ice = null;
  plain.ice = { ...RELAYS, servers: [] };

  await mute.begin();
  await plain.begin();

  expect(mute.found.server).toEqual({ verdict: "failed", tookMs: null });
  expect(plain.found).toMatchObject({ server: { verdict: "ok" }, paths: [] });
});

test("a check that is stopped lets go of everything at once", async () => {
  const desk = new Desk();
  await desk.begin();
  await desk.time.pass(500);

  desk.check.stop();
  await desk.time.pass(0);

  expect(desk.devices.running).toBe(0);
  expect(desk.meters).toBe(0);
  expect(desk.peers.all.every(({ closed }) => closed)).toBe(true);
  expect(desk.time.alarms).toBe(0);
  expect(desk.found).toMatchObject({ running: false, microphone: "not_yet", paths: [] });
});

test.each(["en", "de"] as const)("the result is a text in %s without secrets", async (language) => {
  const desk = new Desk();
  desk.loudness = 0.1;
  await desk.begin();
  desk.peers.last.find("candidate:1 1 udp 1 192.0.2.1 5 typ relay");
  await desk.time.pass(LISTEN_MS + PATH_MS);

  const text = inWords(desk.found, "yes", texts[language], new Date(0), "A browser");

  expect(text.split("\n")).toHaveLength(7);
  expect(text).toContain(UDP);
  expect(text).toContain(texts[language].checkMicrophoneHeard);
  expect(text).not.toContain("a secret");
  expect(text).not.toContain("until:then");
  expect(text).not.toContain("192.0.2.1");
});
