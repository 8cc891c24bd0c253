/** Numbers about a connection, and nothing else: no addresses, no names. */
import type { ConnectionState, MediaReport } from "@zuruf/protocol";

export type Numbers = Omit<MediaReport, "type" | "id" | "contactId" | "epoch">;

/** Boil statistics down. Bytes are the transport's, since audio that plays nowhere is not counted. */
export function numbers(report: RTCStatsReport, connectionState: ConnectionState): Numbers {
  const all = [...report.values()] as Record<string, unknown>[];
  const pair = chosenPair(report, all);
  const local =
    typeof pair?.["localCandidateId"] === "string" ? report.get(pair["localCandidateId"]) : undefined;
  const remote =
    typeof pair?.["remoteCandidateId"] === "string" ? report.get(pair["remoteCandidateId"]) : undefined;
  const inbound = all.filter((s) => s["type"] === "inbound-rtp");
  const audio = inbound.find((s) => s["kind"] === "audio");
  return {
    connectionState,
    bytesSent: count(pair?.["bytesSent"]) ?? 0,
    bytesReceived: count(pair?.["bytesReceived"]) ?? 0,
    packetsLost: inbound.reduce((lost, s) => lost + (count(s["packetsLost"]) ?? 0), 0),
    roundTripMs: milliseconds(pair?.["currentRoundTripTime"]),
    jitterMs: milliseconds(audio?.["jitter"]),
    relayed: pair ? local?.candidateType === "relay" || remote?.candidateType === "relay" : null,
  };
}

function chosenPair(
  report: RTCStatsReport,
  all: Record<string, unknown>[],
): Record<string, unknown> | undefined {
  for (const transport of all) {
    const id = transport["type"] === "transport" ? transport["selectedCandidatePairId"] : undefined;
    if (typeof id === "string") return report.get(id);
  }
  // Firefox says it on the pair.
  return all.find(
    (s) => s["type"] === "candidate-pair" && (s["selected"] === true || s["nominated"] === true),
  );
}

/** Browsers may count below zero, after duplicates. */
function count(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.round(value)) : null;
}

function milliseconds(seconds: unknown): number | null {
  return typeof seconds === "number" ? count(seconds * 1_000) : null;
}
