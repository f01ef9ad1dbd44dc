import type { MetaCell, MetaTable } from "./meta.ts";

/** Acknowledged signals after which the number goes to disk: a row for each of them would be a third of all rows. */
export const ACK_STRIDE = 32;

/**
 * How far the agent has come. Between two strides the number lives in memory and, at the edge, with the socket; losing
 * it loses nothing: the agent's journal has the truth and tells it in its next hello, and until then some signals come
 * again that the agent already knows.
 */
export class Acknowledgement {
  readonly #cell: MetaCell<"acked">;
  readonly #stride: number;
  #newest: { readonly seq: number; readonly atMs: number | null } | null = null;

  constructor(meta: MetaTable, stride: number) {
    this.#cell = meta.cell("acked");
    this.#stride = stride;
  }

  get seq(): number {
    return Math.max(this.#newest?.seq ?? 0, this.#stored().seq);
  }

  /** When the agent last acknowledged something, milliseconds since the epoch. */
  get atMs(): number | null {
    return this.#newest?.atMs ?? this.#stored().atMs;
  }

  /** Moves on to `seq`, on disk once a stride is full. */
  advance(seq: number, atMs: number): void {
    this.#newest = { seq, atMs };
    if (seq - this.#stored().seq >= this.#stride) this.settle();
  }

  /** Moves on to `seq`, on disk, without the agent's having said so. */
  skipTo(seq: number): void {
    this.#newest = { seq, atMs: this.atMs };
    this.settle();
  }

  /** Puts the number on disk if it is not there. */
  settle(): void {
    const newest = this.#newest;
    if (newest !== null && newest.seq > this.#stored().seq) this.#cell.set(newest);
  }

  #stored() {
    return this.#cell.get() ?? { seq: 0, atMs: null };
  }
}
