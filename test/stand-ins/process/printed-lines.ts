import { PATIENCE_MS } from "./patience.ts";

/** What a process printed, by line, for a test that waits for a line. */
export class PrintedLines {
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  /** All lines so far. */
  get all(): readonly string[] {
    return this.#lines;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  /** Says that no further line will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /**
   * Resolves with the first line that matches, printed already or to come. Throws, with the last lines, when the process
   * ends before, or once patience is over.
   */
  waitFor(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (why: string): void => {
        finish();
        reject(new Error(`${why} before ${String(pattern)}; it printed:\n${this.#lines.slice(-20).join("\n")}`));
      };
      const check = (): void => {
        const found = this.#lines.find((line) => pattern.test(line));
        if (found !== undefined) {
          finish();
          resolve(found);
        } else if (this.#ended) fail("the process ended");
      };
      const timer = setTimeout(() => fail(`${PATIENCE_MS} ms went by`), PATIENCE_MS);
      this.#waiting.add(check);
      check();
    });
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }
}
