interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** What is to happen in virtual time, in its order: a binary heap, since there are thousands of entries at a time. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #nowMs: number;
  #order = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** When the next entry is due; infinite where there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  after(ms: number, act: () => void): void {
    this.at(this.#nowMs + ms, act);
  }

  at(atMs: number, act: () => void): void {
    const entry = { atMs, order: (this.#order += 1), act };
    let place = this.#heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(entry, this.#entry(parent))) break;
      this.#heap[place] = this.#entry(parent);
      place = parent;
    }
    this.#heap[place] = entry;
  }

  /** Moves time on to the next entry and does it. */
  next(): void {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return;
    if (first !== last) this.#sink(last);
    this.#nowMs = first.atMs;
    first.act();
  }

  #sink(entry: Entry): void {
    const { length } = this.#heap;
    let place = 0;
    while (true) {
      let child = 2 * place + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(this.#entry(child + 1), this.#entry(child))) child += 1;
      if (!isBefore(this.#entry(child), entry)) break;
      this.#heap[place] = this.#entry(child);
      place = child;
    }
    this.#heap[place] = entry;
  }

  #entry(place: number): Entry {
    const entry = this.#heap[place];
    if (entry === undefined) throw new RangeError(`no entry at ${place}`);
    return entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
