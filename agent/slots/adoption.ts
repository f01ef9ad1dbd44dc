import { backoffRangeMs } from "../../shared/clock/backoff.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { sleep } from "../clock/sleep.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SlotRecord, SlotRecords } from "../journal/slot-records.ts";
import type { OtherAgents } from "./other-agents.ts";
import { toRunnerScope } from "./runner-scope.ts";
import type { SlotExits } from "./slot-exits.ts";
import type { ObservedSlot, SlotProvider } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";

const RETRY = { baseMs: 5000, capMs: 60_000 } as const;

export interface AdoptionOptions {
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly records: SlotRecords;
  readonly exits: SlotExits;
  readonly work: SlotWork;
  readonly others: OtherAgents;
  readonly feed: (event: ControllerEvent) => void;
  /** What the runners of a pool are made of now; null for a pool that is not known. */
  readonly poolHash: (pool: string) => string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Holds what is believed of slots against what exists, at the start and ever after. */
export class Adoption {
  readonly #options: AdoptionOptions;
  /** Intents that are being settled. */
  readonly #settling = new Set<string>();

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  /** Learns what runs already; nothing is to be started before. Tries until it knows, or the work ends. */
  async adopt(): Promise<void> {
    const { clock, log, work } = this.#options;
    const once = new SayOnce(log);
    for (let tries = 0; !work.signal.aborted; tries += 1) {
      try {
        return await this.reconcile();
      } catch (error) {
        if (!work.signal.aborted) once.say("error", "list", "cannot see what runs; trying again", errorFields(error));
      }
      await sleep(clock, backoffRangeMs(RETRY, tries), work.signal);
    }
  }

  /**
   * Adopts containers of ours that are new to this process, clears away those that ended, and lets go of slots whose
   * container is gone.
   * @throws {SlotError} if the provider cannot say what exists.
   */
  async reconcile(): Promise<void> {
    const { provider, ledger, clock, exits, work, others } = this.#options;
    const beganMs = clock.monotonicMs();
    const observed = await provider.list(work.signal);
    const askedAtMs = wallTimeMs(clock, beganMs);
    const theirs = others.theirs(observed);
    for (const slot of observed) {
      if (theirs.has(slot.name)) this.#letGo(slot.name);
      else if (!exits.clearedSince(askedAtMs, slot.name)) this.#observe(slot);
    }
    const names = new Set(observed.map((slot) => slot.name));
    for (const slot of ledger.slots) {
      if (names.has(slot.name) || slot.startedAtMs === null || slot.startedAtMs >= askedAtMs) continue;
      exits.exited(slot.name, null);
    }
  }

  /** Another agent's slot that was taken for one of ours: it is forgotten, and neither stopped nor removed. */
  #letGo(name: string): void {
    if (this.#options.ledger.slot(name) !== undefined) this.#feed(name, { change: "removed" });
  }

  #observe(observed: ObservedSlot): void {
    const { ledger, log, exits } = this.#options;
    const { name, poolKey: pool, scope, runnerId, sizeLabels = [] } = observed;
    if (exits.isRemains(name)) return;
    if (ledger.slot(name) !== undefined) {
      if (observed.state === "exited") exits.exited(name, observed.exitCode);
      return;
    }
    log.info("slot adopted", { slot: name, pool, state: observed.state });
    // The engine's stamp may be of a clock that was ahead.
    const startedAtMs = Math.min(observed.startedAtMs ?? observed.createdAtMs, this.#options.clock.now());
    this.#feed(name, { change: "adopted", pool, scope, sizeLabels, runnerId, startedAtMs });
    const wanted = this.#options.poolHash(pool);
    const isOther = observed.poolHash !== null && wanted !== null && observed.poolHash !== wanted;
    if (isOther) this.#feed(name, { change: "outdated" });
    if (observed.state === "running") return;
    // It ended while nobody watched, or was never started: that says nothing about how its pool gets on now.
    this.#feed(name, { change: "retiring" });
    if (observed.state === "created") exits.unstarted(name);
    else exits.exited(name, observed.exitCode);
  }

  /**
   * Settles intents of an earlier process that no container belongs to: their registration, if there is one, goes.
   * Call it after the first reconcile, and again when GitHub has been heard: what failed is tried once more.
   */
  settleIntents(): void {
    const { records, ledger, work } = this.#options;
    for (const record of records.unfinished()) {
      if (ledger.slot(record.name) !== undefined || this.#settling.has(record.name)) continue;
      this.#settling.add(record.name);
      void work.run(record.name, () => this.#settle(record).finally(() => this.#settling.delete(record.name)));
    }
  }

  async #settle(record: SlotRecord): Promise<void> {
    const { github, records, clock, log, work } = this.#options;
    const where = toRunnerScope(record.scope);
    const runner = await github.findRunner(where, record.name, work.signal);
    if (runner !== null) await github.deleteRunner(where, runner.id, work.signal);
    records.update(record.name, { removedAtMs: clock.now() });
    log.info("intent of an earlier run settled", { slot: record.name, registered: runner !== null });
  }

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }
}
