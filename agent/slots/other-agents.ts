import type { Clock } from "../../shared/clock/clock.ts";
import { ONLINE_DEADLINE_MS } from "../../shared/controller/retirement.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { GitHubRunner } from "../github/model/types.ts";
import type { RunnerInventory } from "../sweeps/sweep-result.ts";
import { scopeKey } from "./runner-scope.ts";
import type { ObservedSlot } from "./slot-provider.ts";

/** Names of this process that are remembered beyond the journal, whose disk may take nothing. */
const MOST_MADE = 1000;
/** An agent that lives clears away a runner that is not online by then; twice as long, for one that is slow. */
const LOOKED_AFTER_MS = 2 * ONLINE_DEADLINE_MS;
const REMEDY =
  "give one of the two agents another HOOKLINE_INSTANCE, and each its own HOOKLINE_DATA; if one is a copy that should not run, stop it";

export interface OtherAgentsOptions {
  /** What the names of all runners of this instance begin with. */
  readonly ownPrefix: string;
  /** The id of this agent's data folder; null where it has none. */
  readonly folderId: string | null;
  /** Whether the journal knows a slot of this name. */
  readonly isRecorded: (name: string) => boolean;
  /** Only its monotonic time is asked. */
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells this agent's slots from those of another that works under the same instance, as a copied compose folder does. A
 * foreign name or folder proves nothing: the journal may have been wiped, and what was made before has to be taken over.
 * A container that appears while this agent runs, and was not made by it, was made by somebody who lives. So was a runner
 * that appears online. One that appears offline may be of before, in a list that came late: it is left alone until nobody
 * has looked after it for ten minutes.
 */
export class OtherAgents {
  readonly #options: OtherAgentsOptions;
  readonly #made = new Set<string>();
  /** Containers of each engine that the journal did not know at the first look there, with the folder of each. */
  readonly #containersAtFirst = new Map<string, ReadonlyMap<string, string | null>>();
  /** Runners of this instance at the first look at each scope. */
  readonly #runnersAtFirst = new Map<string, ReadonlySet<string>>();
  /** Folders whose agents have shown that they live. */
  readonly #living = new Set<string | null>();
  #isSaid = false;
  /** Runners that appeared, by scope, as they were listed last: since when each is offline on the monotonic clock, or null. */
  readonly #runners = new Map<string, ReadonlyMap<string, number | null>>();

  constructor(options: OtherAgentsOptions) {
    this.#options = options;
  }

  /** This process is about to make a slot. */
  made(name: string): void {
    this.#made.add(name);
    const [oldest] = this.#made;
    if (this.#made.size > MOST_MADE && oldest !== undefined) this.#made.delete(oldest);
  }

  /** Which of the containers of this instance on an engine are another living agent's. */
  theirs(observed: readonly ObservedSlot[], engine: string = LOCAL_ENGINE): ReadonlySet<string> {
    const unknown = observed.filter(({ name, folderId = null }) => folderId !== null && this.#isUnknown(name));
    const first = this.#containersAtFirst.get(engine);
    if (first === undefined)
      this.#containersAtFirst.set(engine, new Map(unknown.map(({ name, folderId = null }) => [name, folderId])));
    const appeared = first === undefined ? [] : unknown.filter(({ name }) => !first.has(name));
    for (const { folderId = null } of appeared) if (folderId !== this.#options.folderId) this.#living.add(folderId);
    if (appeared[0] !== undefined) this.#say("container", appeared[0].name);
    const ofLiving = unknown.filter(({ folderId = null }) => this.#living.has(folderId));
    return new Set([...appeared, ...ofLiving].map(({ name }) => name));
  }

  /** What GitHub lists, scope by scope. */
  listed(inventories: readonly RunnerInventory[]): void {
    for (const { scope, items, complete } of inventories) {
      if (!complete) continue;
      const key = scopeKey(scope);
      const unknown = items.filter(({ name }) => this.#isUnknown(name));
      const first = this.#runnersAtFirst.get(key);
      if (first === undefined) this.#runnersAtFirst.set(key, new Set(unknown.map(({ name }) => name)));
      const appeared =
        first === undefined ? [] : unknown.filter(({ name }) => !first.has(name) && !this.#isTaken(name));
      const before = this.#runners.get(key);
      this.#runners.set(key, new Map(appeared.map((runner) => [runner.name, this.#offlineSinceMs(runner, before)])));
      const online = appeared.find(({ status }) => status === "online");
      if (online !== undefined) this.#say("runner", online.name);
    }
  }

  /** Whether another agent has made this runner, or may have and looks after it. */
  isTheirRunner(name: string): boolean {
    return [...this.#runners.values()].some((runners) => {
      const sinceMs = runners.get(name);
      if (sinceMs === undefined) return false;
      return sinceMs === null || this.#options.clock.monotonicMs() - sinceMs < LOOKED_AFTER_MS;
    });
  }

  #offlineSinceMs({ name, status }: GitHubRunner, before?: ReadonlyMap<string, number | null>): number | null {
    return status === "online" ? null : (before?.get(name) ?? this.#options.clock.monotonicMs());
  }

  /** Whether its container was taken over at the first look, and nobody has claimed it since. */
  #isTaken(name: string): boolean {
    const all = [...this.#containersAtFirst.values()];
    const folderId = all.map((containers) => containers.get(name)).find((folder) => folder !== undefined);
    return folderId !== undefined && !this.#living.has(folderId);
  }

  #isUnknown(name: string): boolean {
    const { ownPrefix, isRecorded } = this.#options;
    return name.startsWith(ownPrefix) && !this.#made.has(name) && !isRecorded(name);
  }

  /** Once a process: it stays so until somebody changes it. */
  #say(what: "container" | "runner", name: string): void {
    if (!this.#isSaid)
      this.#options.log.error("another agent works under this instance", { [what]: name, remedy: REMEDY });
    this.#isSaid = true;
  }
}
