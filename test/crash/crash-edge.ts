import { createReceiver } from "../../shared/receiver/receiver.ts";
import type { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { MemoryEdge } from "../stand-ins/edge/memory-edge.ts";
import { workflowJob } from "../samples/payload.ts";
import { sign } from "../samples/sign.ts";
import { guid } from "../samples/signal.ts";
import { CrashSql, Life, RESTART_MS, type Surroundings } from "./crash-plan.ts";
import type { CrashSocket } from "./crash-socket.ts";

const SECRET = "crash-test-secret";
/** How long a GUID is remembered here: a rotation of generations falls into the middle of a run. */
export const RETENTION_MS = 60_000;

/** What the edge stands in. */
export interface EdgeSurroundings extends Surroundings {
  readonly edgeSql: SqlDatabase;
  /** Told of each frame that the agent sent. */
  noteUp(text: string): void;
  /** Whether the object is evicted after this event. */
  evicts(): boolean;
  readonly cutsAfterEviction: boolean;
}

/** Receiver and mailbox in one process, on storage that outlives it. */
export class CrashEdge {
  readonly #world: EdgeSurroundings;
  life: Life;
  #edge!: MemoryEdge;
  #app!: ReturnType<typeof createReceiver>;

  constructor(world: EdgeSurroundings) {
    this.#world = world;
    this.life = this.#born();
  }

  #born(): Life {
    return new Life(() => {
      for (const socket of this.#sockets()) this.#world.dropLater(socket, "edge died");
      this.#world.clock.after(RESTART_MS, () => this.start());
    });
  }

  #sockets(): readonly CrashSocket[] {
    return (this.#edge?.sockets ?? []) as readonly CrashSocket[];
  }

  get mailbox(): Mailbox {
    return this.#edge.mailbox;
  }

  /** Starts the process on what the one before left; a start can die as well. */
  start(): void {
    if (this.life.dead) this.life = this.#born();
    const { life } = this;
    const world = this.#world;
    world.run(() => {
      this.#edge = new MemoryEdge({
        clock: {
          now: () => world.clock.now(),
          monotonicMs: () => world.clock.monotonicMs(),
          after: (ms, fire) => world.clock.after(ms, () => life.dead || world.run(fire)),
        },
        sql: new CrashSql(world.edgeSql, world.plan, life, "mailbox"),
        limits: { ackStride: 2, retentionMs: RETENTION_MS },
      });
      this.#app = this.#receiver(this.#edge, life);
    });
  }

  #receiver(edge: MemoryEdge, life: Life): ReturnType<typeof createReceiver> {
    return createReceiver({
      verifier: new WebhookVerifier({ current: SECRET }),
      log: silentLogger,
      now: () => this.#world.clock.now(),
      mailbox: {
        note: (note) => edge.note(note),
        accept: async (signal, matched, key) => {
          await this.#step(life, "call of the object");
          const outcome = await edge.accept(signal, matched, key);
          await this.#step(life, "answer of the object");
          return outcome;
        },
      },
    });
  }

  async #step(life: Life, place: string): Promise<void> {
    this.#world.plan.pass(life, `before ${place}`);
    await Promise.resolve();
    this.#world.plan.pass(life, `after ${place}`);
  }

  readonly at = <T>(place: string, call: () => T): T => this.#world.plan.around(this.life, place, call);

  /** GitHub posts; null where the connection ended without an answer. */
  async post(n: number): Promise<{ readonly status: number; readonly seq: number | null } | null> {
    const { life } = this;
    if (life.dead) return null;
    const { body, headers } = await signedDelivery(n);
    if (life.dead) return null;
    const answer = await this.#app.request("/webhook", { method: "POST", body, headers });
    const { seq = null } = (await answer.json()) as { seq?: number };
    return life.dead ? null : { status: answer.status, seq };
  }

  /** An upgrade of the agent's; refused while nobody is there to take it. */
  join(socket: CrashSocket): void {
    if (this.life.dead) socket.drop("connection refused");
    else this.#world.run(() => this.#edge.join(socket));
  }

  /** One event of the socket; the runtime may evict the object after any of them. */
  receive(socket: CrashSocket, text: string): void {
    if (!socket.open || this.life.dead) return;
    this.#world.noteUp(text);
    this.#world.run(() => this.#edge.receive(socket, text));
    this.handled();
  }

  handled(): void {
    if (this.life.dead || !this.#world.evicts()) return;
    this.#world.run(() => this.#edge.evict());
    this.#app = this.#receiver(this.#edge, this.life);
    if (this.#world.cutsAfterEviction) for (const socket of this.#sockets()) socket.drop("cut");
  }

  /** An operator puts a dead letter back. */
  requeue(seq: number): void {
    if (this.life.dead) return;
    this.#world.run(() => this.#edge.host.requeue(seq));
    this.handled();
  }

  ended(socket: CrashSocket): void {
    if (!this.life.dead) this.#world.run(() => this.#edge.ended(socket));
  }
}

/** The same in each of some thousand runs. */
const DELIVERIES = new Map<number, { readonly body: string; readonly headers: Readonly<Record<string, string>> }>();

async function signedDelivery(n: number) {
  const known = DELIVERIES.get(n);
  if (known !== undefined) return known;
  const body = JSON.stringify(workflowJob(n));
  const headers = {
    "content-type": "application/json",
    "x-github-event": "workflow_job",
    "x-github-delivery": guid(n),
    "x-hub-signature-256": await sign(SECRET, body),
  };
  const delivery = { body, headers };
  DELIVERIES.set(n, delivery);
  return delivery;
}
