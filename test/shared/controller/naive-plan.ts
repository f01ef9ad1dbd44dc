import { isDemand, isOverdue, olderFirst, queuedSinceMs, type LedgerJob } from "../../../shared/controller/job.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Ledger } from "../../../shared/controller/ledger.ts";
import { refusal, scopeOf, sizeOf, warmScopesOf, type ServingPool } from "../../../shared/controller/pool-choice.ts";
import { coveringSlots, isBusy, type Slot } from "../../../shared/controller/slot.ts";

export interface NaiveStart {
  readonly pool: string;
  readonly scope: string;
  readonly sizeLabels: readonly string[];
  readonly engine: string;
  readonly jobId: number | null;
}

/**
 * What the plan should start, in the plainest way that SPEC.md can be read: every job is looked at, each time. The
 * real plan has to come to the same with its indexes.
 */
export function naiveStarts(ledger: Ledger, pools: readonly ServingPool[], nowMs: number): readonly NaiveStart[] {
  const slots = [...ledger.slots];
  const covering = coveringSlots(slots, ledger.engines);
  const free = new Set<Slot>([...covering].filter((slot) => !ledger.isDraining(slot.pool)));
  const room = new Map(pools.map(({ pool }) => [pool.key, naiveLimits(pool, nowMs).max - count(slots, pool.key)]));
  const size = new Map(
    pools.map(({ pool }) => [pool.key, slots.filter((slot) => counts(slot, pool.key, covering)).length]),
  );
  const onEngine = new Map<string, number>();
  for (const { engine } of slots) onEngine.set(engine, (onEngine.get(engine) ?? 0) + 1);
  const usable = (key: string): readonly string[] =>
    (pools.find(({ pool }) => pool.key === key)?.pool.engines ?? ["local"]).filter(
      (engine) =>
        !ledger.engines.isSilent(engine) &&
        ledger.pauses.on(key, engine, nowMs) === null &&
        (engine !== "local" || ledger.house(key).holds.length === 0),
    );
  const taken = new Map<string, string[]>();
  const mayStart = (key: string, scope: string): boolean =>
    !ledger.isDraining(key) && ledger.pauses.of(key, scope, nowMs) === null && usable(key).length > 0;
  let machine = ledger.maxSlots - slots.length;
  const take = (key: string, scope: string): boolean => {
    const left = room.get(key) ?? 0;
    if (!mayStart(key, scope) || left <= 0 || machine <= 0) return false;
    const engine = usable(key).find((each) => (onEngine.get(each) ?? 0) < ledger.engines.maxSlots(each));
    if (engine === undefined) return false;
    onEngine.set(engine, (onEngine.get(engine) ?? 0) + 1);
    taken.set(key, [...(taken.get(key) ?? []), engine]);
    room.set(key, left - 1);
    machine -= 1;
    return true;
  };
  const giveBack = (key: string): void => {
    room.set(key, (room.get(key) ?? 0) + 1);
    machine += 1;
    const engine = nextOn(key);
    onEngine.set(engine, (onEngine.get(engine) ?? 0) - 1);
  };
  const nextOn = (key: string): string => taken.get(key)?.shift() ?? "none";

  const jobs = [...ledger.jobs].filter((job) => isDemand(job) && !isOverdue(job, nowMs)).toSorted(olderFirst);
  const held: { pool: string; repository: string }[] = [];
  for (const { pool, jobId } of slots) {
    const facts = jobId === null ? undefined : ledger.job(jobId)?.facts;
    if (facts?.phase === "in_progress") held.push({ pool, repository: facts.repository });
  }
  const hold = (pool: string, { facts }: LedgerJob): void => void held.push({ pool, repository: facts.repository });
  const left = jobs.filter((job) => {
    const slot = coverOf(job, pools, free);
    if (slot === null) return true;
    free.delete(slot);
    hold(slot.pool, job);
    return false;
  });
  const waiting = new Map<ServingPool, LedgerJob[]>(pools.map((pool) => [pool, []]));
  const order: ServingPool[] = [];
  const unplaced: LedgerJob[] = [];
  for (let job = nextOf(left, pools, held, nowMs); job !== null; job = nextOf(left, pools, held, nowMs)) {
    const { facts } = job;
    left.splice(left.indexOf(job), 1);
    const scope = (each: ServingPool): string => scopeOf(each.pool, facts.repository);
    const isWithinShare = ({ pool: { key, maxPerRepository: most = Infinity } }: ServingPool): boolean =>
      held.filter((each) => each.pool === key && each.repository === facts.repository).length < most;
    const pool = pools.find(
      (each) => refusal(each, facts) === null && isWithinShare(each) && take(each.pool.key, scope(each)),
    );
    if (pool === undefined) {
      unplaced.push(job);
      continue;
    }
    hold(pool.pool.key, job);
    if (!order.includes(pool)) order.push(pool);
    waiting.get(pool)?.push(job);
  }

  const starts: NaiveStart[] = [];
  const start = (key: string, scope: string, jobId: number | null, sizeLabels: readonly string[] = []): void => {
    size.set(key, (size.get(key) ?? 0) + 1);
    starts.push({ pool: key, scope, sizeLabels, engine: nextOn(key), jobId });
  };
  for (const serving of order) {
    const { pool } = serving;
    const queued = waiting.get(serving) ?? [];
    const uncoveredHere = queued.length + unplaced.filter((job) => refusal(serving, job.facts) === null).length;
    for (const job of queued) {
      const due = nowMs >= queuedSinceMs(job) + pool.scaling.cooldownSeconds * 1000;
      if (uncoveredHere < pool.scaling.queueThreshold && !due) giveBack(pool.key);
      else start(pool.key, scopeOf(pool, job.facts.repository), job.facts.jobId, sizeOf(serving, job.facts));
    }
  }
  for (const { pool } of pools.toSorted((a, b) => (b.pool.priority ?? 0) - (a.pool.priority ?? 0))) {
    const scope = warmScopesOf(pool).find((each) => mayStart(pool.key, each)) ?? "";
    while ((size.get(pool.key) ?? 0) < naiveLimits(pool, nowMs).min && take(pool.key, scope))
      start(pool.key, scope, null);
  }
  return starts;
}

