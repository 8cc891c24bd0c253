/**
 * Socket.IO, as much of it as we speak: one WebSocket for one attempt, one namespace, one event.
 *
 * Text frames of Engine.IO 4 and Socket.IO 5. No polling, no binary, no acknowledgements and no
 * reconnection of its own; {@link Connection} knows when to try again. The library that does all
 * of this is larger than the whole panel.
 */
import type { ConnectRefusal, OpenSocket, Wire } from "./connection";
import {
  type AGENT_NAMESPACE,
  type CALLER_NAMESPACE,
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
  const address = new URL(`${SOCKET_PATH}/?EIO=4&transport=websocket`, server);
  address.protocol = address.protocol.replace("http", "ws");
  return (auth, events) => {
    const socket = new WebSocket(address);
    let alarm: ReturnType<typeof setTimeout> | undefined;
    /** How long the server may be silent, by its own account; ms. */
    let silence = 0;
    const end = () => {
      clearTimeout(alarm);
      socket.onmessage = socket.onclose = null;
      if (socket.readyState === WebSocket.OPEN) socket.send(`41${namespace},`);
      socket.close();
    };
    const closed = (refusal: ConnectRefusal | null) => {
      end();
      events.closed(refusal);
    };
    const heard = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => closed(null), silence);
    };
    socket.onclose = () => closed(null);
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const body = () => JSON.parse(data.slice(data.indexOf(",") + 1));
      // Engine.IO's kind, and of its messages Socket.IO's.
      switch (data.slice(0, data[0] === "4" ? 2 : 1)) {
        case "0": {
          // Open.
          const { pingInterval, pingTimeout } = JSON.parse(data.slice(1));
          silence = pingInterval + pingTimeout;
          heard();
          socket.send(`40${namespace},${JSON.stringify(auth)}`);
          break;
        }
        case "2":
          // Ping.
          heard();
          socket.send("3");
          break;
        case "40":
          // Connected.
          events.opened();
          break;
        case "42": {
          // An event.
          const [event, message] = body();
          if (event === EVENT && isWire(message)) events.received(message);
          break;
        }
        case "44":
          // Not let in.
          closed(asRefusal(body().data));
          break;
        case "1":
        case "41":
          // Goodbye.
          closed(null);
      }
    };
    return {
      send: (message) => socket.send(`42${namespace},${JSON.stringify([EVENT, message])}`),
      close: end,
    };
  };
}

function isWire(message: unknown): message is Wire {
  return typeof (message as Partial<Wire> | null)?.type === "string";
}

function asRefusal(data: unknown): ConnectRefusal | null {
  const { code, retryable, retryAfterMs } = (data ?? {}) as Record<string, unknown>;
  if (typeof code !== "string") return null;
  return {
    code,
    retryable: retryable === true,
    retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : null,
  };
}
