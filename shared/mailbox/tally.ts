import * as z from "zod/mini";

import type { AcceptOutcome, DeliveryNote, MatchedSecret } from "../receiver/mailbox-port.ts";
import type { Signal } from "../workflow-job/signal.ts";

const at = z.nullable(z.number());

const hookTallySchema = z.object({ deliveryAtMs: at, signalAtMs: at, pingAtMs: at, duplicateAtMs: at });
type HookTally = z.infer<typeof hookTallySchema>;

/** What was seen of deliveries that is worth no row. Times are milliseconds since the epoch. */
export const tallySchema = z.object({
  /** Refusals by reason since the last delivery that was properly signed. */
  rejected: z.object({ missing: z.number(), malformed: z.number(), mismatch: z.number() }),
  lastRejectedAtMs: at,
  lastDuplicateAtMs: at,
  /** The secret that the last delivery was signed with. */
  secret: z.nullable(z.object({ matched: z.enum(["current", "previous"]), atMs: z.number() })),
  hooks: z.record(z.string(), hookTallySchema),
});

export type TallyState = z.infer<typeof tallySchema>;

/** Hook ids are not signed: whoever replays a body may invent them, but not make them take room. */
const MAX_HOOKS = 16;

const NO_HOOK: HookTally = { deliveryAtMs: null, signalAtMs: null, pingAtMs: null, duplicateAtMs: null };

/** Counts deliveries for freshness without spending rows; the edge keeps its state with the agent's socket. */
export class Tally {
  #state: TallyState = {
    rejected: { missing: 0, malformed: 0, mismatch: 0 },
    lastRejectedAtMs: null,
    lastDuplicateAtMs: null,
    secret: null,
    hooks: {},
  };

  get state(): TallyState {
    return this.#state;
  }

  /** Goes on from what was kept. */
  restore(state: TallyState): void {
    this.#state = state;
  }

  /** A signal was handed over, signed with `matched`. */
  accepted(signal: Signal, outcome: AcceptOutcome, matched: MatchedSecret | null): void {
    const nowMs = signal.receivedAtMs;
    this.#signed(matched, nowMs);
    if (outcome.kind === "duplicate") {
      this.#state = { ...this.#state, lastDuplicateAtMs: nowMs };
      return this.#sawHook(signal.hookId, { deliveryAtMs: nowMs, duplicateAtMs: nowMs });
    }
    this.#sawHook(signal.hookId, { deliveryAtMs: nowMs, ...(outcome.kind === "stored" ? { signalAtMs: nowMs } : {}) });
  }

  note(note: DeliveryNote): void {
    if (note.kind === "rejected") return this.#refused(note);
    this.#signed(note.matched ?? null, note.atMs);
    this.#sawHook(note.hookId, { deliveryAtMs: note.atMs, ...(note.kind === "ping" ? { pingAtMs: note.atMs } : {}) });
  }

  #refused({ counts, atMs }: Extract<DeliveryNote, { kind: "rejected" }>): void {
    const { rejected } = this.#state;
    this.#state = {
      ...this.#state,
      lastRejectedAtMs: atMs,
      rejected: {
        missing: rejected.missing + counts.missing,
        malformed: rejected.malformed + counts.malformed,
        mismatch: rejected.mismatch + counts.mismatch,
      },
    };
  }

  #signed(matched: MatchedSecret | null, atMs: number): void {
    const secret = matched === null ? this.#state.secret : { matched, atMs };
    this.#state = { ...this.#state, secret, rejected: { missing: 0, malformed: 0, mismatch: 0 } };
  }

  #sawHook(hookId: string | null, seen: Partial<HookTally>): void {
    if (hookId === null) return;
    const { [hookId]: known, ...others } = this.#state.hooks;
    const kept = Object.entries(others)
      .toSorted(([, a], [, b]) => (b.deliveryAtMs ?? 0) - (a.deliveryAtMs ?? 0))
      .slice(0, MAX_HOOKS - 1);
    this.#state = {
      ...this.#state,
      hooks: { ...Object.fromEntries(kept), [hookId]: { ...NO_HOOK, ...known, ...seen } },
    };
  }
}
