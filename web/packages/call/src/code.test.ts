import { expect, test } from "vitest";
import { shortCode } from "./code";

const sdp = (print: string) => `v=0\r\na=fingerprint:sha-1 00:11\r\na=fingerprint:sha-256 ${print}\r\n`;

test("both ends get the same six digits, however the browser writes them", async () => {
  const code = await shortCode(sdp("AB:CD"), sdp("12:34"));

  expect(code).toMatch(/^\d{3} \d{3}$/);
  expect(await shortCode(sdp("12:34"), sdp("ab:cd"))).toBe(code);
});

test("another certificate gives another code", async () => {
  expect(await shortCode(sdp("AB:CD"), sdp("12:34"))).not.toBe(await shortCode(sdp("AB:CE"), sdp("12:34")));
});

test("without a fingerprint there is no code to trust", async () => {
  expect(await shortCode(sdp("AB:CD"), "v=0\r\n")).toBeNull();
});
