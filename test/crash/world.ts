import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { Journal } from "../../agent/journal/journal.ts";
import type { ConnectionEvents } from "../../agent/link/dial.ts";
import { LinkClient } from "../../agent/link/link-client.ts";
import { readUp } from "../../shared/link/codec.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { openJobs } from "../../shared/mailbox/open-jobs.ts";
import { Tally } from "../../shared/mailbox/tally.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import { LinkServer } from "../../shared/edge/link-server.ts";
import { freshState, linkStateSchema, type LinkSocket, type LinkState } from "../../shared/edge/link-socket.ts";
import { VirtualClock } from "../agent/virtual-clock.ts";
import { workflowJob } from "../unit/samples/payload.ts";
import { sign } from "../unit/samples/sign.ts";
import { guid } from "../unit/samples/signal.ts";
import { Crash, CrashPlan, CrashSql, Life } from "./crash-plan.ts";

const SECRET = "crash-test-secret";
const LATENCY_MS = 3;
const RESTART_MS = 40;
const RETENTION_MS = 60_000;

export interface WorldOptions {
  /** The place at which a process dies; null for a run in which none does. */
  readonly crashAt: number | null;
  /** The handled event of the edge after which its object is evicted, its sockets hibernating; null for never. */
  readonly evictAt: number | null;
  /** Whether the link is cut right after the eviction, so that nothing of it is made good by what is on the way. */
  readonly cut?: boolean;
}

/** The edge's side of one connection, and the network between: what a dead process had sent is still on its way. */
class WorldSocket implements LinkSocket {
  #state: string;
  open = true;
  readonly #edge: Edge;
  readonly #toAgent: (text: string) => void;
  readonly #closed: (code: number, reason: string) => void;

  constructor(edge: Edge, toAgent: (text: string) => void, closed: (code: number, reason: string) => void) {
    this.#edge = edge;
    this.#toAgent = toAgent;
    this.#closed = closed;
    this.#state = JSON.stringify(freshState(edge.world.clock.now()));
  }

