import { PATIENCE_MS } from "../../process/patience.ts";

interface Waiter {
  readonly look: () => void;
}

/** Tells who waits that something changed, so that nobody has to ask again and again. */
export class Changes {
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  notify(): void {
    for (const { look } of this.#waiters) look();
  }

  /**
   * Resolves with what `find` returns as soon as that is neither undefined, null nor false. Looks at once and after each
   * change. Throws, naming `what` was awaited, once patience is over.
   */
  waitFor<T>(find: () => T | undefined | null | false, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const fail = (why: string): void => {
        end();
        reject(new Error(`${why} while waiting for ${what}`));
      };
      const look = (): void => {
        if (this.#closed) return fail("the loopback GitHub was closed");
        try {
          const found = find();
          if (found === undefined || found === null || found === false) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error);
        }
      };
      const timer = setTimeout(() => fail(`${PATIENCE_MS} ms went by`), PATIENCE_MS);
      const waiter = { look };
      this.#waiters.add(waiter);
      look();
    });
  }

  close(): void {
    this.#closed = true;
    this.notify();
  }
}
