import type { Clock } from "../../shared/clock/clock.ts";
import { boundsOfFleet } from "../../shared/controller/bounds-of-fleet.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { enginesOf } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { isSameName, matchesPattern } from "../../shared/fleet/repository-patterns.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { sleep } from "../clock/sleep.ts";
import type { AccountRepository, GitHub } from "../github/model/types.ts";
import { FoundRepositories } from "../sweeps/found-repositories.ts";
import type { SweepFailures } from "../sweeps/sweep-failures.ts";
import type { ServedFleet } from "../sweeps/sweep.ts";
import type { SweepResult } from "../sweeps/sweep-result.ts";
import type { LiveFleet } from "./live-fleet.ts";
import { RenamedRepositories } from "./renamed-repositories.ts";

/** An isolate of the edge turns a new pool's jobs away for five seconds after the announcement: they are looked for then. */
const SWEEP_AGAIN_MS = 10_000;

export interface FleetChangesOptions {
  readonly live: LiveFleet;
  readonly ledger: Ledger;
  readonly github: Pick<GitHub, "nameOfRepository" | "listAccountRepositories" | "readRepository">;
  readonly feed: (event: ControllerEvent) => void;
  /** Tells the edge what the fleet serves by now. */
  readonly announce: () => void;
  readonly requestSweep: () => void;
  /** Gets what the first jobs of new pools would wait for. Never rejects. */
  readonly prepare: (fleet: Fleet) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** What follows when what the fleet serves changes while the agent runs. */
export class FleetChanges {
  readonly #options: FleetChangesOptions;
  readonly #renamed: RenamedRepositories;
  readonly #found: FoundRepositories;

  constructor(options: FleetChangesOptions) {
    const { live, github, log, signal } = options;
    this.#options = options;
    this.#renamed = new RenamedRepositories({
      nameOf: (repository) => github.nameOfRepository(repository, signal),
      isNamed: (repository) => live.names(repository),
      renamed: (from, to) => {
        live.rename(from, to);
        this.#changed([]);
      },
      log,
    });
    this.#found = new FoundRepositories({ ...options, changed: (listed) => this.#listed(listed) });
  }

  /** Takes up another version of the pools file. Runners of before go once they are idle; those that are busy go on. */
  take(fleet: Fleet): void {
    const { live, prepare } = this.#options;
    const before = live.fleet;
    const outdated = live.take(fleet);
    for (const { key, gone } of changesBetween(before, live.fleet)) this.#leave(key, gone);
    this.#changed(outdated);
    void prepare(live.fleet);
  }

  /** Deliveries that are on disk. What is made under a pattern need not wait for a sweep to be found. */
  heard(signals: readonly Signal[]): void {
    const { live, signal } = this.#options;
    void this.#renamed.heard(signals);
    for (const { repository, repositoryId, action } of signals) {
      const isSought = action !== "completed" && live.fleet.pools.some((pool) => matchesPattern(pool, repository));
      if (isSought) void this.#found.heard(repository, repositoryId, signal);
    }
  }

  /**
   * Lists what the accounts of patterns hold. Returns the fleet with it, and whether that is all. Rejects only with the
   * signal's reason.
   */
  async look(failures: SweepFailures, signal: AbortSignal): Promise<ServedFleet> {
    const { live } = this.#options;
    const complete = await this.#found.look(live.accounts, failures, signal);
    return { fleet: live.fleet, complete };
  }

  swept({ jobs }: SweepResult): void {
    for (const repository of jobs.redirected) void this.#renamed.moved(repository);
  }

  /** The edge has heard of routes that it did not know: sweeps once all its isolates know them. Never rejects. */
  async announced(): Promise<void> {
    const { clock, signal, requestSweep } = this.#options;
    if (await sleep(clock, SWEEP_AGAIN_MS, signal)) requestSweep();
  }

  #listed(listed: readonly AccountRepository[]): void {
    const { live, feed, log } = this.#options;
    this.#renamed.listed(listed);
    const before = live.fleet;
    live.find(listed);
    if (live.fleet === before) return;
    for (const { key, added, gone } of changesBetween(before, live.fleet)) {
      log.info("a pattern takes in other repositories", { pool: key, added, gone });
      this.#leave(key, gone);
    }
    feed(boundsOfFleet(live.fleet));
  }

  /** A pool's runners of repositories that it serves no more are of no use to it. */
  #leave(key: string, repositories: readonly string[]): void {
    this.#outdate(({ pool, scope }) => pool === key && repositories.some((name) => isSameName(name, scope)));
  }

  #outdate(isOutdated: (slot: Slot) => boolean): void {
    const { ledger, feed, clock } = this.#options;
    const slots = [...ledger.slots].filter(isOutdated);
    for (const { name } of slots) feed({ type: "slot", atMs: clock.now(), name, change: "outdated" });
  }

  #changed(outdated: readonly string[]): void {
    const { live, feed, announce, requestSweep } = this.#options;
    const engines = new Map(live.fleet.pools.map((pool) => [pool.key, enginesOf(pool)]));
    const isElsewhere = ({ pool, engine }: Slot): boolean => engines.get(pool)?.includes(engine) === false;
    this.#outdate((slot) => outdated.includes(slot.pool) || isElsewhere(slot));
    feed(boundsOfFleet(live.fleet));
    announce();
    requestSweep();
    void this.announced();
  }
}

/** What each pool serves that it did not serve before, and the other way round. */
function changesBetween(before: Fleet, after: Fleet) {
  return after.pools.flatMap(({ key, repositories: now }) => {
    const then = before.pools.find((pool) => pool.key === key)?.repositories ?? [];
    const added = (now ?? []).filter((name) => !then.some((each) => isSameName(each, name)));
    const gone = then.filter((name) => !(now ?? []).some((each) => isSameName(each, name)));
    return added.length + gone.length === 0 ? [] : [{ key, added, gone }];
  });
}
