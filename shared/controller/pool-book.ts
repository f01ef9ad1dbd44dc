import { hasSize } from "../fleet/sizes.ts";
import type { ServingPool } from "./pool-choice.ts";
import { coveringSlots, isBusy, olderSlotFirst, type Slot } from "./slot.ts";

interface Page {
  /** Places that may still be filled; every slot that exists takes one, whatever its state. */
  room: number;
  /** Slots that are idle, starting or busy. */
  size: number;
  /** Slots that will end by themselves, or are being stopped: places that come free. */
  leaving: number;
  /** Slots that a job can count on, by the scope they are registered with and their size; the youngest last. */
  readonly idleByScope: Map<string, Map<string, Slot[]>>;
}

const sizeKey = (sizeLabels: readonly string[]): string => sizeLabels.join(",");

/** The slots of each pool as one plan sees and spends them. Slots are counted by pool, never by job. */
export class PoolBook {
  readonly #pages = new Map<string, Page>();
  readonly #isDraining: (pool: string) => boolean;
  /** Places that are left on the machine, whatever the pool. */
  #room: number;

  /** Slots of a pool that `isDraining` cover nothing and shall not stay. */
  constructor(
    pools: readonly ServingPool[],
    slots: Iterable<Slot>,
    isDraining: (pool: string) => boolean,
    maxSlots: number,
  ) {
    this.#isDraining = isDraining;
    this.#room = maxSlots;
    for (const { pool } of pools)
      this.#pages.set(pool.key, { room: pool.scaling.max, size: 0, leaving: 0, idleByScope: new Map() });
    const all = [...slots];
    const covering = coveringSlots(all);
    for (const slot of all) this.#enter(slot, covering.has(slot));
  }

  #enter(slot: Slot, covers: boolean): void {
    this.#room -= 1;
    const page = this.#pages.get(slot.pool);
    if (page === undefined) return;
    page.room -= 1;
    if (!covers && (slot.retiring || !isBusy(slot))) {
      page.leaving += 1;
      return;
    }
    page.size += 1;
    if (!covers || this.#isDraining(slot.pool)) return;
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

  /** Takes a free place; false if the pool or the machine is full. */
  reserve(pool: string): boolean {
    const page = this.#pages.get(pool);
    if (page === undefined || page.room <= 0 || this.#room <= 0) return false;
    page.room -= 1;
    this.#room -= 1;
    return true;
  }

  /** Gives a reserved place back. */
  release(pool: string): void {
    const page = this.#pages.get(pool);
    if (page === undefined) return;
    page.room += 1;
    this.#room += 1;
  }

  /** A reserved place becomes a slot. */
  started(pool: string): void {
    const page = this.#pages.get(pool);
    if (page !== undefined) page.size += 1;
  }

  size(pool: string): number {
    return this.#pages.get(pool)?.size ?? 0;
  }

  isFull(pool: string): boolean {
    return (this.#pages.get(pool)?.room ?? 0) <= 0 || this.isMachineFull;
  }

  get isMachineFull(): boolean {
    return this.#room <= 0;
  }

  /** How many places come free without anybody's doing. */
  leaving(pool: string): number {
    return this.#pages.get(pool)?.leaving ?? 0;
  }

  /** Slots that no job was covered with: those of a size first, which are no warm ones, then the oldest. */
  idle(pool: string): readonly Slot[] {
    const page = this.#pages.get(pool);
    if (page === undefined) return [];
    const slots = [...page.idleByScope.values()].flatMap((bySize) => [...bySize.values()].flat());
    const [sized, plain] = [slots.filter(hasSizeLabels), slots.filter((slot) => !hasSizeLabels(slot))];
    return [...sized.toSorted(olderSlotFirst), ...plain.toSorted(olderSlotFirst)];
  }
}

function hasSizeLabels({ sizeLabels }: Slot): boolean {
  return sizeLabels.length > 0;
}
