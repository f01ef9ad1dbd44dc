import { calm, type Conditions } from "./conditions.ts";
import type { Scenario } from "./scenario.ts";

const CALM = calm();
/** The operator's pause: no condition of the world, and met like one. */
const PAUSE = "pause";
const HOURS = "closed hours";
const HOUSE = "other work";
const REPOSITORIES = "repositories change";
const PRIORITY = "priority";
export const NODE_DOWN = "node down";
export const MANAGER_RESTARTS = "manager restarts";
export const NO_ROOM = "no node has room";

/** The conditions of a run, with a note of those that somebody met while they were not calm. */
export class MetConditions {
  readonly #met = new Set<string>();
  /** As they are at each moment. */
  readonly now: Conditions;

  constructor(current: () => Conditions) {
    this.now = new Proxy(CALM, {
      get: (_calm, key) => {
        const value = current()[key as keyof Conditions];
        if (value !== CALM[key as keyof Conditions]) this.#met.add(nameOf(key as keyof Conditions, value));
        return value;
      },
    });
  }

  /** That a pause held while a job waited, so that there was something to hold back. */
  notePause(): void {
    this.#met.add(PAUSE);
  }

  /** That hours in which nothing is started held while a job waited. */
  noteHours(): void {
    this.#met.add(HOURS);
  }

  /** That the machine was at other work, which the pool heeds, while a job waited. */
  noteHouse(): void {
    this.#met.add(HOUSE);
  }

  /** That jobs of two pools waited on a full machine, where one of the pools goes first. */
  notePriority(): void {
    this.#met.add(PRIORITY);
  }

  /** That something befell a machine, by its name. */
  note(name: string): void {
    this.#met.add(name);
  }

  /** That a runner was made for a repository that was made, or renamed, while the agent ran. */
  noteRepositories(): void {
    this.#met.add(REPOSITORIES);
  }

  get names(): readonly string[] {
    return [...this.#met];
  }
}

/** What a scenario makes go wrong, as it is named where it is met. */
export function occurringIn({
  items,
  closed,
  otherWork,
  second,
  rival,
  swarm,
  repositories,
}: Scenario): readonly string[] {
  const names = items.flatMap((item) => {
    if (item.kind === "pause") return [PAUSE];
    if (item.kind === "node-dies" || item.kind === "node-cut") return [NODE_DOWN];
    if (item.kind === "manager-restarts") return [MANAGER_RESTARTS];
    if (item.kind !== "trouble") return [];
    return Object.entries(item.change).map(([key, value]) => nameOf(key as keyof Conditions, value));
  });
  return [
    ...new Set([
      ...names,
      ...(swarm === undefined ? [] : [NO_ROOM]),
      ...(closed === undefined ? [] : [HOURS]),
      ...(repositories === undefined ? [] : [REPOSITORIES]),
      ...(rival === undefined ? [] : [PRIORITY]),
      ...(otherWork === undefined || second === true ? [] : [HOUSE]),
    ]),
  ];
}

function nameOf(key: keyof Conditions, value: Conditions[keyof Conditions]): string {
  return key === "github" ? `github ${value}` : key;
}

interface Seen {
  readonly occurred: readonly string[];
  readonly met: readonly string[];
}

/** In how many of the runs each condition occurred and was met, a line each, the rarest first. */
export function conditionsText(runs: readonly Seen[]): string {
  const names = new Set(runs.flatMap(({ occurred }) => occurred));
  const count = (name: string, of: (run: Seen) => readonly string[]): number =>
    runs.filter((run) => of(run).includes(name)).length;
  return [...names]
    .map((name) => ({ name, occurred: count(name, ({ occurred }) => occurred), met: count(name, ({ met }) => met) }))
    .toSorted((a, b) => a.met - b.met || (a.name < b.name ? -1 : 1))
    .map(({ name, occurred, met }) => `  ${name.padEnd(22)} in ${share(occurred, runs)}, met in ${share(met, runs)}`)
    .join("\n");
}

function share(part: number, all: readonly unknown[]): string {
  return `${((100 * part) / Math.max(1, all.length)).toFixed(0).padStart(2)} %`;
}
