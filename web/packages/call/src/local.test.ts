import { expect, test } from "vitest";
import { LocalMedia } from "./local";
import { FakeDevices } from "./testing";

function media(refuse: FakeDevices["refuse"] = {}) {
  const fake = new FakeDevices();
  fake.refuse = refuse;
  let changes = 0;
  const local = new LocalMedia(fake.devices, () => {
    changes += 1;
  });
  return { fake, local, changes: () => changes };
}

test("a video call has both, a voice call never asks for the camera", async () => {
  const video = media();
  await video.local.open("video");
  expect(video.local.state).toEqual({ microphone: "on", camera: "on", cameraTrouble: null });

  const voice = media();
  await voice.local.open("voice");
  expect(voice.fake.asked).toEqual(["audio"]);
  expect(voice.local.state.camera).toBe("closed");
});

test.each([
  ["NotFoundError", "missing"],
  ["NotAllowedError", "denied"],
  ["NotReadableError", "in_use"],
])("a camera with %s leaves a call by voice, and says why", async (name, trouble) => {
  const { local } = media({ video: name });

  await local.open("video");

  expect(local.state).toEqual({ microphone: "on", camera: "off", cameraTrouble: trouble });
});

test.each([
  ["NotFoundError", "missing"],
  ["NotAllowedError", "denied"],
  ["SecurityError", "denied"],
  ["NotReadableError", "in_use"],
  ["TypeError", "unsupported"],
])("without a microphone there is no call: %s is %s", async (name, trouble) => {
  const { local } = media({ audio: name });

  await expect(local.open("voice")).rejects.toMatchObject({ trouble });
});

test("a page that is not secure is told apart", async () => {
  const local = new LocalMedia(undefined, () => {});

  await expect(local.open("video")).rejects.toMatchObject({ trouble: "insecure" });
});

test("a dark camera is really off, and comes back", async () => {
  const { fake, local } = media();
  await local.open("video");

  await local.setCamera(false);
  expect(fake.running).toBe(1);
  expect(local.state.camera).toBe("off");

  await local.setCamera(true);
  expect(local.state.camera).toBe("on");
});

test("a camera that cannot be switched on stays off and says why", async () => {
  const { fake, local } = media();
  await local.open("video", false);
  expect(fake.asked).toEqual(["audio"]);
  fake.refuse = { video: "NotReadableError" };

  await expect(local.setCamera(true)).rejects.toMatchObject({ trouble: "in_use" });

  expect(local.state).toMatchObject({ camera: "off", cameraTrouble: "in_use" });
});

test("silence keeps the microphone and sends nothing of it", async () => {
  const { local } = media();
  await local.open("voice");

  local.mute(true);

  expect(local.state.microphone).toBe("muted");
  expect(local.microphone?.enabled).toBe(false);
});

test("a microphone that is unplugged is noticed, and opened again on request", async () => {
  const { fake, local, changes } = media();
  await local.open("voice");
  const before = changes();

  fake.given[0]?.unplug();
  expect(local.state.microphone).toBe("lost");
  expect(changes()).toBe(before + 1);

  await local.open("voice");
  expect(local.state.microphone).toBe("on");
});

test("closing stops everything, even what the visitor allows only afterwards", async () => {
  const { fake, local } = media();
  const opening = local.open("video");

  local.close();
  await opening;

  expect(fake.given).toHaveLength(2);
  expect(fake.running).toBe(0);
  expect(local.state.microphone).toBe("closed");
});

test("another microphone takes over without a gap, and is as mute as the one before", async () => {
  const { fake, local } = media();
  await local.open("video");
  const old = fake.given[0];
  local.mute(true);

  await local.choose("microphone", "headset");

  expect(fake.wanted.at(-1)).toMatchObject({ audio: { deviceId: { exact: "headset" } } });
  expect(local.state).toMatchObject({ microphone: "muted", camera: "on" });
  expect(local.microphone).not.toBe(old);
  expect(old?.readyState).toBe("ended");
  expect(fake.running).toBe(2);
});

test("a device that cannot be had leaves the one that is open", async () => {
  const { fake, local } = media();
  await local.open("video");
  const camera = local.camera;
  fake.refuse = { video: "NotReadableError" };

  await expect(local.choose("camera", "other")).rejects.toMatchObject({ trouble: "in_use" });

  expect(local.camera).toBe(camera);
  expect(local.state.camera).toBe("on");
});

test("what was chosen before is asked for when it is opened, and another will do", async () => {
  const { fake, local } = media();
  await local.choose("microphone", "headset");
  await local.choose("camera", "wide");
  expect(fake.asked).toEqual([]);

  await local.open("video");

  expect(fake.wanted).toMatchObject([
    { audio: { deviceId: { ideal: "headset" } }, video: { deviceId: { ideal: "wide" } } },
  ]);
});

test("a choice that comes when the call is over opens nothing", async () => {
  const { fake, local } = media();
  await local.open("voice");
  const choosing = local.choose("microphone", "headset");
  local.close();

  await choosing;

  expect(fake.running).toBe(0);
});
