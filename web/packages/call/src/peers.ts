/** The browser's own connections. */
import type { PeerFactory } from "./link";

export function browserPeers(): PeerFactory {
  return {
    peer: (configuration) => new RTCPeerConnection(configuration),
    stream: () => new MediaStream(),
  };
}
