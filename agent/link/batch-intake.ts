import { messageOf } from "../../shared/errors/message-of.ts";
import { schemaMessagesInEnglish } from "../../shared/text/schema-messages.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Batch } from "../../shared/link/batch.ts";
import type { Up } from "../../shared/link/up.ts";
import type { Welcome } from "../../shared/link/welcome.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { signalSchema, type SequencedSignal, type Signal } from "../../shared/workflow-job/signal.ts";
import type { Journal } from "../journal/journal.ts";
import type { UnreadSignal } from "../journal/unread-signals.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";

schemaMessagesInEnglish();

export const DISK_REMEDY = "look at the disk of HOOKLINE_DATA";

/** What became of a batch. */
export type TakenBatch =
  /** In the journal up to `upTo`; `fresh` was not known before. */
  | { readonly kind: "taken"; readonly fresh: readonly Signal[]; readonly upTo: number }
  /** The journal took nothing, and the edge is asked to send it again. */
  | { readonly kind: "refused" }
  /** Nothing to take: it holds no signal. */
  | { readonly kind: "empty" }
  /** Was on the way when the journal refused the one before; it comes again, in order. */
  | { readonly kind: "early" }
  /** It follows a signal that the journal does not have. */
  | { readonly kind: "gap"; readonly acked: number };

export interface BatchIntakeOptions {
  readonly journal: Journal;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
  readonly send: (frame: Up) => void;
}

/** Takes what one connection brings into the journal, and refuses at the edge what cannot go in or cannot be read. */
export class BatchIntake {
  readonly #options: BatchIntakeOptions;
  /** Where the journal stood when it last refused a batch; null once it took one. */
  #refusedAt: number | null = null;

  constructor(options: BatchIntakeOptions) {
    this.#options = options;
  }

  /** Takes a batch. @throws what the disk throws where it would be the same for every other signal. */
  take(welcome: Welcome, batch: Batch): TakenBatch {
    const acked = this.#options.journal.cursor()?.acked ?? 0;
    if (batch.after > acked) return this.#refusedAt === acked ? { kind: "early" } : { kind: "gap", acked };
    const last = batch.signals.at(-1);
    if (last === undefined) return { kind: "empty" };
    const upTo = Math.max(acked, last.seq);
    const { readable, poison } = sorted(batch, acked);
    const fresh = this.#append(welcome, { readable, poison }, upTo, acked);
    this.#refusedAt = fresh === null ? acked : null;
    if (fresh === null) return { kind: "refused" };
    for (const { seq, reason } of poison) this.#setAside(welcome, seq, reason);
    return { kind: "taken", fresh, upTo };
  }

  /** Refuses again what this stream brought, could not be read, and is not known to be set aside at the edge. */
  refuseUntold(welcome: Welcome): void {
    for (const { seq, reason } of this.#options.journal.unread.untold(welcome.stream))
      this.#refuse(welcome, seq, reason);
  }

  /** The signals that were not known before, on disk; null, and the edge asked to send again, if they do not go in. */
  #append(welcome: Welcome, { readable, poison }: Sorted, upTo: number, acked: number): readonly Signal[] | null {
    const { journal, clock, log, send } = this.#options;
    try {
      return journal.append(welcome.stream, readable, upTo, clock.now(), poison);
    } catch (error) {
      if (isOfTheFile(error)) throw error;
      const reason = messageOf(error);
      log.error("the journal took no signal; the edge sends it again", { reason, remedy: DISK_REMEDY });
      const seq = acked + 1;
      send({ type: "nack", fence: welcome.fence, seq, verdict: "retry", reason: reason.slice(0, 500) });
      return null;
    }
  }

  #setAside(welcome: Welcome, seq: number, reason: string): void {
    this.#options.log.error("signal unreadable; set aside at the edge", { seq, reason });
    this.#refuse(welcome, seq, reason);
  }

  #refuse({ fence }: Welcome, seq: number, reason: string): void {
    this.#options.send({ type: "nack", fence, seq, verdict: "poison", reason: reason.slice(0, 500) });
  }
}

/** Whether a disk's error would be the same for every other signal. */
export function isOfTheFile(error: unknown): boolean {
  const trouble = sqliteTrouble(error);
  return trouble !== null && trouble.kind !== "other";
}

interface Sorted {
  readonly readable: readonly SequencedSignal[];
  readonly poison: readonly UnreadSignal[];
}

/** The signals of a batch that are new: those that fit the schema, and those that do not. */
function sorted(batch: Batch, acked: number): Sorted {
  const readable: SequencedSignal[] = [];
  const poison: UnreadSignal[] = [];
  for (const { seq, signal } of batch.signals) {
    if (seq <= acked) continue;
    const parsed = signalSchema.safeParse(signal);
    if (parsed.success) readable.push({ seq, signal: parsed.data });
    else poison.push({ seq, reason: describe(parsed.error.issues[0]), raw: signal });
  }
  return { readable, poison };
}

function describe(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return issue === undefined ? "unreadable" : `${issue.path.join(".")}: ${issue.message}`;
}
