import { expect, test } from "vitest";
import { numbers } from "./report";

function stats(...entries: Record<string, unknown>[]): RTCStatsReport {
  return new Map(entries.map((entry) => [entry["id"], entry])) as unknown as RTCStatsReport;
}

const pair = {
  id: "p",
  type: "candidate-pair",
  localCandidateId: "l",
  remoteCandidateId: "r",
  bytesSent: 1_000,
  bytesReceived: 2_000,
  currentRoundTripTime: 0.0421,
};

test("bytes and round trip are those of the pair in use", () => {
  const found = numbers(
    stats(
      { id: "t", type: "transport", selectedCandidatePairId: "p" },
      { ...pair, id: "other", bytesSent: 5, nominated: true },
      pair,
      { id: "l", type: "local-candidate", candidateType: "host" },
      { id: "r", type: "remote-candidate", candidateType: "srflx" },
      { id: "a", type: "inbound-rtp", kind: "audio", packetsLost: 3, jitter: 0.012 },
      { id: "v", type: "inbound-rtp", kind: "video", packetsLost: -1, jitter: 0.5 },
    ),
    "connected",
  );

  expect(found).toEqual({
    connectionState: "connected",
    bytesSent: 1_000,
    bytesReceived: 2_000,
    packetsLost: 3,
    roundTripMs: 42,
    jitterMs: 12,
    relayed: false,
  });
});

test("a browser that marks the pair itself is understood, and a relay at either end is one", () => {
  const found = numbers(
    stats({ ...pair, nominated: true }, { id: "r", type: "remote-candidate", candidateType: "relay" }),
    "connected",
  );

  expect(found).toMatchObject({ bytesSent: 1_000, relayed: true });
});

test("without a pair nothing is claimed", () => {
  expect(numbers(stats(), "connecting")).toEqual({
    connectionState: "connecting",
    bytesSent: 0,
    bytesReceived: 0,
    packetsLost: 0,
    roundTripMs: null,
    jitterMs: null,
    relayed: null,
  });
});