/** By the clock in UTC, the one zone that these tests know. */
export function naiveLimits(
  { scaling, schedule = [] }: Pick<Pool, "scaling" | "schedule">,
  nowMs: number,
): { min: number; max: number } {
  const entryAt = (ms: number) => {
    const minute = Math.floor(ms / 60_000) % 1440;
    const holds = schedule.filter(({ fromMinute: from, toMinute: to }) =>
      from < to ? from <= minute && minute < to : from <= minute || minute < to,
    );
    return holds.at(-1);
  };
  const numbersAt = (ms: number): { min: number; max: number } => {
    const max = entryAt(ms)?.max ?? scaling.max;
    return { max, min: Math.min(max, entryAt(ms)?.min ?? scaling.min) };
  };
  const nextMinute = (Math.floor(nowMs / 60_000) + 1) * 60_000;
  const minutes = [nextMinute, nextMinute + 60_000].filter((ms) => ms <= nowMs + 2 * 60_000);
  const soonMs = minutes.find((ms) => entryAt(ms) !== entryAt(nowMs)) ?? nowMs;
  const [now, soon] = [numbersAt(nowMs), numbersAt(soonMs)];
  return { max: now.max, min: Math.min(now.max, Math.max(now.min, soon.min)) };
}

function count(slots: readonly Slot[], key: string): number {
  return slots.filter((slot) => slot.pool === key).length;
}

function counts(slot: Slot, key: string, covering: ReadonlySet<Slot>): boolean {
  return slot.pool === key && (covering.has(slot) || (isBusy(slot) && !slot.retiring));
}

function coverOf(job: LedgerJob, pools: readonly ServingPool[], free: Set<Slot>): Slot | null {
  for (const serving of pools) {
    if (refusal(serving, job.facts) !== null) continue;
    const scope = scopeOf(serving.pool, job.facts.repository);
    const asked = sizeOf(serving, job.facts);
    const fit = [...free].filter((each) => each.pool === serving.pool.key && each.scope === scope);
    const [slot] = fit
      .filter(({ sizeLabels }) => asked.every((label) => sizeLabels.includes(label)))
      .toSorted(
        (a, b) => a.sizeLabels.length - b.sizeLabels.length || compare(a.sizeLabels.join(), b.sizeLabels.join()),
      );
    if (slot !== undefined) return slot;
  }
  return null;
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Of the oldest of each kind: one that has waited for ten minutes, or else of the repository that holds least. */
function nextOf(
  jobs: readonly LedgerJob[],
  pools: readonly ServingPool[],
  held: readonly { readonly pool: string; readonly repository: string }[],
  nowMs: number,
): LedgerJob | null {
  const turn = (job: LedgerJob): number => {
    if (nowMs - queuedSinceMs(job) > 10 * 60_000) return -1;
    const serving = pools.filter((each) => refusal(each, job.facts) === null).map(({ pool }) => pool.key);
    return held.filter(({ pool, repository }) => serving.includes(pool) && repository === job.facts.repository).length;
  };
  const kindOf = ({ facts }: LedgerJob): string => JSON.stringify([facts.repository, facts.isPrivate, facts.labels]);
  const heads = [...Map.groupBy(jobs, kindOf).values()].flatMap((each) => each.toSorted(olderFirst).slice(0, 1));
  const rank = ({ facts }: LedgerJob): number =>
    Math.max(0, ...pools.filter((each) => refusal(each, facts) === null).map(({ pool }) => pool.priority ?? 0));
  return heads.toSorted((a, b) => rank(b) - rank(a) || turn(a) - turn(b) || olderFirst(a, b))[0] ?? null;
}
