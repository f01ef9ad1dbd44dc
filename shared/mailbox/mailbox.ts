import { foreignTo, type Route } from "../link/route.ts";
import type { AcceptOutcome } from "../receiver/mailbox-port.ts";
import type { Signal } from "../workflow-job/signal.ts";
import { AbsenceBook } from "./absence-book.ts";
import { ACK_STRIDE, Acknowledgement } from "./acknowledgement.ts";
import { Backlog, type Gap } from "./backlog.ts";
import { DeadLetters, type DeadLetter } from "./dead-letters.ts";
import { DeliveryNotes } from "./delivery-notes.ts";
import { HookSecrets } from "./hook-secrets.ts";
import { LastReport } from "./last-report.ts";
import { LettersSeen } from "./letters-seen.ts";
import { LinkLoss } from "./link-loss.ts";
import { MAX_UNACKED, RETENTION_MS, type MailboxBounds, type MailboxOptions } from "./mailbox-options.ts";
import { MetaTable, type MetaCell } from "./meta.ts";
import { migrate } from "./migrations.ts";
import { Replay, type Replayed, type ReplayRequest } from "./replay.ts";
import { RetryCount } from "./retry-count.ts";
import { SignalStore, type StoredSignal } from "./signal-store.ts";
import { SignalSummary } from "./signal-summary.ts";
import { TakeoverBook } from "./takeover-book.ts";
import type { SqlDatabase } from "../sql/sql.ts";

/**
 * Gives each signal one sequence number, keeps it until it is acknowledged and remembers its GUID for its retention.
 * Synchronous throughout: between a call and its return there is no step that a crash could separate.
 */
export class Mailbox {
  readonly takeovers: TakeoverBook;
  readonly notes: DeliveryNotes;
  readonly hookSecrets: HookSecrets;
  readonly retries: RetryCount;
  readonly summary: SignalSummary;
  readonly linkLoss: LinkLoss;
  readonly report: LastReport;
  readonly lettersSeen: LettersSeen;
  readonly absence: AbsenceBook;
  /** What it keeps, as its options or the defaults have it. */
  readonly bounds: Required<MailboxBounds>;
  readonly #sql: SqlDatabase;
  readonly #signals: SignalStore;
  readonly #dead: DeadLetters;
  readonly #replay: Replay;
  readonly #acked: Acknowledgement;
  readonly #backlog: Backlog;
  readonly #routes: MetaCell<"routes">;
  readonly #fence: MetaCell<"fence">;
  readonly #stream: MetaCell<"stream">;
  readonly #newStreamId: () => string;
  #streamId: string;

