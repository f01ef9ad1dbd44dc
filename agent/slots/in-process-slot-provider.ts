import type { Clock } from "../../shared/clock/clock.ts";
import {
  SlotError,
  type ObservedSlot,
  type ContainerChange,
  type SlotProvider,
  type SlotSpec,
} from "./slot-provider.ts";

/** Runs one runner inside this process until it ends; `signal` asks it to stop as SIGTERM would. */
export type RunRunner = (jitConfig: string, signal: AbortSignal) => Promise<{ readonly exitCode: number }>;

interface Running {
  observed: ObservedSlot;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Slots inside the agent's own process, with the contract of the Docker ones: for the demo and for tests. */
export class InProcessSlotProvider implements SlotProvider {
  readonly #run: RunRunner;
  readonly #clock: Clock;
  readonly #slots = new Map<string, Running>();
  readonly #listeners = new Set<(change: ContainerChange) => void>();

  constructor(run: RunRunner, clock: Clock) {
    this.#run = run;
    this.#clock = clock;
  }

  async prepare(): Promise<void> {}

  async start(spec: SlotSpec): Promise<{ readonly startedAtMs: number }> {
    if (this.#slots.has(spec.name)) throw new SlotError("name-taken", `a slot ${spec.name} exists`, "take a new name");
    const startedAtMs = this.#clock.now();
    const stop = new AbortController();
    const ended = this.#run(spec.jitConfig, stop.signal).then(
      ({ exitCode }) => this.#exited(spec.name, exitCode),
      () => this.#exited(spec.name, 1),
    );
    this.#slots.set(spec.name, { observed: running(spec, startedAtMs), stop, ended });
    return { startedAtMs };
  }

  #exited(name: string, exitCode: number): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.observed = { ...slot.observed, state: "exited", exitCode, finishedAtMs: this.#clock.now() };
    for (const listener of this.#listeners) listener({ kind: "exited", name, exitCode });
  }

  async list(): Promise<readonly ObservedSlot[]> {
    return [...this.#slots.values()].map((slot) => slot.observed);
  }

  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#listeners.add(onChange);
    onChange({ kind: "resync" });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.#listeners.delete(onChange);
  }

  async stop(name: string): Promise<void> {
    const slot = this.#slots.get(name);
    slot?.stop.abort();
    await slot?.ended;
  }

  async remove(name: string): Promise<void> {
    if (this.#slots.get(name)?.observed.state === "running") {
      throw new SlotError("rejected", `slot ${name} is running`, "stop it first");
    }
    this.#slots.delete(name);
  }

  async logTail(): Promise<string> {
    return "";
  }
}

function running(spec: SlotSpec, startedAtMs: number): ObservedSlot {
  return {
    name: spec.name,
    poolKey: spec.pool.key,
    scope: spec.scope,
    sizeLabels: spec.sizeLabels ?? [],
    runnerId: spec.runnerId,
    state: "running",
    exitCode: null,
    oomKilled: false,
    poolHash: null,
    createdAtMs: startedAtMs,
    startedAtMs,
    finishedAtMs: null,
  };
}
