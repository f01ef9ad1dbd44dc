import type { Clock } from "../../shared/clock/clock.ts";
import { enginesOf, LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import { soon } from "../clock/soon.ts";
import type { EngineCalls } from "../docker/transport.ts";
import type { ReplacedRecords } from "../journal/replaced-records.ts";
import {
  SlotError,
  type ContainerChange,
  type ObservedSlot,
  type OnWaits,
  type SlotProvider,
  type SlotSpec,
} from "./slot-provider.ts";

/** An engine that has not answered a ping by then gets no runner: another one may have room. */
const PING_WITHIN_MS = 3000;

/** The engines of one agent as one provider: what is asked of a slot goes to the engine that it was placed on. */
export class SlotEngines implements SlotProvider {
  readonly engines: ReadonlyMap<string, SlotProvider>;
  readonly #clock: Clock;
  readonly #placed = new Map<string, string>();

  constructor(engines: ReadonlyMap<string, SlotProvider>, clock: Clock) {
    this.engines = engines;
    this.#clock = clock;
  }

  /** From now on the slot is looked for on this engine; on the local one where nothing was said. */
  place(name: string, engine: string): void {
    if (engine !== LOCAL_ENGINE) this.#placed.set(name, engine);
  }

  keepIn(replaced: ReplacedRecords): void {
    for (const [engine, each] of this.engines) each.keepIn?.(replaced.of(engine));
  }

  /** Each engine gets ready for the pools that name it. One that fails keeps no other from it. */
  async prepare(pools: readonly Pool[], signal: AbortSignal): Promise<void> {
    const all = [...this.engines].map(([engine, provider]) => {
      const own = pools.filter((pool) => enginesOf(pool).includes(engine));
      return own.length === 0 ? Promise.resolve() : provider.prepare(own, signal);
    });
    const failed = (await Promise.allSettled(all)).find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async admit(name: string, pool: Pool, signal: AbortSignal): Promise<void> {
    const engine = this.#placed.get(name) ?? LOCAL_ENGINE;
    const provider = this.#of(name);
    await soon(
      (limited) => provider.ping?.(limited) ?? Promise.resolve(),
      PING_WITHIN_MS,
      this.#clock,
      signal,
      mute(engine),
    );
    this.#refuseOtherArchitecture(pool, engine);
    await provider.admit?.(name, pool, signal);
  }

  /** The labels of a pool's runners tell the architecture of its first engine. */
  #refuseOtherArchitecture(pool: Pool, engine: string): void {
    const [first = LOCAL_ENGINE] = enginesOf(pool);
    const wanted = this.engines.get(first)?.host?.()?.architecture;
    const found = this.engines.get(engine)?.host?.()?.architecture;
    if (pool.architecture !== "auto" || wanted === undefined || found === undefined || wanted === found) return;
    throw new SlotError(
      "host",
      `The engine ${engine} is ${found}, and the runners of pool ${pool.key} are ${wanted}, as its first engine ${first} is.`,
      "Name engines of one architecture in a pool, and write a pool for each architecture.",
    );
  }

  dismiss(name: string): void {
    this.#of(name).dismiss?.(name);
    this.#placed.delete(name);
  }

  start(spec: SlotSpec, signal: AbortSignal, onWaits?: OnWaits): Promise<{ readonly startedAtMs: number }> {
    return this.#of(spec.name).start(spec, signal, onWaits);
  }

  /** What exists on all engines. Throws SlotError if one of them cannot say. */
  async list(signal: AbortSignal): Promise<readonly ObservedSlot[]> {
    return (await Promise.all([...this.engines.values()].map((each) => each.list(signal)))).flat();
  }

  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    await Promise.all([...this.engines.values()].map((each) => each.watch(onChange, signal)));
  }

  stop(name: string, graceMs: number, signal: AbortSignal): Promise<void> {
    return this.#of(name).stop(name, graceMs, signal);
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#of(name).remove(name, signal);
    this.#placed.delete(name);
  }

  async working(name: string, signal: AbortSignal): Promise<boolean | null> {
    return (await this.#of(name).working?.(name, signal)) ?? null;
  }

  logTail(name: string, lines: number, signal: AbortSignal): Promise<string> {
    return this.#of(name).logTail(name, lines, signal);
  }

  /** Calls to all of them; whether the local one answers. */
  asked(): EngineCalls {
    const none = { ok: 0, refused: 0, failed: 0 };
    const all = [...this.engines.values()].flatMap((each) => each.asked?.() ?? []);
    const sum = all.reduce((total, { ok, refused, failed }) => {
      return { ok: total.ok + ok, refused: total.refused + refused, failed: total.failed + failed };
    }, none);
    return { ...sum, reachable: this.engines.get(LOCAL_ENGINE)?.asked?.().reachable ?? null };
  }

  /** Of the engine whose image is the oldest. */
  imageBuiltAtMs(pool: Pool): number | null {
    const known = enginesOf(pool).flatMap((engine) => this.engines.get(engine)?.imageBuiltAtMs?.(pool) ?? []);
    return known.length === 0 ? null : Math.min(...known);
  }

  #of(name: string): SlotProvider {
    const engine = this.#placed.get(name) ?? LOCAL_ENGINE;
    const provider = this.engines.get(engine);
    if (provider !== undefined) return provider;
    const remedy = "Name it in the pools file again and restart the agent, or clear its slots away by hand.";
    throw new SlotError("unreachable", `The engine ${engine} of slot ${name} is not in the pools file.`, remedy);
  }
}

function mute(engine: string): SlotError {
  return new SlotError(
    "unreachable",
    `The engine ${engine} did not answer within ${PING_WITHIN_MS / 1000} s.`,
    "Look at its machine and at the way to it; the agent tries again by itself.",
  );
}

/** The engines behind a provider, by name; one that knows of no engines is the local one. */
export function enginesBehind(provider: SlotProvider): ReadonlyMap<string, SlotProvider> {
  return provider instanceof SlotEngines ? provider.engines : new Map([[LOCAL_ENGINE, provider]]);
}

/** Says where a slot is to be looked for, where there is more than one place. */
export function placeSlot(provider: SlotProvider, name: string, engine: string): void {
  if (provider instanceof SlotEngines) provider.place(name, engine);
}
