import { backoffRangeMs } from "../clock/backoff.ts";
import { CLOSE, closeReason } from "../link/close-codes.ts";
import { encode, readUp } from "../link/codec.ts";
import type { Hello } from "../link/hello.ts";
import { SPOKEN_VERSIONS } from "../link/protocol.ts";
import type { Up } from "../link/up.ts";
import type { Logger } from "../log/logger.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { OpenJobs } from "../mailbox/open-jobs.ts";
import { DAMPING_MS, fightOf, recentTakeovers, type Contender } from "../mailbox/takeovers.ts";
import type { Tally } from "../mailbox/tally.ts";
import { VERSION } from "../version.ts";
import type { LinkSocket } from "./link-socket.ts";
import { BATCH_SIGNALS, oneFrame } from "./one-frame.ts";

/** While something is unacknowledged, an agent that has been silent for this long counts as gone. */
export const SILENCE_MS = 90_000;

/** An agent greets at once; a socket that has not done so by then holds a place for nobody. */
export const HELLO_MS = 15_000;

const MAX_RETRIES = 5;
const RETRY = { baseMs: 1000, capMs: 16_000 } as const;
const UNSUPPORTED_PAUSE_MS = 60_000;
const MAX_HISTORY = 8;

export interface LinkServerOptions {
  readonly mailbox: Mailbox;
  readonly openJobs: () => OpenJobs;
  readonly tally: Tally;
  /** All sockets that are open. */
  readonly sockets: () => readonly LinkSocket[];
  readonly now: () => number;
  readonly log: Logger;
  /** Protocol versions to speak; ours and the one before unless a test says otherwise. */
  readonly spoken?: readonly number[];
}

type Frame<T extends Up["type"]> = Extract<Up, { type: T }>;

/** The edge's end of the link: one agent at a time, signals in order, never more than its window on the way. */
export class LinkServer {
  readonly #options: LinkServerOptions;

  constructor(options: LinkServerOptions) {
    this.#options = options;
  }

  /** Goes on after hibernation from what the live socket kept. */
  resume(): void {
    const state = this.live()?.state;
    if (state === undefined) return;
    this.#options.mailbox.acknowledge(state.acked, state.ackedAtMs ?? this.#options.now());
    if (state.tally !== null) this.#options.tally.restore(state.tally);
  }

  /** Keeps the tally with the live socket, so that it survives hibernation without a row. */
  keepTally(): void {
    const live = this.live();
    live?.save({ ...live.state, tally: this.#options.tally.state });
  }

  /** Takes one message of a socket. Never throws on what it holds. */
  receive(socket: LinkSocket, data: unknown): void {
    const read = readUp(data);
    if (read.kind === "unknown") return;
    if (read.kind === "bad") {
      this.#options.log.warn("link frame refused", { reason: read.problem });
      this.#dismiss(socket, CLOSE.badFrame, read.problem);
      return;
    }
    this.#dispatch(socket, read.frame);
  }

  #dispatch(socket: LinkSocket, frame: Up): void {
    if (frame.type === "hello") return this.#hello(socket, frame);
    if (socket.state.fence === null) return this.#dismiss(socket, CLOSE.badFrame, "the first frame must be hello");
    if (frame.fence !== socket.state.fence || frame.fence !== this.#options.mailbox.fence()) {
      return this.#dismiss(socket, CLOSE.superseded, "a newer connection has taken over");
    }
    switch (frame.type) {
      case "ack":
        return this.#ack(socket, frame);
      case "nack":
        return this.#nack(socket, frame);
      case "report":
        return this.#options.mailbox.meta.set("report", { atMs: this.#options.now(), report: frame.report });
      case "probe":
        return this.#probe(socket, frame);
    }
  }

  #hello(socket: LinkSocket, hello: Hello): void {
    const refusal = refusalOf(hello, this.#options.spoken ?? SPOKEN_VERSIONS);
    if (refusal !== null) return this.#dismiss(socket, CLOSE.unsupported, refusal, UNSUPPORTED_PAUSE_MS);
    if (this.#isFight(socket, hello)) return;
    const { mailbox, now, log, tally } = this.#options;
    if (hello.stream === mailbox.streamId) mailbox.acknowledge(hello.acked, now());
    mailbox.announce(hello.routes);
    const fence = mailbox.raiseFence();
    socket.save({
      ...socket.state,
      fence,
      instance: hello.instance,
      boot: hello.boot,
      host: hello.host,
      agentVersion: hello.agentVersion,
      window: hello.window,
      sentUpTo: mailbox.acked(),
      replayUpTo: mailbox.head(),
      acked: mailbox.acked(),
      ackedAtMs: mailbox.ackedAtMs(),
      tally: tally.state,
    });
    this.#supersedeOthers(socket, hello);
    log.info("agent connected", { instance: hello.instance, host: hello.host, fence, unacked: mailbox.unacked() });
    this.#welcome(socket, fence, hello.protocol);
    this.#pumpTo(socket);
  }

  /** Whether this hello is one more blow of two agents that take the link from each other; then the incumbent keeps it. */
  #isFight(socket: LinkSocket, hello: Hello): boolean {
    const { mailbox, now, log } = this.#options;
    const incumbent = this.#incumbent(socket);
    if (incumbent === null || incumbent.boot === hello.boot) return false;
    const challenger = { instance: hello.instance, boot: hello.boot, host: hello.host };
    const history = mailbox.meta.get("takeovers") ?? [];
    const nowMs = now();
    const fight = fightOf({ incumbent, challenger, history, fight: mailbox.meta.get("fight"), nowMs });
    if (fight === null) {
      const takeover = { atMs: nowMs, from: incumbent, to: challenger };
      mailbox.meta.set("takeovers", [...recentTakeovers(history, nowMs), takeover].slice(-MAX_HISTORY));
      return false;
    }
    mailbox.meta.set("fight", fight);
    log.error("two agents fight over the link; the newcomer is kept out", {
      incumbent: `${incumbent.instance} on ${incumbent.host}`,
      challenger: `${challenger.instance} on ${challenger.host}`,
    });
    const reason = `${incumbent.instance} on ${incumbent.host} has the link; run one agent only`;
    this.#dismiss(socket, CLOSE.flapping, reason, DAMPING_MS);
    return true;
  }

  /** The agent that holds the link and shows life on another socket than this one, or null. */
  #incumbent(socket: LinkSocket): Contender | null {
    const live = this.live();
    if (live === null || live.state === socket.state || live.state.fence === socket.state.fence) return null;
    if (!this.showsLife(live)) return null;
    const { instance, boot, host } = live.state;
    return instance === null || boot === null || host === null ? null : { instance, boot, host };
  }