  get state(): LinkState {
    return linkStateSchema.parse(JSON.parse(this.#state));
  }

  save(state: LinkState): void {
    this.#edge.at("attachment", () => (this.#state = JSON.stringify(state)));
  }

  send(text: string): void {
    this.#edge.at("send to agent", () => this.#toAgent(text));
  }

  close(code: number, reason: string): void {
    this.drop(code, reason);
  }

  drop(code: number, reason: string): void {
    if (!this.open) return;
    this.open = false;
    this.#closed(code, reason);
  }

  lastPingAtMs(): number {
    return this.#edge.world.clock.now();
  }
}

/** Receiver, mailbox and link server in one process, on storage that outlives it. */
class Edge {
  readonly world: CrashWorld;
  life: Life;
  mailbox!: Mailbox;
  #server!: LinkServer;
  #app!: ReturnType<typeof createReceiver>;
  sockets: WorldSocket[] = [];

  constructor(world: CrashWorld) {
    this.world = world;
    this.life = this.#born();
  }

  #born(): Life {
    return new Life(() => {
      for (const socket of this.sockets) this.world.dropLater(socket, "edge died");
      this.sockets = [];
      this.world.clock.after(RESTART_MS, () => this.start());
    });
  }

  /** Starts the process on what the one before left; a start can die as well. */
  start(): void {
    if (this.life.dead) this.life = this.#born();
    const { world, life } = this;
    this.world.run(() => {
      const sql = new CrashSql(world.edgeSql, world.plan, life, "mailbox");
      this.mailbox = new Mailbox({ sql, newStreamId: () => "stream", ackStride: 2, retentionMs: RETENTION_MS });
      const tally = new Tally();
      this.#server = new LinkServer({
        mailbox: this.mailbox,
        openJobs: () => openJobs(sql, world.clock.now()),
        tally,
        sockets: () => this.sockets.filter((socket) => socket.open),
        now: () => world.clock.now(),
        log: silentLogger,
      });
      this.#server.resume();
      this.#app = createReceiver({
        verifier: new WebhookVerifier({ current: SECRET }),
        log: silentLogger,
        now: () => world.clock.now(),
        mailbox: {
          note: () => Promise.resolve(),
          accept: async (signal, matched) => {
            await this.#step(life, "call of the object");
            const outcome = this.mailbox.accept(signal);
            tally.accepted(signal, outcome, matched ?? null);
            this.#server.keepTally();
            if (outcome.kind === "stored") this.#server.pump();
            this.#server.tick();
            await this.#step(life, "answer of the object");
            return outcome;
          },
        },
      });
    });
  }

  async #step(life: Life, place: string): Promise<void> {
    this.world.plan.pass(life, `before ${place}`);
    await Promise.resolve();
    this.world.plan.pass(life, `after ${place}`);
  }

  at<T>(place: string, call: () => T): T {
    return this.world.plan.around(this.life, place, call);
  }

  /** GitHub posts; null where the connection ended without an answer. */
  async post(n: number): Promise<{ readonly status: number; readonly seq: number | null } | null> {
    const { life } = this;
    if (life.dead) return null;
    const body = JSON.stringify(workflowJob(n));
    const headers = {
      "content-type": "application/json",
      "x-github-event": "workflow_job",
      "x-github-delivery": guid(n),
      "x-hub-signature-256": await sign(SECRET, body),
    };
    if (life.dead) return null;
    const answer = await this.#app.request("/webhook", { method: "POST", body, headers });
    const { seq = null } = (await answer.json()) as { seq?: number };
    return life.dead ? null : { status: answer.status, seq };
  }

  /** One event of the socket; the runtime may evict the object after any of them. */
  receive(socket: WorldSocket, text: string): void {
    if (!socket.open || this.life.dead) return;
    this.world.noteUp(text);
    this.world.run(() => this.#server.receive(socket, text));
    this.handled();
  }

  handled(): void {
    if (this.life.dead || !this.world.evicts()) return;
    this.start();
    if (this.world.cutsAfterEviction) for (const socket of this.sockets) socket.drop(1006, "cut");
  }

  tick(): void {
    if (!this.life.dead) this.world.run(() => this.#server.tick());
  }

  closed(socket: WorldSocket): void {
    if (!this.life.dead) this.world.run(() => this.mailbox.settle());
    this.sockets = this.sockets.filter((each) => each !== socket);
  }

  prune(): void {
    if (!this.life.dead) this.world.run(() => void this.mailbox.prune(this.world.clock.now()));
  }
}

/** Link client and journal in one process, on storage that outlives it. */
class Agent {
  readonly #world: CrashWorld;
  #life: Life;
  #client: LinkClient | null = null;
  #socket: WorldSocket | null = null;
  #boots = 0;

  constructor(world: CrashWorld) {
    this.#world = world;
    this.#life = this.#born();
  }

  #born(): Life {
    return new Life(() => {
      if (this.#socket !== null) this.#world.dropLater(this.#socket, "agent died");
      this.#world.clock.after(RESTART_MS, () => this.start());
    });
  }

  start(): void {
    if (this.#life.dead) this.#life = this.#born();
    const life = this.#life;
    const world = this.#world;
    this.#boots += 1;
    world.run(() => {
      const journal = new Journal(new CrashSql(world.agentSql, world.plan, life, "journal"));
      this.#client = new LinkClient({
        dial: (events) => this.#dial(events, life),
        journal,
        identity: { instance: "nas", boot: `boot-${this.#boots}`, host: "nas.local" },
        routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
        events: {
          welcomed: () => {},
          received: (signals) => world.fresh.push(...signals.map((signal) => signal.guid)),
          caughtUp: () => {},
          down: () => {},
        },
        clock: {
          now: () => world.clock.now(),
          after: (ms, fire) => world.clock.after(ms, () => this.#run(life, fire)),
        },
        random: () => 0.5,
        log: silentLogger,
      });
      this.#client.start();
    });
  }

  #run(life: Life, work: () => void): void {
    if (!life.dead) this.#world.run(work);
  }

  #dial(events: ConnectionEvents, life: Life) {
    const { clock, plan } = this.#world;
    const { edge } = this.#world;
    const later = (work: () => void): void => void clock.after(LATENCY_MS, () => this.#run(life, work));
    const socket: WorldSocket = new WorldSocket(
      edge,
      (text) => later(() => socket.open && events.received(text)),
      (code, reason) => {
        later(() => events.closed({ code, reason, status: null }));
        edge.closed(socket);
      },
    );
    this.#socket = socket;
    if (edge.life.dead) socket.drop(1006, "connection refused");
    else edge.sockets.push(socket);
    later(() => socket.open && events.opened());
    return {
      send: (text: string) =>
        plan.around(life, "send to edge", () => void clock.after(LATENCY_MS, () => edge.receive(socket, text))),
      terminate: () => {
        if (!life.dead) this.#world.dropLater(socket, "terminated");
      },
    };
  }
}

