/** What is known of the engines that slots are on: which of them do not answer, and how many slots each may hold. */
export class EngineBook {
  /** Milliseconds since the epoch, of each engine that does not answer. */
  readonly #silentSinceMs = new Map<string, number>();
  #bounds: ReadonlyMap<string, number> = new Map();

  isSilent(engine: string): boolean {
    return this.#silentSinceMs.has(engine);
  }

  /** Since when it has not answered; null for one that does, or of which nothing was said. */
  silentSinceMs(engine: string): number | null {
    return this.#silentSinceMs.get(engine) ?? null;
  }

  /** Slots that it may hold at a time, on the operator's word. */
  maxSlots(engine: string): number {
    return this.#bounds.get(engine) ?? Number.POSITIVE_INFINITY;
  }

  /** Whether it answers, as of `atMs`; one that goes on being silent has been so since the first time. */
  heard(engine: string, answers: boolean, atMs: number): void {
    if (answers) this.#silentSinceMs.delete(engine);
    else if (!this.isSilent(engine)) this.#silentSinceMs.set(engine, atMs);
  }

  bound(bounds: ReadonlyMap<string, number>): void {
    this.#bounds = bounds;
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const [engine, atMs] of this.#silentSinceMs) this.#silentSinceMs.set(engine, atMs + byMs);
  }
}
