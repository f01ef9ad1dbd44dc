import type { MetaCell, MetaTable } from "./meta.ts";

/** Up to which dead letter it was looked which to put back, so that a reconnect does not look at all of them again. */
export class LettersSeen {
  readonly #cell: MetaCell<"lettersSeen">;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("lettersSeen");
  }

  /** The number of the letter up to which it was looked for an agent of a version; 0 where that was another one. */
  upTo(version: string | null): number {
    const seen = this.#cell.get();
    return seen?.version === version ? seen.upTo : 0;
  }

  note(version: string | null, upTo: number): void {
    this.#cell.set({ version, upTo });
  }
}