/** GitHub, an edge and an agent, each of the two last able to die at any call it makes. */
export class CrashWorld {
  readonly clock = new VirtualClock();
  readonly edgeSql = new NodeSql(":memory:");
  readonly agentSql = new NodeSql(":memory:");
  readonly plan: CrashPlan;
  readonly edge: Edge;
  /** GUIDs that the agent took as new, in order, over all its lives. */
  readonly fresh: string[] = [];
  /** What GitHub was told with a 2xx: the sequence numbers by delivery. */
  readonly told = new Map<number, number[]>();
  readonly acks: number[] = [];
  /** Events that the edge has handled: after each of them it may be evicted. */
  turns = 0;
  readonly #evictAt: number | null;
  readonly cutsAfterEviction: boolean;

  constructor({ crashAt, evictAt, cut = false }: WorldOptions) {
    this.cutsAfterEviction = cut;
    this.plan = new CrashPlan(crashAt);
    this.#evictAt = evictAt;
    this.edge = new Edge(this);
    this.edge.start();
    new Agent(this).start();
  }

  /** A dead process's frames are still on their way: the other side sees the end of the connection behind them. */
  dropLater(socket: WorldSocket, reason: string): void {
    this.clock.after(LATENCY_MS + 1, () => socket.drop(1006, reason));
  }

  /** Runs a handler of some process; its death ends only itself. */
  run(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  evicts(): boolean {
    this.turns += 1;
    return this.turns - 1 === this.#evictAt;
  }

  noteUp(text: string): void {
    const read = readUp(text);
    if (read.kind === "frame" && read.frame.type === "ack") this.acks.push(read.frame.upTo);
  }

  /** GitHub delivers `n`; whether it was told that it is stored. */
  async deliver(n: number): Promise<boolean> {
    const answer = await this.edge.post(n);
    this.edge.handled();
    if (answer === null || answer.status !== 202 || answer.seq === null) return false;
    this.told.set(n, [...(this.told.get(n) ?? []), answer.seq]);
    return true;
  }

  /** Everything that happens in one run: deliveries with copies, a rotation in between, redelivery of what was red. */
  async play(deliveries: number): Promise<void> {
    const red = new Set<number>();
    for (let n = 1; n <= deliveries; n += 1) {
      for (let copy = 0; copy < 2; copy += 1) {
        if (await this.deliver(n)) red.delete(n);
        else if (!this.told.has(n)) red.add(n);
        await this.clock.advance(4);
      }
      if (n === Math.ceil(deliveries / 2)) {
        await this.clock.advance(RETENTION_MS);
        this.edge.prune();
      }
    }
    for (let round = 0; round < 20 && red.size > 0; round += 1) {
      await this.clock.advance(1000);
      for (const n of red) if (await this.deliver(n)) red.delete(n);
    }
    if (red.size > 0) throw new Error(`never stored: ${[...red].join(", ")}`);
    for (let waited = 0; waited < 300 && !this.settled(deliveries); waited += 1) {
      await this.clock.advance(1000);
      this.edge.tick();
    }
  }

  settled(deliveries: number): boolean {
    return !this.edge.life.dead && this.unacked() === 0 && this.journaled().length === deliveries;
  }

  unacked(): number {
    return this.plan.look(() => this.edge.mailbox.unacked());
  }

  /** GUIDs in the agent's journal, in the order in which they came. */
  journaled(): readonly string[] {
    return this.agentSql.exec("SELECT guid FROM signals ORDER BY rowid").map((row) => String(row["guid"]));
  }

  close(): void {
    this.edgeSql.close();
    this.agentSql.close();
  }
}
