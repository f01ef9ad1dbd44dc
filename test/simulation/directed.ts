import type { Conditions } from "./conditions.ts";
import { run } from "./run.ts";
import type { Item, JobPlan, Milestone, Scenario } from "./scenario.ts";

/** A scenario written by hand, for what chance would seldom bring about. */
export interface Directed {
  readonly name: string;
  readonly scenario: Scenario;
}

const PLAIN = { gatedMs: null, heldMs: null, cancelMs: null, foreign: false, stuck: false, rerun: false } as const;

function job(atMs: number, durationMs: number, change: Partial<JobPlan> = {}): JobPlan {
  const labels = ["self-hosted", "nas"];
  return { kind: "job", atMs, repository: "acme/web", labels, count: 1, durationMs, ...PLAIN, ...change };
}

function trouble(atMs: number, forMs: number, change: Partial<Conditions>): Item {
  return { kind: "trouble", atMs, forMs, change };
}

function directed(name: string, change: Partial<Scenario> & { readonly items: readonly Item[] }): Directed {
  const usual = { seed: 1, max: 2, min: 0, cooldownSeconds: 60, sweepsAlone: false } as const;
  return { name, scenario: { ...usual, ...change } };
}

const started = (promise: string, atMs: number, jobsStarted: number): readonly Milestone[] => [
  { promise, atMs, jobsStarted },
];

