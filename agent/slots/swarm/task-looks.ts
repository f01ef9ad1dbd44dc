import type { Clock } from "../../../shared/clock/clock.ts";
import { sleep } from "../../clock/sleep.ts";
import { unlessAborted } from "../../clock/unless-aborted.ts";
import { unaborted } from "../../docker/unaborted.ts";
import type { SwarmTask } from "../../docker/swarm-api.ts";
import type { ContainerChange } from "../slot-provider.ts";
import { hasTaskEnded } from "./observed-service.ts";

/** While a slot starts or ends, and while tasks live. */
const SOON_MS = 500;
const LIVE_MS = 5000;

export interface TaskLooksOptions {
  /** All tasks of ours in one call. */
  readonly tasks: (signal: AbortSignal) => Promise<readonly SwarmTask[]>;
  readonly clock: Clock;
}

/** Asks for tasks while there are any: one call for all, twice a second while somebody waits, and none at rest. */
export class TaskLooks {
  readonly #options: TaskLooksOptions;
  /** Services whose tasks live, by the slot's name. */
  readonly #live = new Map<string, string>();
  #soon: Promise<readonly SwarmTask[]> | null = null;
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

  /** The next look, shared by all who wait. @throws {DockerError} */
  soon(signal: AbortSignal): Promise<readonly SwarmTask[]> {
    this.#soon ??= this.#look(SOON_MS).finally(() => (this.#soon = null));
    return unlessAborted(this.#soon, signal);
  }

  async #look(afterMs: number, signal = unaborted()): Promise<readonly SwarmTask[]> {
    await sleep(this.#options.clock, afterMs, signal);
    const tasks = await this.#options.tasks(signal);
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
