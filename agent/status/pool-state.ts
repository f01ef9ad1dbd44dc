import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { EngineStatus } from "../../shared/status/engine-status.ts";
import type { PoolStatus } from "../../shared/status/pool-status.ts";

/** Whether a pool starts slots, and what all of it, or one of its engines, stops for, in words. */
export interface PoolState {
  readonly kind: "draining" | "paused" | "held" | "silent" | "closed" | "full" | "serves";
  readonly words: string;
}

type Stop = PoolState & { readonly kind: "paused" | "held" | "silent" };

/** What stops all of a pool, or what it does and which of its engines do not. */
export function poolState(pool: PoolStatus, engines: readonly EngineStatus[] = []): PoolState {
  if (pool.draining) return { kind: "draining", words: "drained" };
  const wide = pauseOf(pool.pauses.filter(({ engine }) => engine === undefined));
  if (wide !== null) return wide;
  const stopped = pool.engines.flatMap((engine) => {
    const stop = engineStop(pool, engine, engines);
    return stop === null ? [] : [{ engine, stop }];
  });
  if (stopped.length === 0 || stopped.length < pool.engines.length) {
    const { kind, words } = servingState(pool);
    return { kind, words: [words, ...stopped.map(({ engine, stop }) => `not on ${engine}: ${stop.words}`)].join("; ") };
  }
  const [first] = stopped.filter(({ stop }) => stop.kind !== "silent");
  return first?.stop ?? { kind: "silent", words: "no engine answers" };
}

/** Why a pool starts nothing on one of its engines; null where nothing stops it. */
function engineStop(pool: PoolStatus, engine: string, engines: readonly EngineStatus[]): Stop | null {
  const [holds] = engine === LOCAL_ENGINE ? (pool.house?.holds ?? []) : [];
  if (holds !== undefined) return { kind: "held", words: `held back: ${holds}` };
  const paused = pauseOf(pool.pauses.filter((pause) => pause.engine === engine));
  if (paused !== null) return paused;
  const isSilent = engines.some(({ name, silentSinceMs }) => name === engine && silentSinceMs !== null);
  return isSilent ? { kind: "silent", words: "it does not answer" } : null;
}

/** Of several pauses the one that ends last. */
function pauseOf(pauses: PoolStatus["pauses"]): Stop | null {
  const [pause] = pauses.toSorted((a, b) => b.untilMs - a.untilMs);
  if (pause === undefined) return null;
  return { kind: "paused", words: `paused until ${new Date(pause.untilMs).toISOString()}: ${pause.code}` };
}

function servingState({ held, max, schedule }: PoolStatus): PoolState {
  const isFull = held >= max;
  const state = isFull ? ({ kind: "full", words: "full" } as const) : ({ kind: "serves", words: "serves" } as const);
  if (schedule === undefined || schedule.untilMs === null) return state;
  const until = `until ${new Date(schedule.untilMs).toISOString()} by its schedule`;
  if (schedule.applies && max === 0) return { kind: "closed", words: `closed ${until}` };
  return { ...state, words: `${state.words} ${until}` };
}
