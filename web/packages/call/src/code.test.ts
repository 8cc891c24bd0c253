import { expect, test } from "vitest";
import { checkCode } from "./code";

const sdp = (print: string) => `v=0\r\na=fingerprint:sha-1 00:11\r\na=fingerprint:sha-256 ${print}\r\n`;

test("both ends get the same six digits, however the browser writes them", async () => {
  const code = await checkCode(sdp("AB:CD"), sdp("12:34"));

  expect(code).toMatch(/^\d{3} \d{3}$/);
  expect(await checkCode(sdp("12:34"), sdp("ab:cd"))).toBe(code);
});

test("another certificate gives another code", async () => {
  expect(await checkCode(sdp("AB:CD"), sdp("12:34"))).not.toBe(await checkCode(sdp("AB:CE"), sdp("12:34")));
});

test("without a fingerprint there is no code to trust", async () => {
  expect(await checkCode(sdp("AB:CD"), "v=0\r\n")).toBeNull();
});
