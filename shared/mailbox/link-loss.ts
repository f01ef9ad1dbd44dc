import type { MetaCell, MetaTable } from "./meta.ts";

/** When the agent's link was lost: once on disk for each link, since an edge that sleeps has no other memory of it. */
export class LinkLoss {
  readonly #cell: MetaCell<"linkLoss">;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("linkLoss");
  }

  /** The link of this fence is gone; what was noted first counts. */
  note(fence: number, atMs: number): void {
    if (this.#cell.get()?.fence !== fence) this.#cell.set({ fence, atMs });
  }

  /** Since when the link of this fence is gone, milliseconds since the epoch; null where nobody has noticed. */
  sinceMs(fence: number): number | null {
    const loss = this.#cell.get();
    return loss?.fence === fence ? loss.atMs : null;
  }
}
