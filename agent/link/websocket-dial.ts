import { messageOf } from "../../shared/errors/message-of.ts";
import WebSocket, { type RawData } from "ws";

import { MAX_FRAME_BYTES, SUBPROTOCOL } from "../../shared/link/protocol.ts";
import type { Connection, ConnectionEvents, Dial, Ending } from "./dial.ts";

const HANDSHAKE_TIMEOUT_MS = 15_000;

/** Dials the edge's `/link` with the bearer token, over `wss` or, for a test on loopback, `ws`. */
export function websocketDial(edgeUrl: string, token: string): Dial {
  const url = new URL("/link", edgeUrl);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return (events) => open(url, token, events);
}

function open(url: URL, token: string, events: ConnectionEvents): Connection {
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: { Authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: 4 * MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  let ended = false;
  let failure: Pick<Ending, "reason" | "status"> = { reason: "", status: null };
  const end = (code: number, reason: string): void => {
    if (ended) return;
    ended = true;
    events.closed({ code, reason: reason === "" ? failure.reason : reason, status: failure.status });
  };
  socket.on("open", () => events.opened());
  socket.on("message", (data, isBinary) => {
    if (!ended) events.received(isBinary ? data : text(data));
  });
  socket.on("unexpected-response", (_request, response) => {
    failure = { reason: `the edge answered ${response.statusCode ?? 0}`, status: response.statusCode ?? null };
    response.resume();
    socket.terminate();
    end(1006, "");
  });
  socket.on("error", (error) => {
    failure = { ...failure, reason: failure.reason === "" ? messageOf(error) : failure.reason };
  });
  socket.on("close", (code, reason) => end(code, reason.toString()));
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    terminate: () => {
      socket.terminate();
      queueMicrotask(() => end(1006, "terminated"));
    },
  };
}

function text(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString("utf8");
}