  /** Migrates the database. @throws {Error} if a newer version has written it. */
  constructor(options: MailboxOptions) {
    this.#sql = options.sql;
    const { retentionMs = RETENTION_MS, maxUnacked = MAX_UNACKED } = options;
    this.bounds = { retentionMs, maxUnacked };
    migrate(options.sql);
    const meta = new MetaTable(options.sql);
    this.#signals = new SignalStore(options.sql, meta);
    this.#dead = new DeadLetters(options.sql, meta);
    this.#acked = new Acknowledgement(meta, options.ackStride ?? ACK_STRIDE);
    this.#backlog = new Backlog({
      sql: options.sql,
      meta,
      signals: this.#signals,
      acked: this.#acked,
      limit: maxUnacked,
    });
    this.takeovers = new TakeoverBook(meta);
    this.notes = new DeliveryNotes(meta);
    this.hookSecrets = new HookSecrets(meta);
    this.retries = new RetryCount(meta);
    this.summary = new SignalSummary(options.sql, meta);
    this.linkLoss = new LinkLoss(meta);
    this.report = new LastReport(meta);
    this.lettersSeen = new LettersSeen(meta);
    this.absence = new AbsenceBook(meta);
    this.#replay = new Replay({ sql: options.sql, signals: this.#signals, dead: this.#dead, summary: this.summary });
    this.#routes = meta.cell("routes");
    this.#fence = meta.cell("fence");
    this.#stream = meta.cell("stream");
    this.#newStreamId = options.newStreamId;
    this.#streamId = this.#stream.get() ?? this.rename();
  }

  /** The database's name. A new one means that the sequence is not the one that went by the name before. */
  get streamId(): string {
    return this.#streamId;
  }

  /**
   * Whether the mailbox has another signal under `seq` than the agent: one of the two was put back to an earlier state,
   * or it is another mailbox. A number that holds nothing here any more proves nothing.
   */
  contradicts(seq: number, guid: string | null): boolean {
    const stored = guid === null ? null : this.#signals.get(seq);
    return stored !== null && stored.guid !== guid;
  }

  /** Takes a new name, so that the agent starts over behind what is acknowledged here. */
  rename(): string {
    const id = this.#newStreamId();
    this.#stream.set(id);
    this.#streamId = id;
    return id;
  }

  /**
   * Stores a signal unless its GUID is taken or no pool of the fleet could serve it. Durable on return. A dead letter
   * that is delivered again gets a new place at the end of the queue.
   */
  accept(signal: Signal): AcceptOutcome {
    const routes = this.#routes.get();
    const foreign = routes === null ? null : foreignTo(routes, signal);
    if (foreign !== null) return { kind: "foreign", reason: foreign };
    const stored = this.#signals.insert(signal);
    if (stored === null) return this.#acceptAgain(signal);
    this.#backlog.bound();
    this.summary.stored({ head: stored, acked: this.acked(), nowMs: signal.receivedAtMs });
    return { kind: "stored", seq: stored };
  }

  #acceptAgain(signal: Signal): AcceptOutcome {
    const seq = this.#signals.seqOf(signal.guid);
    if (seq === null) throw new Error(`signal ${signal.guid} is neither new nor known`);
    if (!this.#dead.has(seq)) return { kind: "duplicate", seq };
    const { guid, receivedAtMs } = signal;
    const moved = this.#sql.transaction(() => this.#replay.move(seq, { guid, receivedAtMs, signal }, this.acked()));
    this.#backlog.bound();
    return { kind: "stored", seq: moved };
  }

  /** The newest sequence number given, 0 before the first. */
  head(): number {
    return this.#signals.head();
  }

  /** Everything up to here needs no replay. */
  acked(): number {
    return this.#acked.seq;
  }

  /** When the agent last acknowledged something, milliseconds since the epoch. */
  ackedAtMs(): number | null {
    return this.#acked.atMs;
  }

  unacked(): number {
    return this.head() - this.acked();
  }

  /** When the oldest signal that is not acknowledged came, milliseconds since the epoch; null where none waits. */
  oldestUnackedAtMs(): number | null {
    return this.#signals.oldestAfterMs(this.acked());
  }

  /**
   * Up to `limit` signals after `seq`, oldest first, dead letters left out. As they are stored: the agent checks each
   * and sets aside what it cannot read, so that one such row does not hold up the rest.
   */
  after(seq: number, limit: number): readonly StoredSignal[] {
    return this.#signals.after(seq, limit);
  }

  /**
   * Acknowledges everything up to `seq`, as the agent's journal has it. Going back, or beyond what was given out,
   * changes nothing. On disk after some more of them or by `settle`.
   */
  acknowledge(seq: number, nowMs: number): void {
    if (seq <= this.acked() || seq > this.head()) return;
    this.#acked.advance(seq, nowMs);
  }

  /** Puts the acknowledgement on disk, before the memory of it goes, and the count of dead letters if it is not there. */
  settle(): void {
    this.#acked.settle();
    this.#dead.settle();
  }

  /** The gap to tell the agent of, if signals were given up. */
  gap(): Gap | null {
    return this.#backlog.gap();
  }

  /** The agent knows of the gap and will sweep. */
  gapTold(): void {
    this.#backlog.gapTold();
  }

  /** Takes over what the fleet serves, as the agent announced it. Returns whether that is news. */
  announce(routes: readonly Route[]): boolean {
    if (JSON.stringify(this.#routes.get()) === JSON.stringify(routes)) return false;
    this.#routes.set([...routes]);
    return true;
  }

  /** Raises the fence for a new connection and returns it. */
  raiseFence(): number {
    const fence = this.fence() + 1;
    this.#fence.set(fence);
    return fence;
  }

  fence(): number {
    return this.#fence.get() ?? 0;
  }

  /** Sets a signal aside that the agent cannot take; the queue goes on behind it. */
  bury(seq: number, reason: string, attempts: number, nowMs: number, refusedBy: string | null = null): void {
    this.#sql.transaction(() => {
      this.#dead.add(seq, { reason, attempts, refusedBy }, nowMs);
      this.#passDeadLetters();
    });
  }

  /**
   * Sets a signal aside that the agent has passed without being able to read it. Nothing happens if it is a dead letter
   * already or is no longer there under this number.
   */
  buryAcknowledged(seq: number, reason: string, nowMs: number, refusedBy: string | null = null): void {
    if (this.#dead.has(seq) || this.#signals.get(seq) === null) return;
    this.#sql.transaction(() => this.#dead.add(seq, { reason, attempts: 1, refusedBy }, nowMs));
  }

  /** Dead letters count as acknowledged once nothing alive stands before them: nobody will ever acknowledge them. */
  #passDeadLetters(): void {
    const acked = this.acked();
    const [alive] = this.after(acked, 1);
    const upTo = alive === undefined ? this.head() : alive.seq - 1;
    if (upTo > acked) this.#acked.skipTo(upTo);
  }

  dead(): number {
    return this.#dead.count();
  }

  /** Whether there is a dead letter, at the price of one row. */
  hasDead(): boolean {
    return this.#dead.any();
  }

  /** The newest `limit` dead letters, newest first. */
  deadLetters(limit: number): readonly DeadLetter[] {
    return this.#dead.list(limit);
  }

  /** Up to `limit` dead letters after a number, lowest first, each with the version of the agent that refused it. */
  deadAfter(seq: number, limit: number): readonly { readonly seq: number; readonly refusedBy: string | null }[] {
    return this.#dead.after(seq, limit);
  }

  /**
   * Puts a dead letter at the end of the queue; it keeps the time of its delivery. Null if `seq` is none: doing it twice
   * is harmless.
   */
  requeue(seq: number): number | null {
    return this.#dead.has(seq) ? this.#putBack(seq) : null;
  }

  #putBack(seq: number): number | null {
    const moved = this.#replay.one(seq, this.acked());
    this.#backlog.bound();
    return moved;
  }

  /** Puts signals received since a time at the end of the queue, as `Replay.since` does; never more than the bound takes. */
  replaySince(request: ReplayRequest): Replayed {
    return this.#replay.since(request, { acked: this.acked(), room: this.#backlog.room() });
  }

  /**
   * Puts the signal of a GUID at the end of the queue. `waiting` if it has not been acknowledged and is sent anyway;
   * null if the GUID is not known.
   */
  replayGuid(guid: string, dryRun: boolean): "replayed" | "waiting" | null {
    const seq = this.#signals.seqOf(guid);
    if (seq === null) return null;
    if (seq > this.acked() && !this.#dead.has(seq)) return "waiting";
    if (!dryRun) this.#putBack(seq);
    return "replayed";
  }

  /**
   * Forgets acknowledged signals older than the retention, a generation at a time; the newest thousand dead letters stay
   * for five weeks. Returns when the next generation becomes due, as `pruneDueMs` does.
   */
  prune(nowMs: number): number | null {
    this.#signals.rotate(nowMs, this.acked(), this.bounds.retentionMs, (upTo) => this.#dead.forget(upTo, nowMs));
    return this.pruneDueMs();
  }

  /** When signals may be forgotten, milliseconds since the epoch; null while nothing may be. */
  pruneDueMs(): number | null {
    return this.#signals.rotationDueMs(this.acked(), this.bounds.retentionMs);
  }
}
