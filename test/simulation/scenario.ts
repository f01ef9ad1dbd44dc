import type { Conditions, GitHubTrouble } from "./conditions.ts";
import { ARCHIVED, HOME, MADE, RENAMED, type RepositoryChanges } from "./github-repositories.ts";
import { Dice } from "./dice.ts";

/** What jobs of the other pool ask for. */
export const RIVAL_LABEL = "gpu";

/** How a job goes, once it is there. Times in milliseconds. */
export interface JobPlan {
  readonly kind: "job";
  readonly atMs: number;
  readonly repository: string;
  readonly labels: readonly string[];
  readonly count: number;
  readonly durationMs: number;
  /** Waits for an approval that comes after this time. */
  readonly gatedMs: number | null;
  /** Held by a concurrency group for this time: told of as queued, then `pending`, and no event when it may run. */
  readonly heldMs: number | null;
  /** Cancelled after this time, if it still waits. */
  readonly cancelMs: number | null;
  /** A runner of somebody else takes it. */
  readonly foreign: boolean;
  /** GitHub never hands it out; it is cancelled when the faults stop. */
  readonly stuck: boolean;
  /** Run again, by attempt, once it is done. */
  readonly rerun: boolean;
}

/** Something that goes wrong for a while. */
export interface Trouble {
  readonly kind: "trouble";
  readonly atMs: number;
  readonly forMs: number;
  readonly change: Partial<Conditions>;
}

/** Something that happens at one instant. */
export type Blow =
  | {
      readonly kind: "cut-link" | "evict" | "move" | "container-dies" | "docker-restarts" | "stop-agent";
      readonly atMs: number;
    }
  | {
      readonly kind: "kill-agent";
      readonly atMs: number;
      readonly downMs: number;
      readonly calls: number;
      readonly afterEffect: boolean;
    }
  | { readonly kind: "power-cut"; readonly atMs: number; readonly downMs: number }
  /** A node of a swarm loses its power, or its way to the manager; the manager's dockerd is restarted. */
  | { readonly kind: "node-dies" | "node-cut" | "manager-restarts"; readonly atMs: number; readonly forMs: number }
  /** The operator pauses the fleet; it ends by itself, or is ended by hand. */
  | { readonly kind: "pause"; readonly atMs: number; readonly forMs: number; readonly byHand: boolean }
  | { readonly kind: "edit-pools"; readonly atMs: number; readonly max: number }
  /** The clock of the machine at home is set, as NTP does after a boot. */
  | { readonly kind: "set-clock"; readonly atMs: number; readonly byMs: number };

export type Item = JobPlan | Trouble | Blow;

/** A world and all that happens to it. The same scenario gives the same run, event by event. */
export interface Scenario {
  readonly seed: number;
  readonly items: readonly Item[];
  readonly max: number;
  readonly min: number;
  readonly cooldownSeconds: number;
  /** Whether jobs may ask the pool for sizes by label, and some do. */
  readonly sizes?: boolean;
  /** Slots of the pool for one repository at most. */
  readonly maxPerRepository?: number;
  /** A pool beside it for other jobs, on a machine with room for few slots. */
  readonly rival?: Rival;
  /** The part of the run in which the machine is at other work that the pool heeds. Heeded where there is one engine. */
  readonly otherWork?: { readonly fromMs: number; readonly toMs: number };
  /** Minutes of the run in which the pool's schedule starts nothing. */
  readonly closed?: { readonly fromMinute: number; readonly toMinute: number };
  /** Served by a pattern over the account, whose repositories change meanwhile; by the organization where it is absent. */
  readonly repositories?: RepositoryChanges;
  /** Without an edge from the first moment to the last. */
  readonly sweepsAlone: boolean;
  /** Whether the pool may have its slots on a machine beside the NAS too. */
  readonly second?: boolean;
  /** A swarm in the place of one of the machines. */
  readonly swarm?: SimSwarm;
  /** What must have come to pass by then; nothing in a drawn scenario. */
  readonly milestones?: readonly Milestone[];
  /** Slots that may be started in all until things are calm. */
  readonly slotsAtMost?: number;
  /** Runners that may be registered in all until things are calm. */
  readonly runnersAtMost?: number;
  /** Jobs that may run at a time. */
  readonly atOnce?: number;
}

/** A swarm: how many nodes it has, how many tasks each has room for, and how long a slot may take to start. */
export interface SimSwarm {
  readonly at: "local" | "second";
  readonly nodes: number;
  readonly room: number;
  readonly startDeadlineMs: number;
}

/** So many jobs must have started by this time, of all or of those with a label. */
export interface Milestone {
  readonly promise: string;
  readonly atMs: number;
  readonly jobsStarted: number;
  readonly label?: string;
}

/** Another pool, which has a higher priority or a lower one. */
export interface Rival {
  readonly goesFirst: boolean;
  readonly max: number;
  /** Slots of both pools at most. */
  readonly maxSlots: number;
}

/** Faults are drawn from this long; then they stop. */
export const FAULTS_MS = 8 * 60_000;

