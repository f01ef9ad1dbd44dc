import { backoffRangeMs } from "../clock/backoff.ts";
import type { Ack } from "../link/ack.ts";
import type { Nack } from "../link/nack.ts";
import { CLOSE } from "../link/close-codes.ts";
import { encode } from "../link/codec.ts";
import type { Logger } from "../log/logger.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { dismiss, type LinkSocket } from "./link-socket.ts";

const MAX_RETRIES = 5;
const RETRY = { baseMs: 1000, capMs: 16_000 } as const;
/** Frames stay under 256 KiB: 50 signals of the usual 600 bytes, fewer where one is large. */
const BATCH_SIGNALS = 50;
const BATCH_BYTES = 128 * 1024;

export interface SignalPumpOptions {
  readonly mailbox: Mailbox;
  readonly now: () => number;
  readonly log: Logger;
}

/** Sends signals to one agent in order, never more than its window unacknowledged, and takes its answers. */
export class SignalPump {
  readonly #options: SignalPumpOptions;

  constructor(options: SignalPumpOptions) {
    this.#options = options;
  }

  /** Sends what is due. */
  pump(socket: LinkSocket): void {
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

  /** The agent has everything up to a signal. */
  acked(socket: LinkSocket, frame: Ack): void {
    const { mailbox, now } = this.#options;
    if (this.#hasUntoldGap(socket)) return;
    if (frame.upTo > socket.state.sentUpTo) {
      return dismiss(socket, CLOSE.badFrame, "ack of a signal that was never sent");
    }
    mailbox.acknowledge(frame.upTo, now());
    mailbox.gapTold();
    socket.save({ ...socket.state, acked: mailbox.acked(), ackedAtMs: mailbox.ackedAtMs(), holdUntilMs: 0 });
    this.pump(socket);
  }

  /** The agent cannot take a signal now, or ever. */
  refused(socket: LinkSocket, frame: Nack): void {
    const { mailbox, now, log } = this.#options;
    const { state } = socket;
    if (frame.seq > Math.max(mailbox.acked(), state.sentUpTo)) return;
    if (frame.seq <= mailbox.acked()) return this.#refusedLate(socket, frame);
    const retries = mailbox.retries.of(frame.seq);
    if (frame.verdict === "poison" || retries >= MAX_RETRIES) {
      log.error("signal set aside", { seq: frame.seq, reason: frame.reason });
      mailbox.bury(frame.seq, frame.reason, retries + 1, now(), state.agentVersion);
      if (frame.verdict === "poison") this.#confirm(socket, frame);
      // The agent took nothing of that batch; what stands behind the dead letter comes again at its next hello.
      if (frame.verdict === "retry") dismiss(socket, CLOSE.unavailable, `signal ${frame.seq} was set aside`);
      return;
    }
    mailbox.retries.add(frame.seq);
    socket.save({ ...state, sentUpTo: frame.seq - 1, holdUntilMs: now() + backoffRangeMs(RETRY, retries) });
  }

  /** The agent's journal is past it by now, and told so before the refusal arrived. */
  #refusedLate(socket: LinkSocket, { seq, verdict, reason, fence }: Nack): void {
    if (verdict !== "poison") return;
    const { mailbox, now } = this.#options;
    mailbox.buryAcknowledged(seq, reason, now(), socket.state.agentVersion);
    this.#confirm(socket, { seq, fence });
  }

  #confirm(socket: LinkSocket, { seq, fence }: Pick<Nack, "seq" | "fence">): void {
    if (socket.state.protocol >= 2) socket.send(encode({ type: "nacked", fence, seq }));
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
    dismiss(socket, CLOSE.unavailable, "signals were given up; come back and sweep");
    return true;
  }
}

/** The signals that fit one frame and are all replay or all live; `replayUpTo` is where replay ends. */
function oneFrame<T extends { readonly seq: number; readonly signal: unknown }>(
  signals: readonly T[],
  replayUpTo: number,
): readonly T[] {
  const taken: T[] = [];
  let bytes = 0;
  for (const entry of signals) {
    bytes += JSON.stringify(entry).length;
    const first = taken[0];
    if (first !== undefined && bytes > BATCH_BYTES) break;
    if (first !== undefined && first.seq <= replayUpTo !== entry.seq <= replayUpTo) break;
    taken.push(entry);
  }
  return taken;
}
