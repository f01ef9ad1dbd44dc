import * as z from "zod/mini";

import { closeReason } from "../link/close-codes.ts";
import { encode } from "../link/codec.ts";
import { tallySchema } from "../mailbox/tally.ts";

/** What is kept with a socket across hibernation. Times are milliseconds since the epoch. */
export const linkStateSchema = z.object({
  /** Null until the hello was accepted. */
  fence: z.nullable(z.number()),
  instance: z.nullable(z.string()),
  boot: z.nullable(z.string()),
  host: z.nullable(z.string()),
  agentVersion: z.nullable(z.string()),
  connectedAtMs: z.number(),
  window: z.number(),
  /** Last sequence number that was sent on this connection. */
  sentUpTo: z.number(),
  /** The version of the wire that its hello named. */
  protocol: z._default(z.number(), 1),
  /** The last announcement of routes that counted; the hello's is 0. */
  routesRevision: z._default(z.number(), 0),
  /** The mailbox's head when the agent connected: up to here a signal is a replay. */
  replayUpTo: z.number(),
  /** The dead letter up to which it was looked which to put back for this agent; null once that is done. */
  lettersAfter: z._default(z.nullable(z.number()), null),
  /** How many were put back for it. */
  lettersPutBack: z._default(z.number(), 0),
  /** After a `nack retry`: nothing is sent before this time. */
  holdUntilMs: z.number(),
  /** What the agent has acknowledged, and when: on disk only every now and then. */
  acked: z.number(),
  ackedAtMs: z.nullable(z.number()),
  /** What was counted without a row; kept with the socket of the agent that holds the fence. */
  tally: z.nullable(tallySchema),
});

export type LinkState = z.infer<typeof linkStateSchema>;

/** One agent's socket as the link server sees it; a thin adapter makes it of a hibernating WebSocket. */
export interface LinkSocket {
  readonly state: LinkState;
  /** Keeps `state` across hibernation. */
  save(state: LinkState): void;
  /** Hands text to the runtime; never throws, a socket that is gone reports itself by its close. */
  send(text: string): void;
  /** Ends the connection; never throws. */
  close(code: number, reason: string): void;
  /** When the runtime last answered a ping for us, or null. */
  lastPingAtMs(): number | null;
}

export function freshState(nowMs: number): LinkState {
  return {
    fence: null,
    instance: null,
    boot: null,
    host: null,
    agentVersion: null,
    connectedAtMs: nowMs,
    window: 0,
    sentUpTo: 0,
    protocol: 1,
    routesRevision: 0,
    replayUpTo: 0,
    lettersAfter: null,
    lettersPutBack: 0,
    holdUntilMs: 0,
    acked: 0,
    ackedAtMs: null,
    tally: null,
  };
}

/** Says why the link ends, then ends it. `retryAfterMs`: how long the agent is to stay away at least. */
export function dismiss(socket: LinkSocket, code: number, reason: string, retryAfterMs = 0): void {
  socket.send(encode({ type: "bye", code, reason: closeReason(reason), retryAfterMs }));
  socket.close(code, closeReason(reason));
}