const REPOSITORIES: readonly string[] = [HOME, RENAMED, MADE];
const TROUBLES: readonly GitHubTrouble[] = [
  "unavailable",
  "rate-limited",
  "lost-answers",
  "name-taken",
  "stale",
  "partial",
  "idle-lies",
  "both-lie",
  "empty-lists",
];

/** Draws a scenario. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  const items: Item[] = [];
  for (let left = dice.between(2, 10); left > 0; left -= 1) items.push(jobPlan(dice));
  for (let left = dice.between(0, 14); left > 0; left -= 1) items.push(dice.chance(0.6) ? trouble(dice) : blow(dice));
  const max = dice.between(1, 6);
  const min = dice.chance(0.3) ? 1 : 0;
  const drawn = { seed, items, max, min, cooldownSeconds: dice.pick([1, 10, 60]), sweepsAlone: dice.chance(0.1) };
  const machines = withEngines(withPoolFeatures(drawn, new Dice(seed ^ 0x9001)), new Dice(seed ^ 0xe761e5));
  const rivals = withRival(machines, new Dice(seed ^ 0x51a1));
  const swarms = withSwarm(rivals, new Dice(seed ^ 0x5a3a43));
  return withRepositories(swarms, new Dice(seed ^ 0x4e90));
}

/** One repository is made, one is renamed, and one is archived in which a few of the jobs are. */
function withRepositories(scenario: Scenario, dice: Dice): Scenario {
  if (!dice.chance(0.3) || scenario.rival !== undefined) return scenario;
  const [madeMs, renamedMs, archivedMs] = [
    dice.between(0, FAULTS_MS),
    dice.between(0, FAULTS_MS),
    dice.between(0, FAULTS_MS),
  ];
  const items = scenario.items.map((item) =>
    item.kind === "job" && item.repository === HOME && dice.chance(0.4) ? { ...item, repository: ARCHIVED } : item,
  );
  return { ...scenario, items, min: 0, repositories: { madeMs, renamedMs, archivedMs } };
}

/** What a pool may have switched on, by dice of its own. */
function withPoolFeatures(scenario: Scenario, dice: Dice): Scenario {
  const shared = dice.chance(0.3) ? { ...scenario, maxPerRepository: dice.between(1, 3) } : scenario;
  return withOtherWork(withSizes(withHours(shared, dice), dice), dice);
}

/** Slots are told to be of its time by the clock at home, which must not be set then. */
function withOtherWork(scenario: Scenario, dice: Dice): Scenario {
  const fromMs = dice.between(0, 5 * 60_000);
  const toMs = fromMs + dice.between(30_000, 3 * 60_000);
  if (!dice.chance(0.3) || scenario.items.some(({ kind }) => kind === "set-clock")) return scenario;
  return { ...scenario, otherWork: { fromMs, toMs } };
}

/** Not beside a clock that is set: the hours would come again in the calm. */
function withHours(scenario: Scenario, dice: Dice): Scenario {
  const [fromMinute, minutes] = [dice.between(1, 5), dice.between(1, 3)];
  if (!dice.chance(0.3) || scenario.items.some(({ kind }) => kind === "set-clock")) return scenario;
  return { ...scenario, closed: { fromMinute, toMinute: fromMinute + minutes } };
}

function withSizes(scenario: Scenario, dice: Dice): Scenario {
  if (!dice.chance(0.4)) return scenario;
  const items = scenario.items.map((item) =>
    item.kind === "job" && item.labels.includes("nas") && dice.chance(0.5)
      ? { ...item, labels: [...item.labels, ...dice.pick([["mem=4g"], ["mem=1g"], ["CPU=2"], ["cpu=2", "mem=4g"]])] }
      : item,
  );
  return { ...scenario, items, sizes: true };
}

/** By dice of their own, so that the rest of a scenario is what it was before there were others. */
function withEngines(scenario: Scenario, dice: Dice): Scenario {
  if (!dice.chance(0.35)) return scenario;
  const failures = Array.from({ length: dice.between(1, 4) }, (): Trouble => {
    const change = dice.chance(0.5) ? { dockerDown: true } : { secondDown: true };
    return { kind: "trouble", atMs: dice.between(0, FAULTS_MS), forMs: dice.between(1000, 180_000), change };
  });
  return { ...scenario, second: true, items: [...scenario.items, ...failures] };
}

/** By dice of their own too. A warm slot of a pool that goes first would keep the last place for ever. */
function withRival(scenario: Scenario, dice: Dice): Scenario {
  if (!dice.chance(0.3)) return scenario;
  const rival = { goesFirst: dice.chance(0.5), max: dice.between(1, 3), maxSlots: scenario.min + dice.between(1, 3) };
  const jobs = Array.from({ length: dice.between(1, 4) }, () => ({ ...jobPlan(dice), labels: [RIVAL_LABEL] }));
  return { ...scenario, rival, items: [...scenario.items, ...jobs] };
}

