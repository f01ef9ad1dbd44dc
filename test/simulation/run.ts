import { SWEEP_INTERVAL_MS } from "./agent-process.ts";
import { OWN_NAMES } from "./github-api.ts";
import type { SimJob } from "./github-jobs.ts";
import { FAULTS_MS, type Milestone, type Scenario } from "./scenario.ts";
import { settle } from "./sim-clock.ts";
import { POOL, SimWorld, START_MS } from "./world.ts";
import { Violation } from "./violation.ts";

/** Once the faults have stopped, every live job runs and all that is surplus is gone within this many sweeps. */
export const SWEEPS_TO_CONVERGE = 15;
const STEPS_AT_MOST = 100_000;

export interface Outcome {
  readonly violation: Violation | null;
  readonly steps: number;
  /** Sweeps' time that it took to converge; null if it did not. */
  readonly sweeps: number | null;
  /** The conditions that somebody met. */
  readonly met: readonly string[];
}

/** Runs a scenario to its end, checking the promises after each step. The same scenario gives the same outcome. */
export async function run(scenario: Scenario, trace: ((line: string) => void) | null = null): Promise<Outcome> {
  const world = new SimWorld(scenario, trace);
  const pace = { steps: 0 };
  try {
    await settle();
    for (const milestone of scenario.milestones ?? []) {
      await proceed(world, START_MS + milestone.atMs, pace, () => false);
      checkMilestone(world, milestone);
    }
    await proceed(world, START_MS + FAULTS_MS, pace, () => false);
    world.calmDown(scenario.sweepsAlone);
    const sweeps = await converge(world, pace);
    if (world.violation === null) await probe(world, scenario, pace);
    return { violation: world.violation, steps: pace.steps, sweeps, met: world.met.names };
  } finally {
    world.close();
  }
}

function checkMilestone(world: SimWorld, { promise, atMs, jobsStarted, label }: Milestone): void {
  const counts = ({ labels }: SimJob): boolean => label === undefined || labels.includes(label);
  const started = [...world.github.jobs.all].filter((job) => job.startedAtMs !== null && counts(job)).length;
  if (started >= jobsStarted) return;
  world.fail(new Violation(promise, `${started} jobs started after ${atMs} ms, ${jobsStarted} expected`));
}

function checkSlots(world: SimWorld, { slotsAtMost = Infinity, runnersAtMost = Infinity }: Scenario): void {
  const { started } = world.docker;
  const registered = [...world.github.usedNames].filter((name) => name.startsWith(OWN_NAMES)).length;
  if (registered > runnersAtMost)
    world.fail(
      new Violation("promise 4", `${registered} runners were registered, ${runnersAtMost} at most were needed`),
    );
  if (started > slotsAtMost)
    world.fail(new Violation("promise 4", `${started} slots were started, ${slotsAtMost} at most were needed`));
}

/** Goes on until `done`, a broken promise or `untilMs`. */
async function proceed(world: SimWorld, untilMs: number, pace: { steps: number }, done: () => boolean): Promise<void> {
  while (world.violation === null && !done() && (await world.clock.step(untilMs))) {
    pace.steps += 1;
    world.check();
    if (pace.steps > STEPS_AT_MOST) world.fail(new Violation("liveness", "time does not move on: something spins"));
  }
}

/** Lets the work that is left be done, at the pace that the pool allows, and then the stated number of sweeps. */
async function converge(world: SimWorld, pace: { steps: number }): Promise<number | null> {
  const from = world.clock.now();
  const isDone = (): boolean => problems(world) === null;
  const workMs = world.live().reduce((sum, job) => sum + job.durationMs + 10_000, 0);
  const deadlineMs = from + workMs + SWEEPS_TO_CONVERGE * SWEEP_INTERVAL_MS;
  await proceed(world, deadlineMs, pace, isDone);
  const problem = problems(world);
  if (problem === null) return (world.clock.now() - from) / SWEEP_INTERVAL_MS;
  world.fail(new Violation("promise 6", `not converged after ${SWEEPS_TO_CONVERGE} sweeps: ${problem}`));
  return null;
}

/** What is not yet as it should be once there is nothing left to do, or null. */
function problems(world: SimWorld): string | null {
  const live = world.live();
  const { underWay } = world.deliveries;
  if (underWay > 0) return `${underWay} deliveries under way`;
  if (live.length > 0) return `jobs ${live.map(({ id, status }) => `${id} ${status}`).join(", ")}`;
  if (world.process.dead) return "the agent is down";
  const { slots, demand } = world.process.agent.state();
  const containers = world.docker.names.length;
  if (containers !== world.min) return `${containers} containers, ${world.min} wanted`;
  if (demand !== 0) return `demand for ${demand} jobs that are done`;
  if (slots !== containers) return `${slots} slots in the ledger, ${containers} containers`;
  const runners = world.ownRunners();
  const deaf = containers - world.online();
  if (deaf > 0) return `${deaf} containers whose runner is not online`;
  return runners.length === containers ? null : `${runners.length} runners registered, ${containers} containers`;
}

/** A job in the calm: one slot is started for it, at once, and nothing is left of it. */
async function probe(world: SimWorld, scenario: Scenario, pace: { steps: number }): Promise<void> {
  const plan = {
    repository: "acme/web",
    labels: ["nas"],
    durationMs: 5000,
    foreign: false,
    stuck: false,
    runId: 7,
    attempt: 1,
  };
  // The link may still be finding out that it was cut.
  await proceed(world, world.clock.now() + 3 * SWEEP_INTERVAL_MS, pace, () => false);
  checkSlots(world, scenario);
  const restless = problems(world);
  if (restless !== null) return world.fail(new Violation("promise 6", `the calm did not last: ${restless}`));
  const startedBefore = world.docker.started;
  const queuedAtMs = world.clock.now();
  const job = world.github.jobs.create(plan, false);
  await proceed(world, queuedAtMs + 2 * SWEEP_INTERVAL_MS, pace, () => job.status === "completed");
  if (job.status !== "completed")
    world.fail(new Violation("promise 6", "a job that was queued in the calm did not run"));
  await proceed(world, world.clock.now() + 5 * SWEEP_INTERVAL_MS, pace, () => false);
  const problem = problems(world);
  if (problem !== null) world.fail(new Violation("promise 6", `after one job in the calm: ${problem}`));
  const slots = world.docker.started - startedBefore;
  // A slot whose job no webhook told of ends as if it had none, and is replaced until a sweep has seen the job done.
  if (slots < 1 || slots > (scenario.sweepsAlone ? 2 : 1))
    world.fail(new Violation("promise 4", `${slots} slots were started for one job`));
  if (scenario.sweepsAlone || world.min > 0) return;
  const jitMs = world.api.lastJitAtMs - queuedAtMs;
  if (jitMs > 600) world.fail(new Violation("promise 10", `${jitMs} ms from a queued job to the call for its runner`));
  if (world.docker.alive(POOL) > 0) world.fail(new Violation("promise 6", "a slot is left"));
}
