const CLEAR = "\r\u001B[2K";
const MOST_NAMED = 3;

/** One line at the bottom of a terminal that tells what is waited for; nothing where no person watches. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #waiting: Set<string>;
  readonly #total: number;
  readonly #isLive: boolean;

  constructor(ids: readonly string[], isLive: boolean, write: (text: string) => void) {
    this.#waiting = new Set(ids);
    this.#total = ids.length;
    this.#isLive = isLive;
    this.#write = write;
    this.#show();
  }

  /** Prints what a check found above the line, and goes on without it. */
  finished(id: string, text: string): void {
    this.#waiting.delete(id);
    this.#write(this.#isLive ? `${CLEAR}${text}` : text);
    this.#show();
  }

  #show(): void {
    if (!this.#isLive || this.#waiting.size === 0) return;
    const names = [...this.#waiting].slice(0, MOST_NAMED).join(", ");
    const line = `… ${this.#total - this.#waiting.size} of ${this.#total}, waiting for ${names}`;
    this.#write(line.slice(0, 79));
  }
}
