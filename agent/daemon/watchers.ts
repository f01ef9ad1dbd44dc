interface Watcher {
  readonly look: () => void;
}

/** Lets callers wait for a condition that is looked at after each event instead of again and again. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();

  /** Something may have changed. */
  look(): void {
    for (const { look } of this.#watchers) look();
  }

  /** Resolves once `holds` is true, now or at a later look. Rejects with the signal's reason. */
  waitFor(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#watchers.delete(watcher);
        signal.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        end();
        reject(signal.reason as Error);
      };
      const look = (): void => {
        if (!holds()) return;
        end();
        resolve();
      };
      const watcher = { look };
      if (signal.aborted) return abort();
      this.#watchers.add(watcher);
      signal.addEventListener("abort", abort, { once: true });
      look();
    });
  }
}
