import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { readUp } from "../../shared/link/codec.ts";
import type { DeadLetter } from "../../shared/mailbox/dead-letters.ts";
import { VirtualClock } from "../stand-ins/time/virtual-clock.ts";
import { CrashAgent } from "./crash-agent.ts";
import { CrashEdge } from "./crash-edge.ts";
import { Crash, CrashPlan, LATENCY_MS } from "./crash-plan.ts";
import { OldEyes } from "./old-eyes.ts";
import { TroubledDisk } from "./troubled-disk.ts";

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
  readonly disk = new TroubledDisk(this.agentSql);
  readonly eyes = new OldEyes();
  readonly plan: CrashPlan;
  readonly edge: CrashEdge;
  readonly #agent: CrashAgent;
  agentVersion = "0.1.0";
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
    this.#agent = new CrashAgent(this);
    this.#agent.start();
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

  /** GitHub delivers `n`, as often as said, and then again and again until it was told that it is stored. */
  async deliverUntilTold(n: number, copies = 1): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      for (let copy = 0; copy < copies; copy += 1) {
        await this.deliver(n);
        await this.clock.advance(4);
      }
      if (this.told.has(n)) return;
      await this.clock.advance(1000);
    }
    throw new Error(`never stored: ${n}`);
  }

  /** A newer agent on the old one's disk, which reads what that one could not. */
  upgrade(): void {
    this.agentVersion = "0.2.0";
    this.eyes.open(this.agentSql);
    this.#agent.restart();
  }

  /** Lets time go by until it is so; five minutes at most. */
  async until(isSo: () => boolean): Promise<void> {
    for (let waited = 0; waited < 300 && !isSo(); waited += 1) await this.clock.advance(1000);
  }

  /** Whether both sides are up and agree. */
  settled(): boolean {
    return !this.edge.life.dead && this.unacked() === 0;
  }

  unacked(): number {
    return this.plan.look(() => this.edge.mailbox.unacked());
  }

  /** GUIDs in the agent's journal, in the order in which they came. */
  journaled(): readonly string[] {
    return this.agentSql.exec("SELECT guid FROM signals ORDER BY rowid").map((row) => String(row["guid"]));
  }

  /** GUIDs of what could not be read, each with its reason, on the agent's disk. */
  unread(): readonly { readonly guid: string; readonly reason: string }[] {
    const rows = this.agentSql.exec("SELECT json_extract(raw, '$.guid') AS guid, reason FROM unread ORDER BY agent_at");
    return rows.map((row) => ({ guid: String(row["guid"]), reason: String(row["reason"]) }));
  }

  /** What was set aside at the edge, the newest first. */
  letters(): readonly DeadLetter[] {
    return this.edge.life.dead ? [] : this.plan.look(() => this.edge.mailbox.deadLetters(100));
  }

  close(): void {
    this.edgeSql.close();
    this.agentSql.close();
  }
}
