import { backoffRangeMs } from "../../shared/clock/backoff.ts";
import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import { errorFields, messageOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SlotProvider } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";

const AGAIN = { baseMs: 5000, capMs: 10 * 60_000 } as const;

export interface RemainsOptions {
  readonly provider: SlotProvider;
  readonly work: SlotWork;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is left of a slot that ended. */
export interface RemainsOfSlot {
  readonly slot: string;
  readonly sinceMs: number;
  readonly tries: number;
  readonly lastError: string | null;
}

/**
 * Containers of slots that ended and that the engine does not remove: busy file systems, stuck shims. They use neither
 * memory nor processor and take no place; each is tried again by itself, with growing pauses, until it is gone.
 */
export class Remains {
  readonly #options: RemainsOptions;
  readonly #tries = new Map<string, number>();
  readonly #troubles = new Map<string, { readonly sinceMs: number; lastError: string | null }>();
  readonly #timers = new Map<string, CancelTimer>();
  readonly #waiting = new Map<string, () => void>();

  constructor(options: RemainsOptions) {
    this.#options = options;
  }

  /** Resolves once it is gone, or the work on slots ends. */
  gone(name: string): Promise<void> {
    const { signal } = this.#options.work;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(name);
        signal.removeEventListener("abort", done);
        resolve();
      };
      if (!this.has(name) || signal.aborted) return resolve();
      this.#waiting.set(name, done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  has(name: string): boolean {
    return this.#tries.has(name);
  }

  /** Those that the engine has not removed yet; `sinceMs` on the monotonic clock. */
  list(): readonly RemainsOfSlot[] {
    return [...this.#tries].map(([slot, tries]) => ({
      slot,
      tries,
      sinceMs: this.#troubles.get(slot)?.sinceMs ?? 0,
      lastError: this.#troubles.get(slot)?.lastError ?? null,
    }));
  }

  /** Takes over a removal that failed, or that is under way and takes long. */
  add(name: string, removal: Promise<void>): void {
    this.#tries.set(name, 0);
    this.#troubles.set(name, { sinceMs: this.#options.clock.monotonicMs(), lastError: null });
    this.#follow(name, removal);
  }

  #follow(name: string, removal: Promise<void>): void {
    const { work, log } = this.#options;
    void work.run(name, async () => {
      try {
        await removal;
        this.#tries.delete(name);
        this.#troubles.delete(name);
        this.#waiting.get(name)?.();
        log.debug("what was left of a slot is removed", { slot: name });
      } catch (error) {
        if (!work.signal.aborted) this.#later(name, error);
      }
    });
  }

  #later(name: string, error: unknown): void {
    const { provider, work, clock, log } = this.#options;
    const tries = this.#tries.get(name) ?? 0;
    this.#tries.set(name, tries + 1);
    const trouble = this.#troubles.get(name);
    if (trouble !== undefined) trouble.lastError = messageOf(error);
    if (tries === 0)
      log.warn("container of a slot that ended not removed; it is tried again", { slot: name, ...errorFields(error) });
    const again = (): void => this.#follow(name, provider.remove(name, work.signal));
    this.#timers.set(name, clock.after(backoffRangeMs(AGAIN, tries), again));
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }
}
