import { createHmac } from "node:crypto";

import type { Logger } from "../../shared/log/logger.ts";
import type { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { MailboxUnavailable } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import type { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { JsonSocket } from "../stand-ins/edge/json-socket.ts";
import { MemoryEdge } from "../stand-ins/edge/memory-edge.ts";
import type { Conditions } from "./conditions.ts";
import { WEBHOOK_SECRET } from "./deliveries.ts";
import type { SimClock } from "./sim-clock.ts";
import { Violation } from "./violation.ts";

/** The edge in memory behind its receiver, with the faults of the conditions. */
export class Edge {
  readonly #conditions: () => Conditions;
  readonly #fail: (violation: Violation) => void;
  readonly #edge: MemoryEdge;
  readonly #openReceiver: () => ReturnType<typeof createReceiver>;
  #receiver: ReturnType<typeof createReceiver>;

  constructor(conditions: () => Conditions, clock: SimClock, log: Logger, fail: (violation: Violation) => void) {
    this.#conditions = conditions;
    this.#fail = fail;
    this.#edge = new MemoryEdge({ clock, log });
    const mailbox = {
      accept: async (...delivery: Parameters<MemoryEdge["accept"]>) => {
        if (this.#conditions().mailboxFails) throw new MailboxUnavailable("the object is unreachable", 10);
        return this.#edge.accept(...delivery);
      },
      note: (...note: Parameters<MemoryEdge["note"]>) => this.#edge.note(...note),
    };
    this.#openReceiver = () => createReceiver({ verifier, mailbox, log, now: () => clock.now() });
    this.#receiver = this.#openReceiver();
  }

  get mailbox(): Mailbox {
    return this.#edge.mailbox;
  }

  get sql(): SqlDatabase {
    return this.#edge.sql;
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
  join(socket: JsonSocket): void {
    this.#edge.join(socket);
  }

  receive(socket: JsonSocket, data: string): void {
    this.#edge.receive(socket, data);
  }

  /** The runtime notices that a connection is gone. */
  lose(socket: JsonSocket): void {
    if (!socket.open) return;
    socket.lost();
    this.#edge.ended(socket);
  }

  /** The object leaves memory and comes back from its storage; its sockets hibernate, unless it moves. */
  evict(moves: boolean): void {
    this.#edge.evict();
    this.#receiver = this.#openReceiver();
    if (moves) for (const socket of this.#edge.sockets) socket.close(1006, "the object moved");
  }

  close(): void {
    this.#edge.close();
  }
}

/** Checks as the real one does, with node's synchronous HMAC: a thread pool would make the order of events random. */
const verifier = {
  verify: async (body: Uint8Array, header: string | null) => {
    const mac = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
    return header === `sha256=${mac}` ? { ok: true, secret: "current" } : { ok: false, problem: "mismatch" };
  },
} as unknown as WebhookVerifier;
