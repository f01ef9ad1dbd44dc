import { getProxyForUrl } from "proxy-from-env";

import { messageOf } from "../../shared/errors/message-of.ts";
import type { IncomingMessage } from "node:http";

import WebSocket, { type RawData } from "ws";

import { MAX_FRAME_BYTES, SUBPROTOCOL } from "../../shared/link/protocol.ts";
import { unchanging, type ChangingSecret } from "../settings/changing-secret.ts";
import { whoAnswers } from "../edge/who-answers.ts";
import { ConnectAgent } from "./connect-agent.ts";
import type { Connection, ConnectionEvents, Dial, Ending } from "./dial.ts";

const HANDSHAKE_TIMEOUT_MS = 15_000;

/**
 * Dials the edge's `/link` with the bearer token, over `wss` or, for a test on loopback, `ws`. Through the proxy that
 * HTTPS_PROXY (HTTP_PROXY for `ws`) names: `ws` brings connections of its own and passes Node's proxies by. A token that
 * the edge refuses with 401 is read anew where it stands in a file.
 */
export function websocketDial(edgeUrl: string, token: string | ChangingSecret): Dial {
  const secret = typeof token === "string" ? unchanging(token) : token;
  const url = new URL("/link", edgeUrl);
  const proxy = getProxyForUrl(url.href);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return (events) => open(url, secret, proxy, events);
}

function open(url: URL, secret: ChangingSecret, proxy: string, events: ConnectionEvents): Connection {
  const token = secret.reveal();
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: { Authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: 4 * MAX_FRAME_BYTES,
    perMessageDeflate: false,
    ...(proxy === "" ? {} : { agent: new ConnectAgent(proxy, url.protocol === "wss:") }),
  });
  let ended = false;
  let failure: Omit<Ending, "code"> = { reason: "", status: null };
  const here: unknown[] = [];
  const handOver = (): void => {
    for (let data = here.shift(); data !== undefined; data = here.shift()) {
      if (!ended) events.received(data, here.length > 0);
    }
  };
  const end = (code: number, reason: string): void => {
    if (ended) return;
    handOver();
    ended = true;
    events.closed({ ...failure, code, reason: reason === "" ? failure.reason : reason });
  };
  socket.on("open", () => events.opened());
  socket.on("message", (data, isBinary) => {
    // What came in meanwhile is read in the same turn of the event loop, and one write to the journal takes it all.
    if (here.length === 0) setImmediate(handOver);
    here.push(isBinary ? data : text(data));
  });
  socket.on("unexpected-response", (_request, response) => {
    failure = refusalOf(response);
    // Whoever else answers in the edge's place says nothing about our token.
    if (failure.status === 401 && failure.remedy === undefined)
      failure = { ...failure, renewed: secret.refused(token) };
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

function refusalOf({ statusCode = 0, headers }: IncomingMessage): Omit<Ending, "code"> {
  const fields = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, each]));
  const other = whoAnswers(statusCode, new Headers(fields as [string, string][]));
  const reason = `the edge answered ${statusCode}`;
  if (other === null) return { reason, status: statusCode };
  return { reason: `${reason}: ${other.who}`, status: statusCode, remedy: other.remedy };
}

function text(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString("utf8");
}
