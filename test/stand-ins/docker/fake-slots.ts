import {
  SlotError,
  type ObservedSlot,
  type ContainerChange,
  type EngineFacts,
  type OnWaits,
  type SlotProvider,
  type SlotSpec,
} from "../../../agent/slots/slot-provider.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Clock } from "../../../shared/clock/clock.ts";

type Hook = (signal: AbortSignal) => void | Promise<void>;

/** Containers in memory, with a log of all calls and faults that a test lines up. Tells of exits while watched. */
export class FakeSlots implements SlotProvider {
  /** `start NAME`, `stop NAME`, `remove NAME`, `logs NAME`, `list`, `prepare`, in the order of the calls. */
  readonly calls: string[] = [];
  readonly specs: SlotSpec[] = [];
  readonly containers: Map<string, ObservedSlot>;
  readonly startHooks: Hook[] = [];
  /** Called when the container runs and `start` has not returned yet. */
  readonly startedHooks: Hook[] = [];
  readonly stopHooks: Hook[] = [];
  readonly removeHooks: Hook[] = [];
  readonly logHooks: Hook[] = [];
  /** Slots whose containers say that they run a job. */
  readonly atWork = new Set<string>();
  /** Asked at each list, until it is taken away. */
  listHook: Hook = () => {};
  startMs = 0;
  /** What every slot waits for, as an engine says that holds a queue of its own; none starts then. */
  waitsFor: string | null = null;
  /** What the engine has told of itself. */
  facts: EngineFacts | null = null;
  /** What every container printed last, in place of a line with its name. */
  tail: string | null = null;
  readonly admitHooks: Hook[] = [];
  /** Names of containers that are nobody's slots and run there; null where the engine does not tell. */
  neighbours: ReadonlySet<string> | null = new Set();
  /** The pools that slots were admitted for, as they were asked for. */
  readonly admitted: Pool[] = [];
  readonly #clock: Clock;
  readonly #watchers = new Set<(change: ContainerChange) => void>();
  readonly #folderId: string | null;

  /** On an engine of its own, or on that of `beside`, as another agent's way to it. */
  constructor(clock: Clock, { folderId = null, beside }: { folderId?: string | null; beside?: FakeSlots } = {}) {
    this.#clock = clock;
    this.#folderId = folderId;
    this.containers = beside?.containers ?? new Map<string, ObservedSlot>();
  }

  /** A container of this agent that exists already. */
  add(name: string, change: Partial<ObservedSlot> = {}): void {
    const now = this.#clock.now();
    this.containers.set(name, {
      name,
      poolKey: "home",
      scope: "acme",
      runnerId: null,
      state: "running",
      exitCode: null,
      oomKilled: false,
      poolHash: null,
      createdAtMs: now,
      startedAtMs: now,
      finishedAtMs: null,
      ...change,
    });
  }

  /** The container ends; `quietly`: and the event is lost. */
  exit(name: string, exitCode: number, quietly = false): void {
    const container = this.containers.get(name);
    if (container === undefined || container.state !== "running") throw new Error(`${name} does not run`);
    this.containers.set(name, { ...container, state: "exited", exitCode, finishedAtMs: this.#clock.now() });
    if (!quietly) this.tell({ kind: "exited", name, exitCode });
  }

  host(): EngineFacts | null {
    return this.facts;
  }

  async describe(): Promise<EngineFacts> {
    if (this.facts === null) throw slotError("unreachable");
    return this.facts;
  }

  tell(change: ContainerChange): void {
    for (const watcher of this.#watchers) watcher(change);
  }

  running(): readonly string[] {
    return [...this.containers.values()].filter(({ state }) => state === "running").map(({ name }) => name);
  }

  callsOf(kind: string): readonly string[] {
    return this.calls.filter((call) => call.startsWith(`${kind} `)).map((call) => call.slice(kind.length + 1));
  }

  async prepare(): Promise<void> {
    this.calls.push("prepare");
  }

  async containersRunning(): Promise<ReadonlySet<string>> {
    if (this.neighbours === null) throw new SlotError("permission", "the engine does not list", "let it");
    return new Set([...this.running(), ...this.neighbours]);
  }

  async admit(_name: string, pool: Pool, signal: AbortSignal): Promise<void> {
    this.admitted.push(pool);
    await this.admitHooks.shift()?.(signal);
  }

  async start(spec: SlotSpec, signal: AbortSignal, onWaits?: OnWaits): Promise<{ readonly startedAtMs: number }> {
    this.calls.push(`start ${spec.name}`);
    this.specs.push(spec);
    signal.throwIfAborted();
    if (this.waitsFor !== null) {
      onWaits?.(this.waitsFor);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    signal.throwIfAborted();
    if (this.startMs > 0) await new Promise<void>((resolve) => void this.#clock.after(this.startMs, resolve));
    await this.startHooks.shift()?.(signal);
    signal.throwIfAborted();
    if (this.containers.has(spec.name)) throw slotError("name-taken");
    const { name, scope, runnerId } = spec;
    this.add(name, { poolKey: spec.pool.key, scope, runnerId, folderId: this.#folderId });
    await this.startedHooks.shift()?.(signal);
    return { startedAtMs: this.#clock.now() };
  }

  async list(signal: AbortSignal): Promise<readonly ObservedSlot[]> {
    this.calls.push("list");
    const listed = [...this.containers.values()];
    await this.listHook(signal);
    signal.throwIfAborted();
    return listed;
  }

  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#watchers.add(onChange);
    onChange({ kind: "resync" });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.#watchers.delete(onChange);
  }

  async stop(name: string, graceMs: number, signal: AbortSignal): Promise<void> {
    this.calls.push(`stop ${name}`);
    if (graceMs <= 30_000) throw new Error("a runner needs 30 s to unload");
    await this.stopHooks.shift()?.(signal);
    if (this.containers.get(name)?.state === "running") this.exit(name, 143);
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    this.calls.push(`remove ${name}`);
    await this.removeHooks.shift()?.(signal);
    if (this.containers.get(name)?.state === "running") throw slotError("rejected");
    this.containers.delete(name);
  }

  working(name: string): Promise<boolean> {
    this.calls.push(`working ${name}`);
    return Promise.resolve(this.atWork.has(name));
  }

  async logTail(name: string, _lines: number, signal: AbortSignal): Promise<string> {
    this.calls.push(`logs ${name}`);
    await this.logHooks.shift()?.(signal);
    return this.tail ?? `last words of ${name}`;
  }
}

export function slotError(code: SlotError["code"]): SlotError {
  return new SlotError(code, `the engine said ${code}`, "do something about Docker");
}

/** The call fails. */
export const fails = (code: SlotError["code"]) => (): never => {
  throw slotError(code);
};
