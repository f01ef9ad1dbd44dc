import type { Clock } from "../../shared/clock/clock.ts";
import { enginesOf } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { boundsOfFleet } from "../../shared/controller/bounds-of-fleet.ts";
import type { ControllerEvent, HouseWord, SlotChange } from "../../shared/controller/events.ts";
import type { Holds } from "../../shared/controller/holds.ts";
import { Ledger } from "../../shared/controller/ledger.ts";
import { plan, poolOfAction, type Action } from "../../shared/controller/plan.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { GitHub } from "../github/model/types.ts";
import { containersHere } from "../house/containers-here.ts";
import type { MachineFacts } from "../house/machine-facts.ts";
import { lookAtHouse } from "../house/watch-house.ts";
import { toRunnerScope } from "../slots/runner-scope.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { isOfSilence } from "../slots/engine-listening.ts";
import { enginesBehind } from "../slots/slot-engines.ts";
import type { EngineFacts, ObservedSlot, SlotProvider } from "../slots/slot-provider.ts";
import { FoundRepositories } from "../sweeps/found-repositories.ts";
import { runSweep, type SweepResult } from "../sweeps/sweep.ts";
import { eventsOfSweep } from "./intake.ts";
import { LiveFleet } from "./live-fleet.ts";

export interface DryRunOptions {
  readonly instance: string;
  readonly fleet: Fleet;
  readonly architecture: "amd64" | "arm64";
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly facts: MachineFacts;
  readonly onlyPool: string | null;
  /** What holds the daemon back. */
  readonly holds: Holds;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What would be done now, and what it rests on. */
export interface DryRun {
  readonly sweep: SweepResult;
  readonly slots: readonly ObservedSlot[];
  /** Engines that do not answer, where others do. */
  readonly silent: readonly { readonly engine: string; readonly message: string }[];
  /** What this machine does beside jobs, by the pools that heed it. */
  readonly house: ReadonlyMap<string, HouseWord>;
  readonly actions: readonly Action[];
}

/**
 * One look at what runs, one sweep and one plan, of which nothing is carried out: it only reads, from Docker and from
 * GitHub, and touches no journal.
 * @throws {SlotError} if no engine can say what exists.
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const { instance, fleet, architecture, github, provider, facts, onlyPool, holds, clock, log, signal } = options;
  const ledger = new Ledger(ownPrefix(instance));
  const feed = (event: ControllerEvent): void => ledger.apply(event);
  for (const pool of holds.drained) feed({ type: "drain", pool, on: true });
  feed({ type: "operator-pause", pause: holds.operatorPause });
  for (const pause of holds.pauses) feed({ type: "pause-recalled", pause });
  const live = new LiveFleet(fleet, architecture);
  const learn = (engine: string) => (told: EngineFacts) => live.learn(engine, told.architecture);
  const slots: ObservedSlot[] = [];
  const silent: { engine: string; message: string }[] = [];
  for (const [engine, each] of enginesBehind(provider)) {
    const listed = await each.list(signal).catch((error: unknown) => {
      if (enginesBehind(provider).size === 1 || !isOfSilence(error)) throw error;
      feed({ type: "engine", atMs: clock.now(), name: engine, answers: false });
      silent.push({ engine, message: messageOf(error) });
      return [];
    });
    slots.push(...listed);
    if (hasPoolsOfItsKind(fleet, engine)) await each.describe?.(signal).then(learn(engine), () => undefined);
    for (const slot of listed)
      for (const step of stepsOf(slot, engine)) feed({ type: "slot", atMs: clock.now(), ...step });
  }
  const running = containersHere(provider);
  const house = await lookAtHouse({ pools: () => fleet.pools, facts, running, clock }, signal);
  feed({ type: "house", atMs: clock.now(), words: house });
  const found = new FoundRepositories({ github, clock, changed: (listed) => live.find(listed) });
  const sweep = await runSweep({
    github,
    fleet,
    look: async (failures, until) => {
      const complete = await found.look(live.accounts, failures, until);
      return { fleet: live.fleet, complete };
    },
    otherScopes: () => slots.map(({ scope }) => toRunnerScope(scope)),
    clock,
    signal,
    log,
  });
  feed(boundsOfFleet(live.fleet));
  for (const event of eventsOfSweep(sweep, clock.now())) feed(event);
  const { actions } = plan(ledger, live.pools, clock.now());
  const wanted = actions.filter((action) => onlyPool === null || poolOfAction(action, ledger) === onlyPool);
  return { sweep, slots, silent, house, actions: wanted };
}

/** Whether there are pools whose runners tell this engine's architecture. */
function hasPoolsOfItsKind({ pools }: Fleet, engine: string): boolean {
  return pools.some((pool) => pool.architecture === "auto" && enginesOf(pool)[0] === engine);
}

/** As the daemon adopts them: one that ended keeps its place until it is cleared away, which it is at once. */
function stepsOf(slot: ObservedSlot, engine: string): readonly (SlotChange & { readonly name: string })[] {
  const { name, poolKey: pool, scope, runnerId, sizeLabels = [] } = slot;
  if (slot.state !== "running") return [];
  const startedAtMs = slot.startedAtMs ?? slot.createdAtMs;
  return [{ name, change: "adopted", pool, scope, sizeLabels, engine, runnerId, startedAtMs }];
}
