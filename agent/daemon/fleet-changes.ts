import type { Clock } from "../../shared/clock/clock.ts";
import { boundsOfFleet } from "../../shared/controller/bounds-of-fleet.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { enginesOf } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { sleep } from "../clock/sleep.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SweepResult } from "../sweeps/sweep-result.ts";
import type { LiveFleet } from "./live-fleet.ts";
import { RenamedRepositories } from "./renamed-repositories.ts";

/** An isolate of the edge turns a new pool's jobs away for five seconds after the announcement: they are looked for then. */
const SWEEP_AGAIN_MS = 10_000;

export interface FleetChangesOptions {
  readonly live: LiveFleet;
  readonly ledger: Ledger;
  readonly github: Pick<GitHub, "nameOfRepository">;
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
  }

  /** Takes up another version of the pools file. Runners of before go once they are idle; those that are busy go on. */
  take(fleet: Fleet): void {
    const { live, prepare } = this.#options;
    this.#changed(live.take(fleet));
    void prepare(live.fleet);
  }

  /** Deliveries that are on disk. */
  heard(signals: readonly Signal[]): void {
    void this.#renamed.heard(signals);
  }

  swept({ jobs }: SweepResult): void {
    for (const repository of jobs.redirected) void this.#renamed.moved(repository);
  }

  /** The edge has heard of routes that it did not know: sweeps once all its isolates know them. Never rejects. */
  async announced(): Promise<void> {
    const { clock, signal, requestSweep } = this.#options;
    if (await sleep(clock, SWEEP_AGAIN_MS, signal)) requestSweep();
  }

  #changed(outdated: readonly string[]): void {
    const { live, ledger, feed, announce, requestSweep, clock } = this.#options;
    const engines = new Map(live.fleet.pools.map((pool) => [pool.key, enginesOf(pool)]));
    const isElsewhere = ({ pool, engine }: Slot): boolean => engines.get(pool)?.includes(engine) === false;
    const slots = [...ledger.slots].filter((slot) => outdated.includes(slot.pool) || isElsewhere(slot));
    for (const { name } of slots) feed({ type: "slot", atMs: clock.now(), name, change: "outdated" });
    feed(boundsOfFleet(live.fleet));
    announce();
    requestSweep();
    void this.announced();
  }
}
