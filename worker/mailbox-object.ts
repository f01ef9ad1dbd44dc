import { errorFields } from "../shared/errors/message-of.ts";
import { retryable } from "cloudflare:durable-objects";
import { DurableObject } from "cloudflare:workers";

import type { Health } from "../shared/edge/health.ts";
import { freshState } from "../shared/edge/link-socket.ts";
import { MailboxDoor } from "../shared/edge/mailbox-door.ts";
import type { DeadLetterPage } from "../shared/edge/mailbox-host.ts";
import { CLOSE } from "../shared/link/close-codes.ts";
import { PING, PONG, SUBPROTOCOL } from "../shared/link/protocol.ts";
import type { Logger } from "../shared/log/logger.ts";
import type { AbsenceNotice } from "../shared/mailbox/absence-row.ts";
import type { Freshness } from "../shared/mailbox/freshness.ts";
import type { Replayed, ReplayRequest } from "../shared/mailbox/replay.ts";
import { mailboxBounds } from "../shared/mailbox/mailbox-options.ts";
import { limitsOf } from "../shared/mailbox/usage.ts";
import type { AcceptOutcome, DeliveryNote, MatchedSecret } from "../shared/receiver/mailbox-port.ts";
import type { SecretKeys } from "../shared/signature/webhook-verifier.ts";
import type { Signal } from "../shared/workflow-job/signal.ts";
import { absenceTarget, newId, watchdogRules } from "./absence-settings.ts";
import { DayUsage, usageDisk } from "./day-usage.ts";
import { DurableSql } from "./durable-sql.ts";
import { closeQuietly, HibernatingSocket, spentOf } from "./hibernating-socket.ts";
import { edgeLogger } from "./log.ts";
import { readEdgeSettings } from "./settings.ts";
import { tellAbsence, type AbsenceTarget } from "./tell-absence.ts";
import { WakeUp } from "./wake-up.ts";

/**
 * The mailbox of one fleet, with the sockets of its agent. Every handler is one synchronous stretch from reading
 * storage to sending, so that the output gate lets nothing out before it is durable. What cannot open the mailbox throws
 * MailboxUnavailable, which says why.
 * https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
 */
export class MailboxObject extends DurableObject<Env> {
  static {
    // Storing is idempotent: the runtime may run it again where it cannot know whether it ran.
    // https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/
    // oxlint-disable-next-line typescript/unbound-method -- the mark is on the function itself
    retryable(this.prototype.accept);
  }

