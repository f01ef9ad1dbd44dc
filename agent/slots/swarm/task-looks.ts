import type { Clock } from "../../../shared/clock/clock.ts";
import { sleep } from "../../clock/sleep.ts";
import { unlessAborted } from "../../clock/unless-aborted.ts";
import { unaborted } from "../../docker/unaborted.ts";
import type { SwarmTask } from "../../docker/swarm-api.ts";
import type { ContainerChange } from "../slot-provider.ts";
import { hasTaskEnded } from "./observed-service.ts";

/** While tasks live. */
const LIVE_MS = 5000;
/** While a slot starts or ends: no task runs sooner than the first, and from the last on it makes no difference. */
const SOON = { firstMs: 250, leastMs: 100, mostMs: 500 };
/** What is noticed late by a fifth of what it took is noticed soon enough. */
const LATE_BY = 5;
/** An engine is not busied with looks. */
const TIMES_ITS_ANSWER = 10;

/** How long the next look waits while a slot has been starting or ending for `ageMs`, where the last one took `answerMs`. */
export function nextLookMs(ageMs: number, answerMs: number): number {
  const wanted = Math.max(SOON.firstMs - ageMs, ageMs / LATE_BY, TIMES_ITS_ANSWER * answerMs, SOON.leastMs);
  return Math.min(SOON.mostMs, wanted);
}

export interface TaskLooksOptions {
  /** All tasks of ours in one call. */
  readonly tasks: (signal: AbortSignal) => Promise<readonly SwarmTask[]>;
  readonly clock: Clock;
}

/**
 * Asks for tasks while there are any: one call for all, ten times a second at most while somebody waits, ever less often
 * down to twice a second, and none at rest.
 */
export class TaskLooks {
  readonly #options: TaskLooksOptions;
  /** Services whose tasks live, by the slot's name. */
  readonly #live = new Map<string, string>();
  #soon: Promise<readonly SwarmTask[]> | null = null;
  /** Since when the last waits that began to wait. */
  #youngestMs = Number.NEGATIVE_INFINITY;
  #answerMs = 0;
  #onChange: (change: ContainerChange) => void = () => {};
  #woken = Promise.withResolvers<void>();

  constructor(options: TaskLooksOptions) {
    this.#options = options;
  }

  /** A slot whose end is to be noticed. */
  add(name: string, serviceId: string): void {
    this.#live.set(name, serviceId);
    this.#woken.resolve();
  }

  forget(name: string): void {
    this.#live.delete(name);
  }

  /** A slot that somebody ended. */
  ended(name: string): void {
    if (this.#live.delete(name)) this.#onChange({ kind: "exited", name, exitCode: null });
  }

  /** The next look, shared by all who wait; `sinceMs` is when this one began to, by the monotonic clock. @throws {DockerError} */
  soon(sinceMs: number, signal: AbortSignal): Promise<readonly SwarmTask[]> {
    this.#youngestMs = Math.max(this.#youngestMs, sinceMs);
    const ageMs = this.#options.clock.monotonicMs() - this.#youngestMs;
    this.#soon ??= this.#look(nextLookMs(ageMs, this.#answerMs)).finally(() => (this.#soon = null));
    return unlessAborted(this.#soon, signal);
  }

  async #look(afterMs: number, signal = unaborted()): Promise<readonly SwarmTask[]> {
    const { clock, tasks: ask } = this.#options;
    await sleep(clock, afterMs, signal);
    const askedMs = clock.monotonicMs();
    const tasks = await ask(signal);
    this.#answerMs = clock.monotonicMs() - askedMs;
    const byService = new Map(tasks.map((task) => [task.serviceId, task]));
    for (const [name, serviceId] of this.#live) {
      const task = byService.get(serviceId);
      if (task === undefined || !hasTaskEnded(task)) continue;
      this.#live.delete(name);
      this.#onChange({ kind: "exited", name, exitCode: task.exitCode });
    }
    return tasks;
  }

  /** Reports ends until `signal` is aborted. Never rejects: a look that fails is followed by the next. */
  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    while (!signal.aborted) {
      if (this.#live.size > 0) await this.#look(LIVE_MS, signal).catch(() => undefined);
      else {
        this.#woken = Promise.withResolvers<void>();
        await Promise.race([this.#woken.promise, over]);
      }
    }
  }
}