  #welcome(socket: LinkSocket, fence: number, protocol: number): void {
    const { mailbox, openJobs } = this.#options;
    const open = openJobs();
    socket.send(
      encode({
        type: "welcome",
        protocol,
        edgeVersion: VERSION,
        stream: mailbox.streamId,
        fence,
        head: mailbox.head(),
        acked: mailbox.acked(),
        gap: mailbox.gap(),
        openJobs: [...open.jobs],
        openJobsComplete: open.complete,
      }),
    );
  }

  #supersedeOthers(socket: LinkSocket, hello: Hello): void {
    for (const other of this.#options.sockets()) {
      if (other.state.fence === null || other.state.fence === socket.state.fence) continue;
      const who = `${hello.instance} on ${hello.host} has taken over`;
      this.#dismiss(other, CLOSE.superseded, who);
    }
  }

  #ack(socket: LinkSocket, frame: Frame<"ack">): void {
    const { mailbox, now } = this.#options;
    if (this.#hasUntoldGap(socket)) return;
    if (frame.upTo > socket.state.sentUpTo) {
      return this.#dismiss(socket, CLOSE.badFrame, "ack of a signal that was never sent");
    }
    mailbox.acknowledge(frame.upTo, now());
    mailbox.gapTold();
    socket.save({ ...socket.state, acked: mailbox.acked(), ackedAtMs: mailbox.ackedAtMs(), holdUntilMs: 0 });
    this.#pumpTo(socket);
  }

  /**
   * Whether signals were given up at the bound since this agent was welcomed. It is behind then without knowing, and
   * is sent away: the next welcome tells it of the gap.
   */
  #hasUntoldGap(socket: LinkSocket): boolean {
    if (socket.state.sentUpTo >= this.#options.mailbox.acked()) return false;
    this.#options.log.warn("backlog given up; the agent is told at its next hello", {
      gap: this.#options.mailbox.gap(),
    });
    this.#dismiss(socket, CLOSE.unavailable, "signals were given up; come back and sweep");
    return true;
  }

  #nack(socket: LinkSocket, frame: Frame<"nack">): void {
    const { mailbox, now, log } = this.#options;
    const { state } = socket;
    if (frame.seq <= mailbox.acked() || frame.seq > state.sentUpTo) return;
    const retries = mailbox.retriesOf(frame.seq);
    if (frame.verdict === "poison" || retries >= MAX_RETRIES) {
      log.error("signal set aside", { seq: frame.seq, reason: frame.reason });
      mailbox.bury(frame.seq, frame.reason, retries + 1, now());
      // The agent took nothing of that batch; what stands behind the dead letter comes again at its next hello.
      if (frame.verdict === "retry") this.#dismiss(socket, CLOSE.unavailable, `signal ${frame.seq} was set aside`);
      return;
    }
    mailbox.noteRetry(frame.seq);
    socket.save({ ...state, sentUpTo: frame.seq - 1, holdUntilMs: now() + backoffRangeMs(RETRY, retries) });
  }

  #probe(socket: LinkSocket, frame: Frame<"probe">): void {
    const { mailbox, now } = this.#options;
    const { fence, id } = frame;
    socket.send(encode({ type: "probed", fence, id, head: mailbox.head(), acked: mailbox.acked(), now: now() }));
  }

  /** Sends what is due to the agent that holds the fence. Call it after each new signal. */
  pump(): void {
    const socket = this.live();
    if (socket !== null) this.#pumpTo(socket);
  }

  #pumpTo(socket: LinkSocket): void {
    const { mailbox, now } = this.#options;
    if (this.#hasUntoldGap(socket) || now() < socket.state.holdUntilMs) return;
    for (;;) {
      const { state } = socket;
      const credit = state.window - (state.sentUpTo - mailbox.acked());
      if (credit <= 0) return;
      const signals = oneFrame(mailbox.after(state.sentUpTo, Math.min(credit, BATCH_SIGNALS)), state.replayUpTo);
      const last = signals.at(-1);
      if (last === undefined || state.fence === null) return;
      socket.save({ ...state, sentUpTo: last.seq });
      const replay = last.seq <= state.replayUpTo;
      socket.send(encode({ type: "batch", fence: state.fence, replay, after: state.sentUpTo, signals: [...signals] }));
    }
  }

  /** The socket of the agent that holds the fence, or null. */
  live(): LinkSocket | null {
    const fence = this.#options.mailbox.fence();
    return this.#options.sockets().find((socket) => socket.state.fence === fence) ?? null;
  }

  /** When the agent was last heard of, milliseconds since the epoch. */
  lastHeardMs(socket: LinkSocket): number {
    const { connectedAtMs, ackedAtMs } = socket.state;
    return Math.max(connectedAtMs, socket.lastPingAtMs() ?? 0, ackedAtMs ?? 0);
  }

  /** Whether anything was heard of the agent lately: it pings every 20 s, and the runtime notes that without a wake. */
  showsLife(socket: LinkSocket): boolean {
    return this.#options.now() - this.lastHeardMs(socket) < SILENCE_MS;
  }

  /**
   * Does what is due by now: drops sockets that never greeted and an agent that is silent, sends what was held back.
   * Returns when to come again, or null.
   */
  tick(): number | null {
    const due = [this.#dropUngreeted(), this.#watchAgent()].filter((at) => at !== null);
    return due.length === 0 ? null : Math.min(...due);
  }

  #dropUngreeted(): number | null {
    let nextMs: number | null = null;
    for (const socket of this.#options.sockets()) {
      if (socket.state.fence !== null) continue;
      const deadlineMs = socket.state.connectedAtMs + HELLO_MS;
      if (this.#options.now() >= deadlineMs) this.#dismiss(socket, CLOSE.silent, "no hello within 15 s");
      else nextMs = Math.min(nextMs ?? deadlineMs, deadlineMs);
    }
    return nextMs;
  }

  #watchAgent(): number | null {
    const socket = this.live();
    const { mailbox, now } = this.#options;
    if (socket === null) return null;
    this.#pumpTo(socket);
    if (mailbox.unacked() === 0) return null;
    const deadline = this.lastHeardMs(socket) + SILENCE_MS;
    if (now() >= deadline) {
      this.#options.log.warn("agent is silent; link dropped", { instance: socket.state.instance ?? "" });
      this.#dismiss(socket, CLOSE.silent, "nothing heard for 90 s");
      return null;
    }
    return socket.state.holdUntilMs > now() ? Math.min(socket.state.holdUntilMs, deadline) : deadline;
  }

  #dismiss(socket: LinkSocket, code: number, reason: string, retryAfterMs = 0): void {
    socket.send(encode({ type: "bye", code, reason: closeReason(reason), retryAfterMs }));
    socket.close(code, closeReason(reason));
  }
}

function refusalOf(hello: Hello, spoken: readonly number[]): string | null {
  if (!spoken.includes(hello.protocol)) {
    return `protocol ${hello.protocol} is not spoken here (${spoken.join(", ")}); deploy the edge first`;
  }
  const [unknown] = hello.requires;
  return unknown === undefined ? null : `capability ${unknown.slice(0, 40)} is not known here`;
}
