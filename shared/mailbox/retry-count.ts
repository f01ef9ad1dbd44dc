import type { MetaCell, MetaTable } from "./meta.ts";

/** How often in a row the agent has asked to get a signal again; on disk, so that a new connection goes on counting. */
export class RetryCount {
  readonly #cell: MetaCell<"retry">;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("retry");
  }

  of(seq: number): number {
    const retry = this.#cell.get();
    return retry?.seq === seq ? retry.count : 0;
  }

  add(seq: number): void {
    this.#cell.set({ seq, count: this.of(seq) + 1 });
  }
}