/** By dice of their own too. */
function withSwarm(scenario: Scenario, dice: Dice): Scenario {
  if (!dice.chance(0.3)) return scenario;
  const at = scenario.second === true && dice.chance(0.5) ? "second" : "local";
  const startDeadlineMs = dice.pick([20_000, 60_000, 300_000]);
  const swarm: SimSwarm = { at, nodes: dice.between(2, 3), room: dice.between(1, 2), startDeadlineMs };
  const failures = Array.from({ length: dice.between(1, 5) }, () => swarmTrouble(dice));
  return { ...scenario, swarm, items: [...scenario.items, ...failures] };
}

function swarmTrouble(dice: Dice): Item {
  const [atMs, forMs] = [
    dice.between(0, FAULTS_MS),
    dice.pick([dice.between(1000, 14_000), dice.between(14_000, 180_000)]),
  ];
  if (dice.chance(0.2)) return { kind: "trouble", atMs, forMs, change: { managerHangs: true } };
  return { kind: dice.pick(["node-dies", "node-dies", "node-cut", "manager-restarts"] as const), atMs, forMs };
}

function jobPlan(dice: Dice): JobPlan {
  const burst = dice.chance(0.01) ? 256 : dice.chance(0.1) ? dice.between(5, 20) : dice.between(1, 2);
  return {
    kind: "job",
    atMs: dice.between(0, FAULTS_MS),
    repository: dice.pick(REPOSITORIES),
    labels: dice.pick([
      ["self-hosted", "nas"],
      ["self-hosted", "nas"],
      ["nas"],
      ["ubuntu-latest"],
      ["self-hosted", "gpu"],
    ]),
    count: burst,
    durationMs: burst > 20 ? dice.between(500, 3000) : dice.pick([500, 5000, 30_000, 90_000]),
    gatedMs: dice.chance(0.15) ? dice.between(2000, 60_000) : null,
    heldMs: dice.chance(0.1) ? dice.between(2000, 200_000) : null,
    cancelMs: dice.chance(0.15) ? dice.between(0, 120_000) : null,
    foreign: dice.chance(0.1),
    stuck: dice.chance(0.05),
    rerun: dice.chance(0.1),
  };
}

function trouble(dice: Dice): Trouble {
  const change: Partial<Conditions> = dice.pick<() => Partial<Conditions>>([
    () => ({ loseDeliveries: dice.pick([0.2, 0.5, 1]) }),
    () => ({ repeatDeliveries: 0.5 }),
    () => ({ deliveryDelayMs: dice.pick([2000, 60_000, 300_000]) }),
    () => ({ edgeDown: true }),
    () => ({ mailboxFails: true }),
    () => ({ linkSlowMs: dice.between(500, 20_000) }),
    () => ({ linkHalfOpen: true }),
    () => ({ diskFull: true }),
    () => ({ dockerDown: true }),
    () => ({ dockerFull: true }),
    () => ({ dockerSlowMs: dice.between(1000, 30_000) }),
    () => ({ removalsFail: true }),
    () => ({ containersHang: true }),
    () => ({ runnersDeaf: true }),
    () => ({ runnersPassedOver: true }),
    () => ({ github: dice.pick(TROUBLES) }),
    () => ({ github: dice.pick(TROUBLES) }),
    () => ({ github: dice.pick(TROUBLES) }),
    () => ({ github: dice.pick(TROUBLES) }),
    () => ({ github: dice.pick(TROUBLES) }),
  ])();
  return { kind: "trouble", atMs: dice.between(0, FAULTS_MS), forMs: dice.between(1000, 180_000), change };
}

function blow(dice: Dice): Blow {
  const atMs = dice.between(0, FAULTS_MS);
  const downMs = dice.between(0, 90_000);
  return dice.pick<() => Blow>([
    () => ({ kind: "cut-link", atMs }),
    () => ({ kind: "evict", atMs }),
    () => ({ kind: "move", atMs }),
    () => ({ kind: "container-dies", atMs }),
    () => ({ kind: "docker-restarts", atMs }),
    () => ({ kind: "stop-agent", atMs }),
    () => ({ kind: "kill-agent", atMs, downMs, calls: dice.between(0, 12), afterEffect: dice.chance(0.5) }),
    () => ({ kind: "kill-agent", atMs, downMs, calls: dice.between(0, 12), afterEffect: dice.chance(0.5) }),
    () => ({ kind: "power-cut", atMs, downMs }),
    () => ({ kind: "pause", atMs, forMs: dice.between(1000, 180_000), byHand: dice.chance(0.5) }),
    () => ({ kind: "edit-pools", atMs, max: dice.between(1, 6) }),
    () => ({ kind: "set-clock", atMs, byMs: dice.pick([-8, -2, -1, 1, 2, 8]) * 60 * 60_000 }),
  ])();
}

/** The same world with only some of what happens in it, by index. */
export function keeping(scenario: Scenario, kept: readonly number[]): Scenario {
  return { ...scenario, items: scenario.items.filter((_item, index) => kept.includes(index)) };
}
