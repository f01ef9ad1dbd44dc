import { errorFields } from "../../shared/errors/message-of.ts";
import { randomUUID } from "node:crypto";

import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import { earliestOf } from "../../shared/clock/some-times.ts";
import type { Health } from "../../shared/edge/health.ts";
import { MailboxDoor } from "../../shared/edge/mailbox-door.ts";
import type { DeadLetterPage } from "../../shared/edge/mailbox-host.ts";
import type { OperatorPort } from "../../shared/edge/operator-routes.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { Replayed, ReplayRequest } from "../../shared/mailbox/replay.ts";
import type { MailboxBounds } from "../../shared/mailbox/mailbox-options.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { AcceptOutcome, DeliveryNote, MailboxPort, MatchedSecret } from "../../shared/receiver/mailbox-port.ts";
import type { SecretKeys } from "../../shared/signature/webhook-verifier.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import type { Connection, Dial } from "../link/dial.ts";
import { LocalSocket } from "./local-socket.ts";

const RETRY_MS = 60_000;

export interface LocalMailboxOptions {
  /** Every write on disk before it returns: GitHub's 2xx rests on it. */
  readonly sql: SqlDatabase;
  readonly clock: Clock;
  readonly log: Logger;
  /** What it keeps, where that is not what is usual. */
  readonly bounds?: MailboxBounds;
}

/** The mailbox of the standalone receiver: a file, and an agent in the same process. */
export class LocalMailbox implements MailboxPort, OperatorPort {
  readonly #options: LocalMailboxOptions;
  readonly #door: MailboxDoor;
  readonly #sockets = new Set<LocalSocket>();
  #timer: { readonly dueMs: number; readonly cancel: CancelTimer } | null = null;
  #closed = false;

  /** Never throws: a file that a newer version has written takes nothing and says why, and sweeps serve the jobs. */
  constructor(options: LocalMailboxOptions) {
    this.#options = options;
    this.#door = new MailboxDoor({
      sql: options.sql,
      newStreamId: randomUUID,
      sockets: () => [...this.#sockets],
      schedule: () => this.#schedule(),
      now: () => options.clock.now(),
      log: options.log,
      ...(options.bounds === undefined ? {} : { limits: options.bounds }),
    });
    this.#schedule();
  }

  /** Stores a signal and sends it on. @throws whatever the disk throws, or {MailboxUnavailable}; then nothing is promised. */
  async accept(signal: Signal, matched: MatchedSecret | null = null, key?: string): Promise<AcceptOutcome> {
    return this.#door.open().accept(signal, matched, key);
  }

  async note(note: DeliveryNote): Promise<void> {
    this.#door.open().note(note);
  }

  async freshness(keys: SecretKeys | null = null): Promise<Freshness> {
    return this.#door.open().freshness(keys);
  }

  async health(staleMs: number): Promise<Health> {
    return this.#door.open().health(staleMs);
  }

  async deadLetters(): Promise<DeadLetterPage> {
    return this.#door.open().deadLetters();
  }

  async requeue(seq: number): Promise<number | null> {
    return this.#door.open().requeue(seq);
  }

  async replaySince(request: ReplayRequest): Promise<Replayed> {
    return this.#door.open().replaySince(request);
  }

  async replayGuid(guid: string, dryRun: boolean): Promise<"replayed" | "waiting" | null> {
    return this.#door.open().replayGuid(guid, dryRun);
  }

  /** Connects the agent of this process; the rules of the link are the edge's own. */
  readonly dial: Dial = (events): Connection => {
    const socket = new LocalSocket({
      events,
      now: () => this.#options.clock.now(),
      received: (from, text) => this.#received(from, text),
      ended: (gone) => this.#ended(gone),
    });
    this.#sockets.add(socket);
    return socket.connection;
  };

  #received(socket: LocalSocket, text: string): void {
    if (!this.#closed) this.#door.receive(socket, text);
  }

  #ended(socket: LocalSocket): void {
    this.#sockets.delete(socket);
    if (!this.#closed) this.#door.settle();
  }

  /** Arms the one timer for what is due next, on the link or for pruning; none while nothing is. */
  #schedule(): void {
    if (this.#closed) return;
    this.#arm(earliestOf(this.#door.tick(), this.#door.pruneDueMs()));
  }

  #arm(dueMs: number | null): void {
    if (this.#timer?.dueMs === dueMs) return;
    this.#timer?.cancel();
    const { clock } = this.#options;
    const delayMs = dueMs === null ? null : Math.max(1, dueMs - clock.now());
    this.#timer =
      dueMs === null || delayMs === null ? null : { dueMs, cancel: clock.after(delayMs, () => this.#fire()) };
  }

  #fire(): void {
    this.#timer = null;
    try {
      this.#door.prune();
      this.#schedule();
    } catch (error) {
      this.#options.log.error("mailbox not looked after; it is tried again", errorFields(error));
      this.#arm(this.#options.clock.now() + RETRY_MS);
    }
  }

  /** Puts on disk what only memory has, and takes nothing more. Harmless when called twice. */
  close(): void {
    if (this.#closed) return;
    this.#door.settle();
    this.#closed = true;
    this.#arm(null);
  }
}
