import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { ControllerEvent, SlotChange } from "../../../shared/controller/events.ts";
import { Ledger } from "../../../shared/controller/ledger.ts";
import { doubtsEvent } from "../../../shared/controller/doubt.ts";
import { plan, type Action, type Plan } from "../../../shared/controller/plan.ts";
import { servingPool, type ServingPool } from "../../../shared/controller/pool-choice.ts";
import type { JobFacts } from "../../../shared/workflow-job/job-facts.ts";

export const OWN_PREFIX = "hookline-test--";
export const T0 = Date.UTC(2026, 10, 23, 12);

export function poolOf(over: Partial<Pool> & { max?: number; min?: number } = {}): Pool {
  const { max = 4, min = 0, ...rest } = over;
  return {
    key: "home",
    scope: { kind: "organization", organization: "acme", runnerGroup: "Default" },
    visibility: "any",
    repositories: null,
    labels: ["nas"],
    groupOnly: false,
    scaling: { min, max, queueThreshold: 1, cooldownSeconds: 120 },
    architecture: "amd64",
    image: "runner:1",
    command: ["/home/runner/run.sh"],
    workFolder: "_work",
    network: "bridge",
    runnerRoot: null,
    container: PLAIN_CONTAINER,
    resources: {},
    ...rest,
  };
}

export function job(jobId: number, over: Partial<JobFacts> = {}): JobFacts {
  return {
    jobId,
    jobName: "build",
    runId: 1,
    attempt: 1,
    repository: "acme/web",
    isPrivate: true,
    labels: ["self-hosted", "nas"],
    phase: "queued",
    phaseAtMs: T0,
    runnerName: null,
    conclusion: null,
    createdAtMs: T0,
    startedAtMs: null,
    completedAtMs: null,
    ...over,
  };
}

/** A ledger, its pools and a clock that stands still until it is moved. */
export class World {
  readonly ledger: Ledger;
  readonly pools: readonly ServingPool[];
  nowMs = T0;
  #count = 0;

  /** A world may begin with the machine's bound; its pools follow. */
  constructor(...given: readonly (Pool | { readonly maxSlots: number; readonly onSecond?: number })[]) {
    const pools = given.filter((each) => "key" in each);
    const [bound] = given.filter((each) => "maxSlots" in each);
    this.ledger = new Ledger(OWN_PREFIX);
    if (bound !== undefined) this.bound(bound.maxSlots, bound.onSecond === undefined ? {} : { second: bound.onSecond });
    this.pools = (pools.length === 0 ? [poolOf()] : pools).map((pool) => servingPool(pool, "amd64"));
  }

  feed(event: ControllerEvent): this {
    this.ledger.apply(event);
    return this;
  }

  /** The operator lets so many slots be, in all and on each engine. */
  bound(maxSlots: number | null, engines: Readonly<Record<string, number>>): this {
    return this.feed({ type: "bound", maxSlots, engines: new Map(Object.entries(engines)) });
  }

  signal(facts: JobFacts): this {
    return this.feed({ type: "job", source: "signal", facts, atMs: this.nowMs, seenAtMs: this.nowMs });
  }

  slot(name: string, change: SlotChange): this {
    return this.feed({ type: "slot", atMs: this.nowMs, name, ...change });
  }

  queueSweep(jobs: readonly JobFacts[], absent: readonly number[] = [], startedAtMs = this.nowMs): this {
    return this.feed({ type: "queue-sweep", atMs: this.nowMs, startedAtMs, jobs, absent });
  }

  inventory(runners: Record<string, "idle" | "busy" | "offline">, scope = "acme"): this {
    const list = Object.entries(runners).map(([name, state], id) => {
      return { id, name, online: state !== "offline", busy: state === "busy" };
    });
    return this.feed({
      type: "inventory",
      atMs: this.nowMs,
      startedAtMs: this.nowMs,
      scope,
      complete: true,
      runners: list,
    });
  }

  plan(): Plan {
    const next = this.#planOnce();
    const event = doubtsEvent(next.doubts, this.nowMs);
    this.feed(event);
    return event.doubted.length > 0 ? this.#planOnce() : next;
  }

  #planOnce(): Plan {
    const next = plan(this.ledger, this.pools, this.nowMs);
    this.ledger.apply({ type: "surplus", atMs: this.nowMs, names: next.surplus });
    return next;
  }

  /** Plans and brings every slot that is asked for to `started`; returns their names. */
  provision(): readonly string[] {
    const started: string[] = [];
    for (const action of this.plan().actions) {
      if (action.type !== "provision") continue;
      const name = `${OWN_PREFIX}${action.pool}-${this.#count}`;
      this.#count += 1;
      const { pool, scope, sizeLabels, engine } = action;
      this.slot(name, { change: "planned", pool, scope, sizeLabels, engine });
      this.slot(name, { change: "registered", runnerId: this.#count });
      this.slot(name, { change: "started" });
      started.push(name);
    }
    return started;
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  actions(type: Action["type"]): readonly Action[] {
    return this.plan().actions.filter((action) => action.type === type);
  }
}

export const running = (jobId: number, runnerName: string): JobFacts =>
  job(jobId, { phase: "in_progress", runnerName, phaseAtMs: T0 + 1000, startedAtMs: T0 + 1000 });

export const done = (jobId: number, runnerName: string | null, conclusion = "success"): JobFacts =>
  job(jobId, { phase: "completed", runnerName, conclusion, phaseAtMs: T0 + 2000, completedAtMs: T0 + 2000 });
