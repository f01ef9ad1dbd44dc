import { retryable } from "cloudflare:durable-objects";
import { DurableObject } from "cloudflare:workers";

import { CLOSE } from "../shared/link/close-codes.ts";
import { PING, PONG, PROTOCOL_VERSION, SUBPROTOCOL } from "../shared/link/protocol.ts";
import type { Logger } from "../shared/log/logger.ts";
import type { DeadLetter } from "../shared/mailbox/dead-letters.ts";
import { storedFreshness, type Freshness } from "../shared/mailbox/freshness.ts";
import { Mailbox } from "../shared/mailbox/mailbox.ts";
import { openJobs } from "../shared/mailbox/open-jobs.ts";
import { noteOnDisk } from "../shared/mailbox/note-on-disk.ts";
import { Tally } from "../shared/mailbox/tally.ts";
import type { AcceptOutcome, DeliveryNote, MatchedSecret } from "../shared/receiver/mailbox-port.ts";
import { VERSION } from "../shared/version.ts";
import type { Signal } from "../shared/workflow-job/signal.ts";
import { DurableSql } from "./durable-sql.ts";
import { closeQuietly, HibernatingSocket } from "./hibernating-socket.ts";
import { LinkServer } from "./link-server.ts";
import { freshState } from "./link-socket.ts";
import { edgeLogger } from "./log.ts";
import { readSettings } from "./settings.ts";
import { WakeUp } from "./wake-up.ts";

const MAX_LISTED = 100;

/**
 * The mailbox of one fleet, with the sockets of its agent. Every handler is one synchronous stretch from reading
 * storage to sending, so that the output gate lets nothing out before it is durable.
 * https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
 */
export class MailboxObject extends DurableObject<Env> {
  static {
    // Storing is idempotent: the runtime may run it again where it cannot know whether it ran.
    // https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/
    // oxlint-disable-next-line typescript/unbound-method -- the mark is on the function itself
    retryable(this.prototype.accept);
  }

  readonly #sql: DurableSql;
  readonly #mailbox: Mailbox;
  readonly #link: LinkServer;
  readonly #log: Logger;
  readonly #tally = new Tally();
  readonly #wakeUp: WakeUp;
  readonly #sockets = new WeakMap<WebSocket, HibernatingSocket>();

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#log = edgeLogger(readSettings(env).settings.LOG_LEVEL);
    this.#sql = new DurableSql(context.storage);
    this.#mailbox = new Mailbox({ sql: this.#sql, newStreamId: () => crypto.randomUUID() });
    this.#link = new LinkServer({
      mailbox: this.#mailbox,
      openJobs: () => openJobs(this.#sql, Date.now()),
      tally: this.#tally,
      sockets: () => this.#open(),
      now: Date.now,
      log: this.#log,
    });
    this.#wakeUp = new WakeUp({
      now: Date.now,
      setAlarm: (atMs) => void context.storage.setAlarm(atMs),
      tick: () => this.#link.tick(),
      failed: (error) => this.#log.error("link not looked after", { reason: String(error) }),
    });
    this.#link.resume();
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    void context.blockConcurrencyWhile(async () => {
      this.#wakeUp.alarmIs(await context.storage.getAlarm());
    });
  }

  /** Stores a signal and sends it on. The answer leaves only once the row is durable. */
  accept(signal: Signal, matched: MatchedSecret | null = null): AcceptOutcome {
    const outcome = this.#mailbox.accept(signal);
    this.#tally.accepted(signal, outcome, matched);
    this.#link.keepTally();
    if (outcome.kind === "stored") {
      this.#link.pump();
      this.#schedule();
    }
    return outcome;
  }

  /** Keeps what freshness tells of deliveries that held no signal. A refusal costs no row. */
  note(note: DeliveryNote): void {
    this.#tally.note(note);
    this.#link.keepTally();
    if (note.kind !== "rejected") noteOnDisk(this.#mailbox, note);
  }

  /** The newest dead letters, at most a hundred, and how many there are. */
  deadLetters(): { readonly dead: readonly DeadLetter[]; readonly total: number } {
    return { dead: this.#mailbox.deadLetters(MAX_LISTED), total: this.#mailbox.dead() };
  }

  /** Sends a dead letter again, under a new sequence number; null if there is none of that number. */
  requeue(seq: number): number | null {
    const moved = this.#mailbox.requeue(seq, Date.now());
    this.#link.pump();
    this.#schedule();
    return moved;
  }

  /** When things last happened here, and who is connected. */
  freshness(): Freshness {
    const now = Date.now();
    const live = this.#link.live();
    return {
      now,
      ...storedFreshness(this.#mailbox, this.#sql, this.#tally.state, now),
      agent: {
        connected: live !== null && this.#link.showsLife(live),
        since: live?.state.connectedAtMs ?? null,
        lastSeenAt: live === null ? null : this.#link.lastHeardMs(live),
        fence: this.#mailbox.fence(),
        instance: live?.state.instance ?? null,
        host: live?.state.host ?? null,
        version: live?.state.agentVersion ?? null,
      },
      edgeVersion: VERSION,
      protocol: PROTOCOL_VERSION,
    };
  }

  /** Takes an agent's upgrade; the Worker has checked its token. */
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(freshState(Date.now()));
    this.#schedule();
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL },
    });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    try {
      this.#link.receive(this.#adapt(socket), message);
      this.#schedule();
    } catch (error) {
      this.#log.error("link frame failed", { reason: String(error) });
      closeQuietly(socket, CLOSE.unavailable, "the mailbox could not answer");
    }
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    this.#log.info("agent disconnected", { code, reason, wasClean });
    this.#settle();
    closeQuietly(socket, code, reason);
  }

  override webSocketError(socket: WebSocket, error: unknown): void {
    this.#log.warn("link broke", { reason: String(error) });
    this.#settle();
    closeQuietly(socket, CLOSE.unavailable, "error");
  }

  /** The socket that kept the acknowledgement is going: the disk keeps it now. */
  #settle(): void {
    try {
      this.#mailbox.settle();
    } catch (error) {
      this.#log.warn("acknowledgement not kept; the agent tells it again", { reason: String(error) });
    }
  }

  /** Runs what is due; an alarm that throws would be retried a few times and then be gone for good. */
  override alarm(): void {
    this.#wakeUp.alarmIs(null);
    try {
      const pruneAtMs = this.#mailbox.prune(Date.now());
      this.#wakeUp.look();
      if (pruneAtMs !== null) this.#wakeUp.alarmBy(pruneAtMs);
    } catch (error) {
      this.#log.error("alarm failed; trying again in a minute", { reason: String(error) });
      this.#wakeUp.alarmBy(Date.now() + 60_000);
    }
  }

  #schedule(): void {
    this.#wakeUp.schedule();
    if (this.#wakeUp.alarmAtMs !== null) return;
    const pruneAtMs = this.#mailbox.pruneDueMs();
    if (pruneAtMs !== null) this.#wakeUp.alarmBy(pruneAtMs);
  }

  #open(): readonly HibernatingSocket[] {
    const open = this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    return open.map((socket) => this.#adapt(socket));
  }

  #adapt(socket: WebSocket): HibernatingSocket {
    const known = this.#sockets.get(socket);
    if (known !== undefined) return known;
    const adapted = new HibernatingSocket(socket, this.ctx);
    this.#sockets.set(socket, adapted);
    return adapted;
  }
}
