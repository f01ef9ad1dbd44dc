import { errorFields } from "../errors/message-of.ts";
import { CLOSE } from "../link/close-codes.ts";
import { PROTOCOL_VERSION } from "../link/protocol.ts";
import type { Logger } from "../log/logger.ts";
import type { Absence } from "../mailbox/absence-row.ts";
import type { DeadLetter } from "../mailbox/dead-letters.ts";
import { storedFreshness, type Freshness } from "../mailbox/freshness.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import type { MailboxLimits } from "../mailbox/mailbox-options.ts";
import { openJobs } from "../mailbox/open-jobs.ts";
import type { Replayed, ReplayRequest } from "../mailbox/replay.ts";
import type { SqlDatabase } from "../sql/sql.ts";
import { Tally } from "../mailbox/tally.ts";
import type { AcceptOutcome, DeliveryNote, MatchedSecret } from "../receiver/mailbox-port.ts";
import type { SecretKeys } from "../signature/webhook-verifier.ts";
import { VERSION } from "../version.ts";
import type { Signal } from "../workflow-job/signal.ts";
import { healthOf, type Health } from "./health.ts";
import { LinkServer } from "./link-server.ts";
import type { LinkSocket } from "./link-socket.ts";
import { Watchdog, type Presence, type WatchdogOptions, type WatchdogRules } from "./watchdog.ts";

const MAX_LISTED = 100;

export interface MailboxHostOptions {
  readonly sql: SqlDatabase;
  readonly newStreamId: () => string;
  /** All sockets that are open. */
  readonly sockets: () => readonly LinkSocket[];
  /** Something may be due at another time now: see `LinkServer.tick` and `Mailbox.pruneDueMs`. */
  readonly schedule: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
  /** Bounds of the mailbox that differ from the defaults. */
  readonly limits?: MailboxLimits;
  /** Who is told that the agent is away, and when; nobody where it is left out. */
  readonly watchdog?: WatchdogRules & Pick<WatchdogOptions, "fleet" | "newId">;
  /** Protocol versions to speak; ours and the one before unless said otherwise. */
  readonly spoken?: readonly number[];
}

/** The newest dead letters, at most a hundred, and how many there are. */
export interface DeadLetterPage {
  readonly dead: readonly DeadLetter[];
  readonly total: number;
}

/**
 * A mailbox with the link to its agent: what a Durable Object and the standalone receiver both are. Synchronous
 * throughout, and durable on return as far as the database is.
 */
export class MailboxHost {
  readonly mailbox: Mailbox;
  readonly link: LinkServer;
  readonly watchdog: Watchdog | null;
  readonly #options: MailboxHostOptions;
  readonly #tally = new Tally();

