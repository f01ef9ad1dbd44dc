import { createHmac } from "node:crypto";

import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { openJobs } from "../../shared/mailbox/open-jobs.ts";
import { Tally } from "../../shared/mailbox/tally.ts";
import { MailboxUnavailable, type AcceptOutcome } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import type { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { LinkServer } from "../../shared/edge/link-server.ts";
import type { LinkSocket } from "../../shared/edge/link-socket.ts";
import type { Conditions } from "./conditions.ts";
import { WEBHOOK_SECRET } from "./deliveries.ts";
import type { SimClock } from "./sim-clock.ts";
import { Violation } from "./violation.ts";

export interface EdgeSocket extends LinkSocket {
  readonly open: boolean;
}

/** The edge: the real receiver, mailbox and link server, around them what the Durable Object does, and its alarm. */
export class Edge {
  readonly sql = new NodeSql(":memory:");
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #log: Logger;
  readonly #fail: (violation: Violation) => void;
  #tally = new Tally();
  #sockets: readonly EdgeSocket[] = [];
  #mailbox: Mailbox;
  #server: LinkServer;
  #receiver: ReturnType<typeof createReceiver>;
  #alarmAtMs: number | null = null;

  constructor(conditions: () => Conditions, clock: SimClock, log: Logger, fail: (violation: Violation) => void) {
    this.#conditions = conditions;
    this.#clock = clock;
    this.#log = log;
    this.#fail = fail;
    this.#mailbox = this.#openMailbox();
    this.#server = this.#openServer();
    this.#receiver = this.#openReceiver();
  }

  get mailbox(): Mailbox {
    return this.#mailbox;
  }

  #openMailbox(): Mailbox {
    return new Mailbox({ sql: this.sql, newStreamId: () => "stream-1" });
  }

  #openServer(): LinkServer {
    this.#tally = new Tally();
    const server = new LinkServer({
      mailbox: this.#mailbox,
      openJobs: () => openJobs(this.sql, this.#clock.now()),
      tally: this.#tally,
      sockets: () => this.#sockets.filter((socket) => socket.open),
      now: () => this.#clock.now(),
      log: this.#log,
    });
    server.resume();
    return server;
  }

  #openReceiver(): ReturnType<typeof createReceiver> {
    const mailbox = { accept: async (signal: Signal) => this.#accept(signal), note: async () => undefined };
    return createReceiver({ verifier, mailbox, log: this.#log, now: () => this.#clock.now() });
  }

  #accept(signal: Signal): AcceptOutcome {
    if (this.#conditions().mailboxFails) throw new MailboxUnavailable("the object is unreachable", 10);
    const outcome = this.#mailbox.accept(signal);
    this.#tally.accepted(signal, outcome, null);
    this.#server.keepTally();
    if (outcome.kind === "stored") {
      this.#server.pump();
      this.#schedule();
    }
    return outcome;
  }

  /** Takes a delivery; 0 stands for no answer at all. */
  async post(request: Request): Promise<number> {
    if (this.#conditions().edgeDown) return 0;
    const guid = request.headers.get("x-github-delivery") ?? "";
    const response = await this.#receiver.fetch(request);
    const body = (await response.json()) as { status?: string };
    if (response.status === 202 && body.status !== "ignored" && !this.#has(guid)) {
      this.#fail(new Violation("promise 1", `${guid} was answered with a 202 and is not in the mailbox`));
    }
    return response.status;
  }

  #has(guid: string): boolean {
    return this.sql.exec("SELECT seq FROM signals WHERE guid = ?", guid).length > 0;
  }

  /** An upgrade of the agent's. */
  join(socket: EdgeSocket): void {
    this.#sockets = [...this.#sockets.filter((other) => other.open), socket];
  }

  receive(socket: EdgeSocket, data: string): void {
    this.#server.receive(socket, data);
    this.#schedule();
  }

  /** The object leaves memory and comes back from its storage; its sockets hibernate, unless it moves. */
  evict(moves: boolean): void {
    this.#mailbox = this.#openMailbox();
    this.#server = this.#openServer();
    this.#receiver = this.#openReceiver();
    if (moves) for (const socket of this.#sockets) socket.close(1006, "the object moved");
  }

  #schedule(): void {
    const dueMs = this.#server.tick();
    if (dueMs === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= dueMs)) return;
    this.#alarmAtMs = dueMs;
    this.#clock.after(dueMs - this.#clock.now(), () => {
      if (this.#alarmAtMs !== dueMs) return;
      this.#alarmAtMs = null;
      this.#schedule();
    });
  }

  close(): void {
    this.sql.close();
  }
}

/** Checks as the real one does, with node's synchronous HMAC: a thread pool would make the order of events random. */
const verifier = {
  verify: async (body: Uint8Array, header: string | null) => {
    const mac = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
    return header === `sha256=${mac}` ? { ok: true, secret: "current" } : { ok: false, problem: "mismatch" };
  },
} as unknown as WebhookVerifier;
