import type { Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, HouseWord } from "../../shared/controller/events.ts";
import { isOnLocalEngine } from "../../shared/fleet/local-pools.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import { soon } from "../clock/soon.ts";
import { judgeHouse } from "./judge-house.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** The kernel averages pressure over ten seconds; nothing tells of load, so it is looked at. */
const LOOK_EVERY_MS = 10_000;
const LIST_WITHIN_MS = 5000;

export interface HouseOptions {
  readonly pools: () => readonly Pool[];
  readonly facts: MachineFacts;
  /** Names of the containers that run on this machine's engine. Rejects where it does not tell. */
  readonly running: ((signal: AbortSignal) => Promise<ReadonlySet<string>>) | null;
  readonly feed: (event: ControllerEvent) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells the controller which pools are held back by what this machine does beside jobs, until `signal` is aborted. Where
 * no pool with slots here says `holdWhile`, nothing is looked at. Never rejects.
 */
export async function watchHouse(options: HouseOptions, signal: AbortSignal): Promise<void> {
  let told = "[]";
  do {
    const words = await lookAtHouse(options, signal);
    const now = JSON.stringify([...words]);
    if (signal.aborted || now === told) continue;
    told = now;
    for (const [pool, word] of words) options.log.info("the house is looked at", { pool, ...word });
    options.feed({ type: "house", atMs: options.clock.now(), words });
  } while (await sleep(options.clock, LOOK_EVERY_MS, signal));
}

/** What this machine does now beside jobs, by the pools with slots here that heed it. Never rejects. */
export async function lookAtHouse(
  options: Pick<HouseOptions, "pools" | "facts" | "running" | "clock">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HouseWord>> {
  const here = options.pools().filter(isOnLocalEngine);
  const rules = here.flatMap(({ key, holdWhile }) => (holdWhile === undefined ? [] : [{ key, holdWhile }]));
  const asks = rules.some(({ holdWhile }) => holdWhile.containers.length > 0);
  const running = asks ? await containers(options, signal) : null;
  return new Map(rules.map(({ key, holdWhile }) => [key, judgeHouse(holdWhile, options.facts, running)]));
}

async function containers(
  { running, clock }: Pick<HouseOptions, "running" | "clock">,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  if (running === null) return null;
  return soon(running, LIST_WITHIN_MS, clock, signal, new Error("the engine did not list its containers")).catch(
    () => null,
  );
}
