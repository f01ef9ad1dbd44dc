import {
  SlotError,
  type ObservedSlot,
  type ContainerChange,
  type SlotProvider,
  type SlotSpec,
} from "../../agent/slots/slot-provider.ts";
import { bootRunner } from "./boot-runner.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { GitHubWorld } from "./github-world.ts";
import type { Lender, Machine } from "./machine.ts";
import type { SimClock } from "./sim-clock.ts";
import { KILLED } from "./killed.ts";
import { Violation } from "./violation.ts";

interface Container {
  observed: ObservedSlot;
  readonly runnerId: number;
}

/** A machine's Docker Engine and the containers on it. It outlives every agent. */
export class DockerHost implements SlotProvider, Machine {
  readonly #github: GitHubWorld;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #fail: (violation: Violation) => void;
  readonly #isDown: () => boolean;
  readonly #containers = new Map<string, Container>();
  readonly #listeners = new Set<(change: ContainerChange) => void>();
  started = 0;

  constructor(
    github: GitHubWorld,
    conditions: () => Conditions,
    clock: SimClock,
    dice: Dice,
    fail: (violation: Violation) => void,
    isDown: () => boolean = () => conditions().dockerDown,
  ) {
    this.#isDown = isDown;
    this.#github = github;
    this.#conditions = conditions;
    this.#clock = clock;
    this.#dice = dice;
    this.#fail = fail;
  }

  /** Containers that take a place: created or running. */
  alive(pool: string | null): number {
    return [...this.#containers.values()].filter(
      ({ observed }) => (pool === null || observed.poolKey === pool) && observed.state !== "exited",
    ).length;
  }

  get all(): readonly ObservedSlot[] {
    return [...this.#containers.values()].map(({ observed }) => observed);
  }

  get names(): readonly string[] {
    return [...this.#containers.keys()];
  }

  slots(process: Lender): SlotProvider {
    return process.guard(this);
  }

  async prepare(): Promise<void> {}

  async start(spec: SlotSpec, signal: AbortSignal): Promise<{ readonly startedAtMs: number }> {
    await this.#reach(this.#dice.between(5, 20), signal);
    if (this.#conditions().dockerFull) throw new SlotError("start-failed", "no space left on device", "free the disk");
    if (this.#containers.has(spec.name)) throw new SlotError("name-taken", `${spec.name} exists`, "take a new name");
    this.#containers.set(spec.name, { observed: created(spec, this.#clock.home.now()), runnerId: spec.runnerId });
    try {
      await this.#reach(this.#dice.between(200, 500), signal);
    } catch (error) {
      // A process that was killed between the two calls leaves a container that was never started.
      if (signal.reason !== KILLED) this.#containers.delete(spec.name);
      throw error;
    }
    const startedAtMs = this.#clock.home.now();
    this.#run(spec.name, startedAtMs);
    return { startedAtMs };
  }

  #run(name: string, startedAtMs: number): void {
    const container = this.#containers.get(name);
    if (container === undefined) return;
    container.observed = { ...container.observed, state: "running", startedAtMs };
    this.started += 1;
    const world = { github: this.#github, conditions: this.#conditions, clock: this.#clock, dice: this.#dice };
    const runs = (): boolean => container.observed.state === "running";
    bootRunner(world, { runnerId: container.runnerId, runs, exit: (exitCode) => this.#exit(name, exitCode) });
  }

  #exit(name: string, exitCode: number): void {
    const container = this.#containers.get(name);
    if (container === undefined || container.observed.state !== "running") return;
    container.observed = { ...container.observed, state: "exited", exitCode, finishedAtMs: this.#clock.home.now() };
    this.#github.disconnect(container.runnerId);
    if (this.#isDown()) return;
    for (const listener of this.#listeners) listener({ kind: "exited", name, exitCode });
  }

  /** One running container dies, or all. */
  die(which: "one" | "all"): void {
    const running = this.all.filter((slot) => slot.state === "running");
    const victims = which === "all" || running.length === 0 ? running : [this.#dice.pick(running)];
    for (const { name } of victims) this.#exit(name, 137);
  }

  /** The event stream broke and is back. */
  resync(): void {
    for (const listener of this.#listeners) listener({ kind: "resync" });
  }

  /** The event stream broke, and nobody answers. */
  silent(): void {
    for (const listener of this.#listeners) listener({ kind: "silent" });
  }

  calmDown(): void {
    this.resync();
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.#reach(this.#dice.between(1, 3), signal);
  }

  async list(signal: AbortSignal): Promise<readonly ObservedSlot[]> {
    await this.#reach(this.#dice.between(2, 10), signal);
    return this.all;
  }

  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#listeners.add(onChange);
    onChange({ kind: "resync" });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.#listeners.delete(onChange);
  }

  async stop(name: string, _graceMs: number, signal: AbortSignal): Promise<void> {
    await this.#reach(this.#dice.between(5, 20), signal);
    const container = this.#containers.get(name);
    if (container === undefined) return;
    const job = this.#github.runners.get(container.runnerId)?.job ?? null;
    if (job !== null && container.observed.state === "running") {
      this.#fail(new Violation("promise 8", `${name} was stopped while it ran job ${job.id}`));
    }
    await this.#clock.wait(this.#dice.between(50, 2000));
    this.#exit(name, 143);
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#reach(this.#dice.between(5, 50), signal);
    if (this.#containers.get(name)?.observed.state === "running")
      throw new SlotError("rejected", `${name} runs`, "stop it first");
    if (this.#conditions().removalsFail) {
      await this.#clock.wait(120_000);
      throw new SlotError("rejected", "device or resource busy", "look at the system's log");
    }
    this.#containers.delete(name);
  }

  async working(name: string, signal: AbortSignal): Promise<boolean> {
    await this.#reach(this.#dice.between(5, 20), signal);
    const container = this.#containers.get(name);
    return container !== undefined && (this.#github.runners.get(container.runnerId)?.job ?? null) !== null;
  }

  async logTail(): Promise<string> {
    return "";
  }

  async #reach(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.#clock.wait(delayMs + this.#conditions().dockerSlowMs);
    signal.throwIfAborted();
    if (this.#isDown()) throw new SlotError("unreachable", "no engine answers", "start it");
  }
}

function created({ name, pool, scope, sizeLabels = [], runnerId }: SlotSpec, createdAtMs: number): ObservedSlot {
  const times = { createdAtMs, startedAtMs: null, finishedAtMs: null };
  return {
    name,
    poolKey: pool.key,
    scope,
    sizeLabels,
    runnerId,
    state: "created",
    exitCode: null,
    oomKilled: false,
    poolHash: null,
    ...times,
  };
}