  readonly #usage: DayUsage;
  readonly #told: AbsenceTarget | null;
  readonly #door: MailboxDoor;
  readonly #log: Logger;
  readonly #wakeUp: WakeUp;
  readonly #sockets = new WeakMap<WebSocket, HibernatingSocket>();

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    const { settings } = readEdgeSettings(env);
    this.#log = edgeLogger(settings.LOG_LEVEL);
    this.#usage = new DayUsage({
      disk: usageDisk(context.storage),
      limits: limitsOf(settings.HOOKLINE_DAILY_ROWS),
      now: Date.now,
      log: this.#log,
    });
    this.#told = absenceTarget(settings);
    const bounds = mailboxBounds(settings.HOOKLINE_RETENTION_DAYS, settings.HOOKLINE_BACKLOG_SIGNALS);
    this.#usage.resume(context.getWebSockets().map(spentOf));
    this.#door = new MailboxDoor({
      sql: new DurableSql(context.storage, (read, written) => this.#usage.rows(read, written)),
      newStreamId: () => crypto.randomUUID(),
      sockets: () => this.#open(),
      schedule: () => this.#schedule(),
      now: Date.now,
      log: this.#log,
      limits: bounds,
      ...(this.#told === null ? {} : { watchdog: { ...watchdogRules(settings), newId } }),
    });
    this.#wakeUp = new WakeUp({
      now: Date.now,
      setAlarm: (atMs) => {
        void context.storage.setAlarm(atMs);
        this.#usage.rows(0, 1);
      },
      tick: () => {
        const dueMs = this.#door.tick();
        this.#armWatchdog();
        return dueMs;
      },
      failed: (error) => this.#log.error("link not looked after", errorFields(error)),
    });
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    void context.blockConcurrencyWhile(async () => {
      this.#wakeUp.alarmIs(await context.storage.getAlarm());
      this.#bringForward(bounds.retentionMs);
      this.#armWatchdog();
    });
  }

  /** Stores a signal and sends it on. The answer leaves only once the row is durable. */
  accept(signal: Signal, matched: MatchedSecret | null = null, key?: string): AcceptOutcome {
    return this.#request(() => this.#door.open().accept(signal, matched, key));
  }

  /** Keeps what freshness says about deliveries that held no signal. */
  note(note: DeliveryNote): void {
    this.#request(() => this.#door.open().note(note));
  }

  /** The newest dead letters, at most a hundred, and how many there are. */
  deadLetters(): DeadLetterPage {
    return this.#request(() => this.#door.open().deadLetters());
  }

  /** Sends a dead letter again, under a new sequence number; null if there is none of that number. */
  requeue(seq: number): number | null {
    return this.#request(() => this.#door.open().requeue(seq));
  }

  /** Sends again what came since a time, a part a call: see `Mailbox.replaySince`. */
  replaySince(request: ReplayRequest): Replayed {
    return this.#request(() => this.#door.open().replaySince(request));
  }

  /** Sends one signal again: see `Mailbox.replayGuid`. */
  replayGuid(guid: string, dryRun: boolean): "replayed" | "waiting" | null {
    return this.#request(() => this.#door.open().replayGuid(guid, dryRun));
  }

  /** When things last happened here, and who is connected. */
  freshness(keys: SecretKeys | null = null): Freshness {
    return this.#request(() => ({
      ...this.#door.open().freshness(keys),
      usage: this.#usage.usage(),
      watchdog: this.#watchdogState(),
    }));
  }

  #watchdogState(): Freshness["watchdog"] {
    const state = this.#door.open().watchdogState();
    return state === null || this.#told === null ? null : { tells: this.#told.receiver.name, ...state };
  }

  /** What a monitor is told; signals may wait, and the agent be away, for `staleMs`. Writes nothing. */
  health(staleMs: number): Health {
    return this.#request(() => this.#door.open().health(staleMs));
  }

  /** Takes an agent's upgrade; the Worker has checked its token. */
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#request(() => {
      this.ctx.acceptWebSocket(server);
      server.serializeAttachment(freshState(Date.now()));
      this.#schedule();
    });
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL },
    });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#usage.message();
    this.#door.receive(this.#adapt(socket), message);
    this.#keepUsage();
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    this.#log.info("agent disconnected", { code, reason, wasClean });
    this.#leave();
    closeQuietly(socket, code, reason);
  }

  override webSocketError(socket: WebSocket, error: unknown): void {
    this.#log.warn("link broke", errorFields(error));
    this.#leave();
    closeQuietly(socket, CLOSE.unavailable, "error");
  }

  /** Runs what is due; an alarm that throws would be retried a few times and then be gone for good. */
  override async alarm(): Promise<void> {
    this.#wakeUp.alarmIs(null);
    let notice: AbsenceNotice | null = null;
    try {
      this.#request(() => {
        notice = this.#door.watchdog()?.next() ?? null;
        const pruneAtMs = this.#door.prune();
        this.#wakeUp.look();
        if (pruneAtMs !== null) this.#wakeUp.alarmBy(pruneAtMs);
      });
    } catch (error) {
      this.#log.error("alarm failed; trying again in a minute", errorFields(error));
      this.#wakeUp.alarmBy(Date.now() + 60_000);
    }
    await this.#tell(notice);
  }

  /** What is sent is on disk before it leaves, by the output gate, and is sent again by the next alarm if this one ends. */
  async #tell(notice: AbsenceNotice | null): Promise<void> {
    if (notice === null || this.#told === null) return;
    await tellAbsence(notice, this.#told, () => this.#door.watchdog(), this.#log);
    this.#armWatchdog();
    this.#keepUsage();
  }

  /** That the agent has gone; who is told of it is told by an alarm. */
  #leave(): void {
    this.#door.settle();
    this.#armWatchdog();
  }

  /** A disk that cannot be read is no reason to end what goes on beside. */
  #armWatchdog(): void {
    if (this.#told === null) return;
    try {
      const dueMs = this.#door.watchDueMs();
      if (dueMs !== null) this.#wakeUp.alarmBy(dueMs);
    } catch (error) {
      this.#log.warn("nobody is told of the agent's absence for now", errorFields(error));
    }
  }

  /** Does what was asked for, and counts it. */
  #request<T>(work: () => T): T {
    this.#usage.request();
    try {
      return work();
    } finally {
      this.#keepUsage();
    }
  }

  #keepUsage(): void {
    this.#usage.settle();
    for (const socket of this.#open()) socket.save(socket.state);
  }

  #schedule(): void {
    this.#wakeUp.schedule();
    if (this.#wakeUp.alarmAtMs !== null) return;
    const pruneAtMs = this.#door.pruneDueMs();
    if (pruneAtMs !== null) this.#wakeUp.alarmBy(pruneAtMs);
  }

  /** An alarm that was set for a longer retention would come too late for a shorter one. */
  #bringForward(retentionMs: number): void {
    const { alarmAtMs } = this.#wakeUp;
    if (alarmAtMs === null || alarmAtMs <= Date.now() + retentionMs) return;
    try {
      const pruneAtMs = this.#door.pruneDueMs();
      if (pruneAtMs !== null) this.#wakeUp.alarmBy(pruneAtMs);
    } catch (error) {
      this.#log.warn("the alarm is left as it was", errorFields(error));
    }
  }

  #open(): readonly HibernatingSocket[] {
    const open = this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    return open.map((socket) => this.#adapt(socket));
  }

  #adapt(socket: WebSocket): HibernatingSocket {
    const known = this.#sockets.get(socket);
    if (known !== undefined) return known;
    const adapted = new HibernatingSocket(socket, this.ctx, () => this.#usage.spent);
    this.#sockets.set(socket, adapted);
    return adapted;
  }
}
