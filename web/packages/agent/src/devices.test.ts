import { expect, test } from "vitest";
import { findDevices, NONE_FOUND } from "./devices";

const ALL = [
  ["audioinput", "default", "Default"],
  ["audioinput", "m1", "Headset"],
  ["videoinput", "c1", "Built in"],
  ["videoinput", "c2", ""],
  ["audiooutput", "s1", "Headset"],
] as const;

const enumerateDevices = async () =>
  ALL.map(([kind, deviceId, label]) => ({ kind, deviceId, label }) as MediaDeviceInfo);

test("devices are told by kind, and only those that the browser names", async () => {
  expect(await findDevices({ enumerateDevices }, { prototype: { setSinkId: () => {} } })).toEqual({
    microphone: [{ id: "m1", name: "Headset" }],
    camera: [{ id: "c1", name: "Built in" }],
    speaker: [{ id: "s1", name: "Headset" }],
  });
});

test("a browser that sends sound to one place only has no loudspeakers to choose from", async () => {
  expect((await findDevices({ enumerateDevices }, { prototype: {} })).speaker).toEqual([]);
  expect(await findDevices(undefined, undefined)).toEqual(NONE_FOUND);
});
