/** Socket.IO, and nothing but: one WebSocket for one attempt, no polling, no reconnection of its own. */
import { Manager } from "socket.io-client";
import type { ConnectRefusal, OpenSocket, Wire } from "./connection";
import {
  type AGENT_NAMESPACE,
  CALLER_NAMESPACE,
  EVENT,
  SOCKET_PATH,
  type SUPERVISOR_NAMESPACE,
} from "./generated";

/**
 * Opens sockets of one namespace.
 *
 * @param server - Where the gateway is.
 * @param namespace - Whose.
 */
export function socketIo(
  server: URL,
  namespace: typeof CALLER_NAMESPACE | typeof AGENT_NAMESPACE | typeof SUPERVISOR_NAMESPACE,
): OpenSocket {
  return (auth, events) => {
    const manager = new Manager(server.origin, {
      path: SOCKET_PATH,
      transports: ["websocket"],
      reconnection: false,
      autoConnect: false,
      withCredentials: namespace !== CALLER_NAMESPACE,
    });
    const socket = manager.socket(namespace, { auth });
    const closed = (refusal: ConnectRefusal | null) => {
      socket.off();
      socket.disconnect();
      events.closed(refusal);
    };
    socket.on("connect", () => events.opened());
    socket.on(EVENT, (message: unknown) => {
      if (isWire(message)) events.received(message);
    });
    socket.on("connect_error", (error: Error & { data?: unknown }) => closed(asRefusal(error.data)));
    socket.on("disconnect", () => closed(null));
    socket.connect();
    return {
      send: (message) => socket.emit(EVENT, message),
      close: () => {
        socket.off();
        socket.disconnect();
      },
    };
  };
}

function isWire(message: unknown): message is Wire {
  return (
    typeof message === "object" && message !== null && "type" in message && typeof message.type === "string"
  );
}

function asRefusal(data: unknown): ConnectRefusal | null {
  if (typeof data !== "object" || data === null || !("code" in data) || typeof data.code !== "string")
    return null;
  return {
    code: data.code,
    retryable: "retryable" in data && data.retryable === true,
    retryAfterMs: "retryAfterMs" in data && typeof data.retryAfterMs === "number" ? data.retryAfterMs : null,
  };
}
