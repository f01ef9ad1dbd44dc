import type { CancelTimer } from "../../shared/clock/clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { SweepJournal } from "./sweep-journal.ts";
import type { SweepResult } from "./sweep-result.ts";
import { runSweep, type SweepOptions } from "./sweep.ts";

/** Between two sweeps, however often one is asked for: a caller that asks after each result must not flood GitHub. */
const LEAST_GAP_MS = 1000;

/** So many sweeps may be asked for in this time: a question that GitHub leaves open must not be asked all the time. */
const MOST_ASKED = 3;
const ASKED_WITHIN_MS = 45_000;

export interface SweepLoopOptions extends Omit<SweepOptions, "signal" | "fleet"> {
  /** The fleet as it is when a sweep begins. */
  readonly fleet: () => Fleet;
  /** Takes each result, the incomplete ones too. The next sweep waits for it. */
  readonly onResult: (result: SweepResult) => void | Promise<void>;
  /** From the end of one sweep to the start of the next. */
  readonly intervalMs: number;
}

/**
 * Sweeps at its start, every `intervalMs`, and at once when asked (a second after the one before at the
 * earliest, and four a minute at most), one at a time. While GitHub answers nothing at all
 * because of its limits it waits, asked or not. No error ends it.
 */
export class SweepLoop {
  readonly #options: SweepLoopOptions;
  readonly #journal: SweepJournal;
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #requested = true;
  #sweeping = false;
  // Times on the monotonic clock: setting the wall clock must not put a sweep off.
  /** When the last sweeps began that were asked for. */
  #askedAtMs: readonly number[] = [];
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #dueAtMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | null = null;

  constructor(options: SweepLoopOptions) {
    this.#options = options;
    this.#journal = new SweepJournal(options.log);
  }

  /** Whether a sweep runs, and when the next one begins, milliseconds since the epoch. */
  state(): { readonly running: boolean; readonly nextAtMs: number | null } {
    if (this.#sweeping || this.#running === null) return { running: this.#sweeping, nextAtMs: null };
    const { clock } = this.#options;
    return { running: false, nextAtMs: Math.round(clock.now() + Math.max(0, this.#waitMs())) };
  }

  /** Begins with a sweep at once. Calling it twice is harmless. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the loop, the calls of a running sweep included; resolves when nothing of it is left. Never rejects. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    try {
      this.#options.records?.keep();
    } catch (error) {
      this.#options.log.warn("what sweeps remember is not kept; they begin anew", errorFields(error));
    }
  }

  /**
   * Asks for a sweep that begins after this call. Any number of calls before it begins ask for the same one; a call
   * while a sweep runs asks for another right after it.
   */
  request(): void {
    this.#requested = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#waitMs() > 0) await this.#sleep();
      else await this.#sweepOnce();
    }
  }

  async #sweepOnce(): Promise<void> {
    const { onResult, clock, intervalMs, fleet } = this.#options;
    const { signal } = this.#abort;
    if (this.#requested) this.#askedAtMs = [...this.#askedAtMs.slice(1 - MOST_ASKED), clock.monotonicMs()];
    this.#requested = false;
    this.#sweeping = true;
    try {
      const result = await runSweep({ ...this.#options, fleet: fleet(), signal });
      this.#restUntilMs = clock.monotonicMs() + restMs(result, clock.now());
      if (signal.aborted) return;
      await onResult(result);
      this.#journal.swept(result);
    } catch (error) {
      if (!signal.aborted) this.#journal.failed(error);
    } finally {
      this.#sweeping = false;
    }
    this.#dueAtMs = clock.monotonicMs() + intervalMs;
    this.#notBeforeMs = Math.max(clock.monotonicMs() + LEAST_GAP_MS, this.#restUntilMs);
  }

  #waitMs(): number {
    const mayAskAtMs =
      this.#askedAtMs.length < MOST_ASKED ? Number.NEGATIVE_INFINITY : (this.#askedAtMs[0] ?? 0) + ASKED_WITHIN_MS;
    const wantedAtMs = this.#requested ? Math.min(mayAskAtMs, this.#dueAtMs) : this.#dueAtMs;
    const startAtMs = Math.max(this.#notBeforeMs, wantedAtMs);
    return startAtMs - this.#options.clock.monotonicMs();
  }

  /** Until the wait is over, a request comes or the loop is to end. */
  #sleep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#abort;
    return new Promise((resolve) => {
      let cancel: CancelTimer | null = null;
      const wake = (): void => {
        cancel?.();
        signal.removeEventListener("abort", wake);
        this.#wake = null;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
      cancel = clock.after(this.#waitMs(), wake);
    });
  }
}

/** One account's limit is no reason to leave the others unread: what is limited costs no call until it is over. */
function restMs({ jobs, runners, failures }: SweepResult, nowMs: number): number {
  if (jobs.repositories.length > 0 || runners.some(({ complete }) => complete)) return 0;
  const limits = failures.flatMap(({ retryAtMs }) => retryAtMs ?? []);
  return limits.length === 0 ? 0 : Math.max(0, Math.min(...limits) - nowMs);
}