export const DIRECTED: readonly Directed[] = [
  directed("promise 4: a queued that comes after the job's end starts nothing", {
    items: [
      trouble(900, 500, { deliveryDelayMs: 460_000 }),
      job(1000, 5000),
      trouble(1500, 7000, { loseDeliveries: 1 }),
    ],
    slotsAtMost: 1,
  }),
  directed("promise 7: while a slot is busy, the next job gets one of its own at once", {
    items: [job(1000, 200_000), job(60_000, 5000)],
    milestones: started("promise 7", 70_000, 2),
  }),
  directed("promise 7: a busy slot whose runner is listed as idle serves nobody else", {
    items: [job(1000, 300_000), trouble(20_000, 300_000, { github: "idle-lies" }), job(150_000, 5000)],
    milestones: started("promise 7", 160_000, 2),
  }),
  directed("promise 8: a runner that took a job which nobody told of outlives its slot's cooldown", {
    items: [
      job(1000, 5000, { cancelMs: 300 }),
      trouble(50_000, 300_000, { github: "stale" }),
      trouble(63_000, 300_000, { loseDeliveries: 1 }),
      job(70_000, 200_000),
    ],
    cooldownSeconds: 100,
  }),
  directed("promise 16: of two engines one falls silent, and its jobs start on the other within five seconds", {
    items: [
      trouble(1000, 300_000, { dockerDown: true }),
      job(2000, 5000, { count: 2 }),
      trouble(400_001, 60_000, { secondDown: true }),
      job(410_000, 5000),
    ],
    second: true,
    milestones: [...started("promise 16", 7000, 2), ...started("promise 16", 415_000, 3)],
    slotsAtMost: 3,
  }),
  directed("promise 6: a slot of a swarm whose manager falls silent while it starts keeps its place", {
    seed: 31,
    items: [job(1000, 90_000, { count: 16 }), trouble(4500, 129_732, { dockerDown: true })],
    max: 3,
    second: true,
    swarm: { at: "local", nodes: 2, room: 1, startDeadlineMs: 300_000 },
  }),
  directed("promise 4: a slot that finds no node with room waits for one, and no other is made for its job", {
    items: [job(1000, 60_000, { count: 2 }), job(5000, 5000)],
    max: 3,
    swarm: { at: "local", nodes: 2, room: 1, startDeadlineMs: 300_000 },
    milestones: started("rule 3", 75_000, 3),
    runnersAtMost: 3,
  }),
  directed(
    "promise 16: a node of a swarm goes down, and what waits for its slots starts on the others within seconds",
    {
      items: [
        { kind: "node-dies", atMs: 100_000, forMs: 300_000 },
        job(101_000, 60_000, { count: 2 }),
        trouble(100_000, 200_000, { github: "stale" }),
      ],
      min: 2,
      max: 4,
      swarm: { at: "local", nodes: 2, room: 4, startDeadlineMs: 300_000 },
      milestones: started("promise 16", 122_000, 2),
    },
  ),
  directed("promise 8: a slot of a swarm that ran before its time was up is not taken away, though nobody saw it run", {
    items: [job(1000, 60_000), trouble(2200, 18_000, { managerHangs: true })],
    max: 1,
    swarm: { at: "local", nodes: 4, room: 2, startDeadlineMs: 20_000 },
  }),
  directed("promise 6: slots on a silent engine keep their places, and go on when it is back", {
    items: [
      job(1000, 120_000, { count: 2 }),
      trouble(20_001, 60_000, { dockerDown: true }),
      job(30_000, 5000),
      { kind: "kill-agent", atMs: 40_000, downMs: 5000, calls: 0, afterEffect: false },
    ],
    second: true,
    slotsAtMost: 3,
  }),
  directed("rule 14: ten jobs of 300 ms whose webhooks come late take ten runners", {
    items: [trouble(2500, 60_000, { deliveryDelayMs: 5000 }), job(1000, 300, { count: 10 })],
    max: 10,
    slotsAtMost: 10,
  }),
  directed("C-7, promise 8: inventory and DELETE lie alike, and nobody told of the job: the runner goes on", {
    items: [
      job(1000, 5000, { cancelMs: 300 }),
      trouble(50_000, 400_000, { github: "both-lie" }),
      trouble(63_000, 400_000, { loseDeliveries: 1 }),
      job(70_000, 300_000),
    ],
    cooldownSeconds: 100,
  }),
  directed("rule 3, C-2: a job that GitHub does not give to an idle runner gets another", {
    items: [trouble(900, 20_000, { runnersPassedOver: true }), job(1000, 5000)],
    milestones: started("rule 3", 360_000, 1),
    max: 1,
  }),
  directed(
    "rule 3: a job that a concurrency group holds is started within a sweep of its release, and nothing before",
    {
      items: [job(1000, 5000, { heldMs: 300_000 })],
      cooldownSeconds: 1,
      milestones: started("rule 3", 400_000, 1),
      slotsAtMost: 2,
    },
  ),
  directed("H4: a container that cannot be removed gives its place to the next job", {
    items: [job(1000, 5000), trouble(5000, 300_000, { removalsFail: true }), job(30_000, 5000)],
    max: 1,
    milestones: started("H4", 60_000, 2),
  }),
  directed("C-6: a container that hangs after its job gives its place back within minutes", {
    items: [job(1000, 5000), trouble(5000, 30_000, { containersHang: true }), job(40_000, 5000)],
    max: 1,
    milestones: started("C-6", 460_000, 2),
  }),
  directed("H21, promise 3: a journal that is full for minutes leaves signals at the edge, none a dead letter", {
    items: [trouble(900, 240_000, { diskFull: true }), job(1000, 5000, { count: 3 }), job(60_000, 5000)],
    milestones: started("H21", 200_000, 4),
  }),
  directed("F1, promise 9: lists that are empty for minutes end no job", {
    items: [job(1000, 200_000), job(30_000, 5000), trouble(31_000, 160_000, { github: "empty-lists" })],
    max: 1,
    milestones: started("promise 9", 216_000, 2),
  }),
  directed("promise 9: one sweep that misses a job leaves it in demand", {
    items: [job(1000, 145_000), trouble(50_000, 80_000, { github: "stale" }), job(70_000, 5000)],
    max: 1,
    milestones: started("promise 9", 165_000, 2),
  }),
  directed("promise 9: repositories that were not read to the end prove nothing about their jobs", {
    items: [job(1000, 200_000), job(30_000, 5000), trouble(31_000, 160_000, { github: "partial" })],
    max: 1,
    milestones: started("promise 9", 216_000, 2),
  }),
  directed("promise 9: a queued that comes a quarter of an hour late starts nothing that no sweep has seen", {
    items: [
      trouble(900, 50, { deliveryDelayMs: 900_000 }),
      job(910, 5000, { cancelMs: 200 }),
      trouble(960, 60_000, { loseDeliveries: 1 }),
    ],
    slotsAtMost: 0,
  }),
  directed(
    "promise 6: on a machine with one place the pool of the higher priority goes first, though its job came last",
    {
      items: [job(1000, 20_000), job(2000, 90_000), job(3000, 5000, { labels: ["gpu"] })],
      rival: { goesFirst: true, max: 1, maxSlots: 1 },
      milestones: [{ promise: "priority", atMs: 40_000, jobsStarted: 1, label: "gpu" }],
      slotsAtMost: 3,
    },
  ),
  directed("promise 6: a warm slot makes way for a job of a pool that goes first", {
    items: [job(20_000, 5000, { labels: ["gpu"] })],
    min: 1,
    rival: { goesFirst: true, max: 1, maxSlots: 1 },
    milestones: [{ promise: "priority", atMs: 90_000, jobsStarted: 1, label: "gpu" }],
  }),
  directed("promise 6: a repository holds no more of a pool than its share", {
    items: [job(1000, 20_000, { count: 6 })],
    max: 4,
    maxPerRepository: 2,
    atOnce: 2,
    milestones: started("shares", 90_000, 6),
  }),
  directed("promise 15: a pause that was ended as the clock was set is over for the next process too", {
    items: [
      { kind: "pause", atMs: 20_000, forMs: 100_000, byHand: true },
      { kind: "set-clock", atMs: 119_999, byMs: -3_600_000 },
      { kind: "stop-agent", atMs: 200_000 },
      job(300_000, 5000),
    ],
    milestones: started("promise 15", 400_000, 1),
  }),
];

/** Runs them all; the first that breaks a promise is told, with its trace where one is asked for. */
export async function runDirected(trace: ((line: string) => void) | null = null): Promise<string | null> {
  for (const { name, scenario } of DIRECTED) {
    const { violation } = await run(scenario, trace);
    if (violation !== null) return `${name}: ${violation.promise}: ${violation.message}`;
  }
  return null;
}
