import { hasSize } from "../fleet/sizes.ts";
import { usableEngines } from "./holds.ts";
import type { Ledger } from "./ledger.ts";
import type { ServingPool } from "./pool-choice.ts";
import { limitsAt } from "./pool-limits.ts";
import { coveringSlots, isBusy, isUnseen, olderSlotFirst, type Slot } from "./slot.ts";

interface Page {
  /** Places that may still be filled; every slot that exists takes one, whatever its state. */
  room: number;
  /** Slots that are idle, starting or busy. */
  size: number;
  /** Slots that will end by themselves, or are being stopped: places that come free. */
  leaving: number;
  /** Slots that a job can count on, by the scope they are registered with and their size; the youngest last. */
  readonly idleByScope: Map<string, Map<string, Slot[]>>;
  /** Engines that may start its slots, the preferred one first. */
  readonly engines: readonly string[];
  /** The engines of its reserved places, in the order in which they were taken. */
  readonly reserved: string[];
}

const sizeKey = (sizeLabels: readonly string[]): string => sizeLabels.join(",");

/** The slots of each pool as one plan sees and spends them. Slots are counted by pool, never by job. */
export class PoolBook {
  readonly #pages = new Map<string, Page>();
  readonly #ledger: Ledger;
  /** Places that are left in all, whatever the pool. */
  #room: number;
  /** Slots on each engine, reserved places included. */
  readonly #onEngine = new Map<string, number>();
  readonly #leavingOn = new Map<string, number>();

  /** Slots of a pool that is drained cover nothing and shall not stay. */
  constructor(ledger: Ledger, pools: readonly ServingPool[], nowMs: number) {
    this.#ledger = ledger;
    this.#room = ledger.maxSlots;
    for (const { pool } of pools) {
      const engines = usableEngines(ledger, pool, nowMs);
      const page = {
        room: limitsAt(pool, nowMs).max,
        size: 0,
        leaving: 0,
        idleByScope: new Map<string, Map<string, Slot[]>>(),
      };
      this.#pages.set(pool.key, { ...page, engines, reserved: [] });
    }
    const all = [...ledger.slots];
    const covering = coveringSlots(all, ledger.engines);
    for (const slot of all) this.#enter(slot, covering.has(slot));
  }

  #enter(slot: Slot, covers: boolean): void {
    this.#room -= 1;
    this.#count(slot.engine, 1);
    const page = this.#pages.get(slot.pool);
    if (page === undefined) return;
    page.room -= 1;
    if (!isBusy(slot) && isUnseen(slot, this.#ledger.engines)) return;
    if (!covers && (slot.retiring || !isBusy(slot))) {
      page.leaving += 1;
      this.#leavingOn.set(slot.engine, (this.#leavingOn.get(slot.engine) ?? 0) + 1);
      return;
    }
    page.size += 1;
    if (!covers || this.#ledger.isDraining(slot.pool)) return;
    const bySize = page.idleByScope.get(slot.scope) ?? new Map<string, Slot[]>();
    const key = sizeKey(slot.sizeLabels);
    const idle = bySize.get(key) ?? [];
    idle.push(slot);
    page.idleByScope.set(slot.scope, bySize.set(key, idle));
  }

  /**
   * Takes an idle slot of this pool and scope as cover for one job that asks for `size`, the one with the fewest labels
   * that it does not ask for; undefined if none is left that has them all.
   */
  cover(pool: string, scope: string, size: readonly string[]): Slot | undefined {
    const bySize = this.#pages.get(pool)?.idleByScope.get(scope);
    if (bySize === undefined) return undefined;
    const exact = bySize.get(sizeKey(size))?.pop();
    if (exact !== undefined) return exact;
    const [nearest] = [...bySize]
      .filter(([, [first]]) => first !== undefined && hasSize(first.sizeLabels, size))
      .toSorted(([a], [b]) => a.split(",").length - b.split(",").length || (a < b ? -1 : 1));
    return nearest?.[1].pop();
  }

  /** Takes a free place on the first engine that has room; false if the pool, its engines or the machine are full. */
  reserve(pool: string): boolean {
    const page = this.#pages.get(pool);
    if (page === undefined || page.room <= 0 || this.#room <= 0) return false;
    const engine = page.engines.find((each) => !this.isEngineFull(each));
    if (engine === undefined) return false;
    page.room -= 1;
    this.#room -= 1;
    this.#count(engine, 1);
    page.reserved.push(engine);
    return true;
  }

  /** Gives the place back that was reserved first. */
  release(pool: string): void {
    const page = this.#pages.get(pool);
    const engine = page?.reserved.shift();
    if (page === undefined || engine === undefined) return;
    page.room += 1;
    this.#room += 1;
    this.#count(engine, -1);
  }

  /** The place that was reserved first becomes a slot. Gives its engine. @throws {Error} if none was reserved. */
  started(pool: string): string {
    const page = this.#pages.get(pool);
    const engine = page?.reserved.shift();
    if (page === undefined || engine === undefined) throw new Error(`no place of ${pool} is reserved`);
    page.size += 1;
    return engine;
  }

  #count(engine: string, by: number): void {
    this.#onEngine.set(engine, (this.#onEngine.get(engine) ?? 0) + by);
  }

  /** Whether an engine holds as many slots as it may. */
  isEngineFull(engine: string): boolean {
    return (this.#onEngine.get(engine) ?? 0) >= this.#ledger.engines.maxSlots(engine);
  }

  /** The engines that could start a slot of the pool and are all full; none where one has room. */
  fullEngines(pool: string): readonly string[] {
    const { engines = [] } = this.#pages.get(pool) ?? {};
    return engines.every((engine) => this.isEngineFull(engine)) ? engines : [];
  }

  size(pool: string): number {
    return this.#pages.get(pool)?.size ?? 0;
  }

  isFull(pool: string): boolean {
    return this.isPoolFull(pool) || this.isMachineFull || this.fullEngines(pool).length > 0;
  }

  /** Whether it holds as many slots as its own `max`. */
  isPoolFull(pool: string): boolean {
    return (this.#pages.get(pool)?.room ?? 0) <= 0;
  }

  get isMachineFull(): boolean {
    return this.#room <= 0;
  }

  /** How many slots there are beyond what the pool may hold. */
  beyond(pool: string): number {
    return Math.max(0, -(this.#pages.get(pool)?.room ?? 0));
  }

  /** How many places come free without anybody's doing. */
  leaving(pool: string): number {
    return this.#pages.get(pool)?.leaving ?? 0;
  }

  /** The same of an engine, whatever the pool. */
  leavingOn(engine: string): number {
    return this.#leavingOn.get(engine) ?? 0;
  }

  /**
   * Slots on engines that answer that no job was covered with: those of a size first, which are no warm ones, then the
   * oldest.
   */
  idle(pool: string): readonly Slot[] {
    const page = this.#pages.get(pool);
    if (page === undefined) return [];
    const all = [...page.idleByScope.values()].flatMap((bySize) => [...bySize.values()].flat());
    const slots = all.filter(({ engine }) => !this.#ledger.engines.isSilent(engine));
    const [sized, plain] = [slots.filter(hasSizeLabels), slots.filter((slot) => !hasSizeLabels(slot))];
    return [...sized.toSorted(olderSlotFirst), ...plain.toSorted(olderSlotFirst)];
  }
}

function hasSizeLabels({ sizeLabels }: Slot): boolean {
  return sizeLabels.length > 0;
}
