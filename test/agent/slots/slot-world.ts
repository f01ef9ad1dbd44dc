import { onTestFinished } from "vitest";

import { ControlLoop } from "../../../agent/daemon/control-loop.ts";
import { factsOfJob } from "../../../agent/daemon/intake.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import type { SlotEngines } from "../../../agent/slots/slot-engines.ts";
import { SlotManager } from "../../../agent/slots/slot-manager.ts";
import { ownPrefix } from "../../../agent/slots/slot-name.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { Ledger } from "../../../shared/controller/ledger.ts";
import { mayRun, servingPool } from "../../../shared/controller/pool-choice.ts";
import type { Action } from "../../../shared/controller/plan.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { poolOf, T0 } from "../../shared/controller/world.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

export const INSTANCE = "nas";
export const PREFIX = ownPrefix(INSTANCE);

export interface WorldOptions {
  readonly pools?: readonly Pool[];
  readonly clock?: VirtualClock;
  readonly github?: FakeGitHub;
  readonly provider?: FakeSlots;
  /** Several engines, in place of one. */
  readonly engines?: SlotEngines;
  /** The disk of an earlier process. */
  readonly sql?: SqlDatabase;
  readonly seed?: number;
}

/** One process' controller and slots, over a GitHub and an engine that may outlive it. */
export class SlotWorld {
  readonly clock: VirtualClock;
  readonly github: FakeGitHub;
  readonly provider: FakeSlots;
  readonly sql: SqlDatabase;
  readonly records: SlotRecords;
  readonly ledger = new Ledger(PREFIX);
  readonly manager: SlotManager;
  readonly control: ControlLoop;
  readonly log = capturedLog();
  readonly actions: Action[] = [];

  constructor(options: WorldOptions = {}) {
    this.clock = options.clock ?? new VirtualClock(T0);
    this.github = options.github ?? new FakeGitHub(this.clock);
    this.provider = options.provider ?? new FakeSlots(this.clock);
    this.sql = options.sql ?? new NodeSql(":memory:");
    this.records = new SlotRecords(this.sql);
    const pools = (options.pools ?? [poolOf({ max: 8 })]).map((pool) => servingPool(pool, "amd64"));
    const { clock, github, records, ledger } = this;
    const provider = options.engines ?? this.provider;
    const { log } = this.log;
    this.control = new ControlLoop({
      ledger,
      pools: () => pools,
      act: (action) => this.#act(action),
      onClockSet: () => {},
      onTurn: () => {},
      clock,
      log,
    });
    this.manager = new SlotManager({
      instance: INSTANCE,
      ledger,
      github,
      provider,
      records,
      feed: (event) => this.control.feed(event),
      mayRun: (slot, job) => mayRun(pools, slot, job),
      poolHash: () => null,
      answered: (job, askedAtMs) => {
        const facts = factsOfJob(job, askedAtMs);
        const atMs = clock.now();
        if (facts !== null) this.control.feed({ type: "job", source: "sweep", facts, atMs, seenAtMs: askedAtMs });
      },
      clock,
      random: seeded(options.seed ?? 1),
      log,
    });
    this.#pools = pools;
    onTestFinished(() => this.die());
  }

  readonly #pools: readonly ReturnType<typeof servingPool>[];

  #act(action: Action): void {
    this.actions.push(action);
    if (action.type === "provision") {
      const serving = this.#pools.find(({ pool }) => pool.key === action.pool);
      const { scope, sizeLabels, engine } = action;
      if (serving !== undefined) this.manager.provision(serving, scope, { sizeLabels, engine });
    }
    if (action.type === "retire") this.manager.retire(action.slot, action.reason);
    if (action.type === "deregister") this.manager.deregister(action.ghost);
  }

  /** The same as the daemon does it, which waits for engines. */
  async start(): Promise<void> {
    this.control.hold("adoption");
    await this.manager.adopt();
    this.manager.start();
    this.control.release("adoption");
  }

  /** What the daemon does at its start. */
  async adopt(): Promise<this> {
    this.control.hold("adoption");
    await this.manager.reconcile();
    this.manager.start();
    this.control.release("adoption");
    await this.clock.advance(0);
    return this;
  }

  /** Tells of jobs and lets everything happen that takes no time. */
  async jobs(...jobs: readonly JobFacts[]): Promise<this> {
    const atMs = this.clock.now();
    for (const facts of jobs) this.control.feed({ type: "job", source: "signal", facts, atMs, seenAtMs: atMs });
    await this.clock.advance(0);
    return this;
  }

  /** GitHub's inventory of the organization as it stands. */
  async inventory(): Promise<this> {
    const atMs = this.clock.now();
    const runners = [...this.github.runners.values()].map(({ id, name, status, busy }) => {
      return { id, name, online: status === "online", busy };
    });
    this.control.feed({ type: "inventory", atMs, startedAtMs: atMs, scope: "acme", complete: true, runners });
    await this.clock.advance(0);
    return this;
  }

  async advance(ms: number): Promise<this> {
    await this.clock.advance(ms);
    return this;
  }

  slotNames(): readonly string[] {
    return [...this.ledger.slots].map(({ name }) => name);
  }

  /** The one slot that there is. */
  theSlot(): string {
    const [name, ...more] = this.slotNames();
    if (name === undefined || more.length > 0) throw new Error(`slots: ${this.slotNames().join(", ")}`);
    return name;
  }

  /** As SIGKILL: nothing of this process goes on, what it had asked for is up to the others. */
  die(): void {
    this.control.stop();
    void this.manager.stop(0);
  }

  warnings(): readonly Record<string, unknown>[] {
    return this.log.records().filter(({ level }) => level === "warn" || level === "error");
  }
}
