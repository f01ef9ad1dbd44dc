import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { CancelTimer, Clock } from "../../../shared/clock/clock.ts";
import { earliestOf } from "../../../shared/clock/some-times.ts";
import type { Health } from "../../../shared/edge/health.ts";
import { MailboxHost, type DeadLetterPage, type MailboxHostOptions } from "../../../shared/edge/mailbox-host.ts";
import type { OperatorPort } from "../../../shared/edge/operator-routes.ts";
import { silentLogger, type Logger } from "../../../shared/log/logger.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { MailboxLimits } from "../../../shared/mailbox/mailbox-options.ts";
import type { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { Replayed, ReplayRequest } from "../../../shared/mailbox/replay.ts";
import type { AcceptOutcome, DeliveryNote, MailboxPort, MatchedSecret } from "../../../shared/receiver/mailbox-port.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import type { JsonSocket } from "./json-socket.ts";

export interface MemoryEdgeOptions {
  readonly clock: Clock;
  /** Where the mailbox lives; a database in memory where it is absent. */
  readonly sql?: SqlDatabase;
  readonly stream?: string;
  readonly limits?: MailboxLimits;
  readonly spoken?: readonly number[];
  readonly watchdog?: MailboxHostOptions["watchdog"];
  readonly log?: Logger;
}

/**
 * The product's own mailbox host with a clock, a database and sockets that a test holds: what workerd is to the
 * Durable Object. It decides nothing; networks and faults are the harness's.
 */
export class MemoryEdge implements MailboxPort, OperatorPort {
  readonly #options: MemoryEdgeOptions;
  readonly sql: SqlDatabase;
  #names = 0;
  #host: MailboxHost;
  #sockets: readonly JsonSocket[] = [];
  #timer: { readonly atMs: number; readonly cancel: CancelTimer } | null = null;

  constructor(options: MemoryEdgeOptions) {
    this.#options = options;
    this.sql = options.sql ?? new NodeSql(":memory:");
    this.#host = this.#start();
  }

  #start(): MailboxHost {
    const { clock, limits, spoken, watchdog, log = silentLogger } = this.#options;
    return new MailboxHost({
      sql: this.sql,
      newStreamId: () => this.#newStreamId(),
      sockets: () => this.sockets,
      schedule: () => this.schedule(),
      now: () => clock.now(),
      log,
      ...(limits === undefined ? {} : { limits }),
      ...(spoken === undefined ? {} : { spoken }),
      ...(watchdog === undefined ? {} : { watchdog }),
    });
  }

  /** The first name is the one that was asked for. */
  #newStreamId(): string {
    const { stream = "stream-1" } = this.#options;
    this.#names += 1;
    return this.#names === 1 && this.sql.exec("SELECT seq FROM signals LIMIT 1").length === 0
      ? stream
      : `${stream} of ${this.#names}`;
  }

  get host(): MailboxHost {
    return this.#host;
  }

  get mailbox(): Mailbox {
    return this.#host.mailbox;
  }

  /** The connections that are open. */
  get sockets(): readonly JsonSocket[] {
    return this.#sockets.filter(({ open }) => open);
  }

  /** The object leaves memory and comes back from its storage; its sockets hibernate. */
  evict(): void {
    this.#arm(null);
    this.#host = this.#start();
  }

  /** An upgrade of the agent's. */
  join(socket: JsonSocket): void {
    this.#sockets = [...this.#sockets.filter(({ open }) => open), socket];
    this.schedule();
  }

  receive(socket: JsonSocket, message: unknown): void {
    this.#host.receive(socket, message);
  }

  /** The runtime tells of a connection's end. */
  ended(socket: JsonSocket): void {
    this.#sockets = this.#sockets.filter((each) => each !== socket);
    this.#host.settle();
  }

  /** Does what is due and sets one timer for what comes next, as the object's wake-up does. Returns its time. */
  schedule(): number | null {
    const nextMs = earliestOf(this.#host.link.tick(), this.#host.mailbox.pruneDueMs());
    this.#arm(nextMs);
    return nextMs;
  }

  #arm(atMs: number | null): void {
    if (this.#timer?.atMs === atMs) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (atMs === null) return;
    const { clock } = this.#options;
    const fire = (): void => {
      this.#timer = null;
      this.#host.prune();
      this.schedule();
    };
    this.#timer = { atMs, cancel: clock.after(Math.max(1, atMs - clock.now()), fire) };
  }

  /** Lets go of the database that it made itself; one that was given belongs to whoever gave it. */
  close(): void {
    this.#arm(null);
    if (this.#options.sql === undefined && this.sql instanceof NodeSql) this.sql.close();
  }

  async accept(signal: Signal, matched: MatchedSecret | null = null, key?: string): Promise<AcceptOutcome> {
    return this.#host.accept(signal, matched, key);
  }

  async note(note: DeliveryNote): Promise<void> {
    this.#host.note(note);
  }

  async health(staleMs: number): Promise<Health> {
    return this.#host.health(staleMs);
  }

  async freshness(): Promise<Freshness> {
    return this.#host.freshness();
  }

  async deadLetters(): Promise<DeadLetterPage> {
    return this.#host.deadLetters();
  }

  async requeue(seq: number): Promise<number | null> {
    return this.#host.requeue(seq);
  }

  async replaySince(request: ReplayRequest): Promise<Replayed> {
    return this.#host.replaySince(request);
  }

  async replayGuid(guid: string, dryRun: boolean): Promise<"replayed" | "waiting" | null> {
    return this.#host.replayGuid(guid, dryRun);
  }
}
