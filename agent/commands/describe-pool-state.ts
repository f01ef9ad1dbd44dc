import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { EngineStatus } from "../../shared/status/engine-status.ts";
import type { PoolStatus } from "../../shared/status/pool-status.ts";

/** Whether a pool starts slots, in words: what stops all of it, or what it does and which of its engines do not. */
export function describePoolState(pool: PoolStatus, engines: readonly EngineStatus[] = []): string {
  if (pool.draining) return "drained";
  const wide = pauseText(pool.pauses.filter(({ engine }) => engine === undefined));
  if (wide !== null) return wide;
  const stopped = pool.engines.flatMap((engine) => {
    const why = engineStop(pool, engine, engines);
    return why === null ? [] : [{ engine, why }];
  });
  if (stopped.length === 0 || stopped.length < pool.engines.length)
    return [servingState(pool), ...stopped.map(({ engine, why }) => `not on ${engine}: ${why}`)].join("; ");
  const [first] = stopped.filter(({ why }) => why !== SILENT);
  return first?.why ?? "no engine answers";
}

const SILENT = "it does not answer";

/** Why a pool starts nothing on one of its engines; null where nothing stops it. */
function engineStop(pool: PoolStatus, engine: string, engines: readonly EngineStatus[]): string | null {
  const [holds] = engine === LOCAL_ENGINE ? (pool.house?.holds ?? []) : [];
  if (holds !== undefined) return `held back: ${holds}`;
  const paused = pauseText(pool.pauses.filter((pause) => pause.engine === engine));
  if (paused !== null) return paused;
  return engines.some(({ name, silentSinceMs }) => name === engine && silentSinceMs !== null) ? SILENT : null;
}

/** Of several pauses the one that ends last. */
function pauseText(pauses: PoolStatus["pauses"]): string | null {
  const [pause] = pauses.toSorted((a, b) => b.untilMs - a.untilMs);
  return pause === undefined ? null : `paused until ${new Date(pause.untilMs).toISOString()}: ${pause.code}`;
}

function servingState({ held, max, schedule }: PoolStatus): string {
  const state = held >= max ? "full" : "serves";
  if (schedule === undefined || schedule.untilMs === null) return state;
  return `${schedule.applies && max === 0 ? "closed" : state} until ${new Date(schedule.untilMs).toISOString()} by its schedule`;
}