  /** Goes on from what the storage and the open sockets kept. @throws {Error} if a newer version wrote the database. */
  constructor(options: MailboxHostOptions) {
    const { sql, newStreamId, sockets, now, log, limits, spoken, watchdog } = options;
    this.#options = options;
    this.mailbox = new Mailbox({ sql, newStreamId, ...limits });
    this.link = new LinkServer({
      ...(spoken === undefined ? {} : { spoken }),
      mailbox: this.mailbox,
      openJobs: () => openJobs(this.mailbox, sql, now()),
      lost: (heardAtMs) => this.#noteLoss(heardAtMs),
      tally: this.#tally,
      sockets,
      now,
      log,
    });
    this.watchdog =
      watchdog === undefined
        ? null
        : new Watchdog({ ...watchdog, book: this.mailbox.absence, presence: () => this.#presence(), now });
    this.link.resume();
    this.#noteLoss();
  }

  /** Takes one message of an agent's socket. Never throws: a mailbox that cannot answer ends the connection. */
  receive(socket: LinkSocket, message: unknown): void {
    try {
      this.link.receive(socket, message);
      this.#options.schedule();
    } catch (error) {
      this.#options.log.error("link frame failed", { ...errorFields(error), remedy: "look at the mailbox's storage" });
      socket.close(CLOSE.unavailable, "the mailbox could not answer");
    }
  }

  /** Stores a signal and sends it on. */
  accept(signal: Signal, matched: MatchedSecret | null, key?: string): AcceptOutcome {
    const outcome = this.mailbox.accept(signal);
    if (key !== undefined) this.mailbox.hookSecrets.saw(signal.hookId, key, signal.receivedAtMs);
    this.#tally.accepted(signal, outcome, matched);
    this.link.keepTally();
    // A duplicate too: what failed after its insert is delivered again, and waits to be sent.
    if (outcome.kind !== "foreign") {
      this.link.pump();
      this.#options.schedule();
    }
    return outcome;
  }

  /** Keeps what freshness says about deliveries that held no signal. A refusal costs no row. */
  note(note: DeliveryNote): void {
    this.#tally.note(note);
    this.link.keepTally();
    if (note.kind === "rejected") return;
    if (note.key !== undefined) this.mailbox.hookSecrets.saw(note.hookId, note.key, note.atMs);
    this.mailbox.notes.keep(note);
  }

  deadLetters(): DeadLetterPage {
    return { dead: this.mailbox.deadLetters(MAX_LISTED), total: this.mailbox.dead() };
  }

  /** Sends a dead letter again, under a new sequence number; null if there is none of that number. */
  requeue(seq: number): number | null {
    return this.#sending(() => this.mailbox.requeue(seq));
  }

  /** Sends again what came since a time, or counts it: see `Mailbox.replaySince`. */
  replaySince(request: ReplayRequest): Replayed {
    const outcome = this.#sending(() => this.mailbox.replaySince(request));
    const { replayed, next, full } = outcome;
    if (!request.dryRun)
      this.#options.log.info("signals put back by the operator", { replayed, full, more: next !== null });
    return outcome;
  }

  /** Sends one signal again: see `Mailbox.replayGuid`. */
  replayGuid(guid: string, dryRun: boolean): "replayed" | "waiting" | null {
    return this.#sending(() => this.mailbox.replayGuid(guid, dryRun));
  }

  #sending<T>(work: () => T): T {
    const outcome = work();
    this.link.pump();
    this.#options.schedule();
    return outcome;
  }

  /** When things last happened here, and who is connected. `keys` name the secrets that this edge takes. */
  freshness(keys: SecretKeys | null = null): Freshness {
    const now = this.#options.now();
    const live = this.link.live();
    return {
      now,
      ...storedFreshness(this.mailbox, this.#tally.state, now),
      ...(keys === null ? {} : this.#secrets(keys)),
      agent: {
        connected: live !== null && this.link.watch.showsLife(live),
        since: live?.state.connectedAtMs ?? null,
        lastSeenAt: live === null ? null : this.link.watch.lastHeardMs(live),
        fence: this.mailbox.fence(),
        instance: live?.state.instance ?? null,
        host: live?.state.host ?? null,
        version: live?.state.agentVersion ?? null,
      },
      bounds: this.mailbox.bounds,
      edgeVersion: VERSION,
      protocol: PROTOCOL_VERSION,
    };
  }

  /** When people are told that the agent is away, and why the last try was in vain; null where nobody is told. */
  watchdogState(): (WatchdogRules & { readonly failed: Absence["failed"] }) | null {
    const { watchdog } = this.#options;
    if (watchdog === undefined || this.watchdog === null) return null;
    return { afterMs: watchdog.afterMs, silenceMs: watchdog.silenceMs, failed: this.watchdog.failure() };
  }

  /** What a monitor is told; signals may wait, and the agent be away, for `staleMs`. Writes nothing. */
  health(staleMs: number): Health {
    return healthOf({ mailbox: this.mailbox, awaySinceMs: this.#awaySinceMs(), nowMs: this.#options.now(), staleMs });
  }

  #awaySinceMs(live = this.link.live()): number | null {
    if (live === null) return this.mailbox.linkLoss.sinceMs(this.mailbox.fence());
    return this.link.watch.showsLife(live) ? null : this.link.watch.lastHeardMs(live);
  }

  /** What the watchdog goes by. That the agent has gone is on disk with it: else nobody would know since when. */
  #presence(): Presence {
    const unacked = this.mailbox.unacked();
    const live = this.link.live();
    // It is asked for at each delivery: a linked agent costs no look at what is on disk of its absence.
    if (live !== null)
      return { awaySinceMs: this.#awaySinceMs(live), heardAtMs: this.link.watch.lastHeardMs(live), unacked };
    if (this.mailbox.fence() === 0) return { awaySinceMs: this.#neverHereSinceMs(), heardAtMs: null, unacked };
    this.#noteLoss();
    return { awaySinceMs: this.#awaySinceMs(live), heardAtMs: null, unacked };
  }

  /** An agent that has never been here is waited for since the first signal; signals that were given up do not bring it. */
  #neverHereSinceMs(): number | null {
    const oldestMs = this.mailbox.oldestUnackedAtMs();
    return oldestMs === null && this.mailbox.head() > 0 ? this.#options.now() : oldestMs;
  }

  /** One row for each link that was lost: memory and attachment go with it. A disk that takes nothing is no reason to close. */
  #noteLoss(atMs = this.#options.now()): void {
    try {
      const fence = this.mailbox.fence();
      if (fence > 0 && this.link.live() === null) this.mailbox.linkLoss.note(fence, atMs);
    } catch (error) {
      this.#options.log.warn("that the agent has gone is not kept", errorFields(error));
    }
  }

  #secrets({ current, previous }: SecretKeys): Pick<Freshness, "hookSecrets" | "takesPreviousSecret"> {
    return { hookSecrets: [...this.mailbox.hookSecrets.list(current)], takesPreviousSecret: previous !== null };
  }

  /** Drops what has outlived its week. Returns when to come again, milliseconds since the epoch, or null. */
  prune(): number | null {
    return this.mailbox.prune(this.#options.now());
  }

  /** Puts on disk what goes with a socket, or the process: the acknowledgement, and that the agent has gone. */
  settle(): void {
    try {
      this.mailbox.settle();
      this.#noteLoss();
    } catch (error) {
      this.#options.log.warn("acknowledgement not kept; the agent tells it again", errorFields(error));
    }
  }
}
