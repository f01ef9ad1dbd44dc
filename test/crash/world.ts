import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { readUp } from "../../shared/link/codec.ts";
import { VirtualClock } from "../stand-ins/time/virtual-clock.ts";
import { CrashAgent } from "./crash-agent.ts";
import { CrashEdge, RETENTION_MS } from "./crash-edge.ts";
import { Crash, CrashPlan, LATENCY_MS } from "./crash-plan.ts";

export interface WorldOptions {
  /** The place at which a process dies; null for a run in which none does. */
  readonly crashAt: number | null;
  /** The handled event of the edge after which its object is evicted, its sockets hibernating; null for never. */
  readonly evictAt: number | null;
  /** Whether the link is cut right after the eviction, so that nothing of it is made good by what is on the way. */
  readonly cut?: boolean;
}

/** GitHub, an edge and an agent, each of the two last able to die at any call it makes. */
export class CrashWorld {
  readonly clock = new VirtualClock();
  readonly edgeSql = new NodeSql(":memory:");
  readonly agentSql = new NodeSql(":memory:");
  readonly plan: CrashPlan;
  readonly edge: CrashEdge;
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
    this.edge = new CrashEdge(this);
    this.edge.start();
    new CrashAgent(this).start();
  }

  /** A dead process's frames are still on their way: the other side sees the end of the connection behind them. */
  dropLater(socket: { drop(reason: string): void }, reason: string): void {
    this.clock.after(LATENCY_MS + 1, () => socket.drop(reason));
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
        await this.clock.advance(2 * RETENTION_MS);
      }
    }
    for (let round = 0; round < 20 && red.size > 0; round += 1) {
      await this.clock.advance(1000);
      for (const n of red) if (await this.deliver(n)) red.delete(n);
    }
    if (red.size > 0) throw new Error(`never stored: ${[...red].join(", ")}`);
    for (let waited = 0; waited < 300 && !this.settled(deliveries); waited += 1) {
      await this.clock.advance(1000);
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
