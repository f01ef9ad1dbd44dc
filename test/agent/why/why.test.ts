import { expect, test } from "vitest";

import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { LABELS, POOL, whyWorld, type WhyWorld, type WhyWorldOptions } from "./why-world.ts";

const MINUTE_MS = 60_000;
const JIT = "actions/generate-runner-jitconfig-for-org";
const RUNS = "actions/list-workflow-runs-for-repo";
const JOB = "actions/get-job-for-workflow-run";

interface Situation {
  readonly name: string;
  readonly options?: WhyWorldOptions;
  /** Builds it, and gives what `hookline why` is asked: words behind the command. */
  readonly build: (world: WhyWorld) => Promise<readonly (string | number)[]>;
  readonly code: string;
  readonly tells?: object;
}

const other = { ...POOL, key: "other" };

/** A job with a slot that has started for it, or is about to. */
async function served(
  world: WhyWorld,
  change: Parameters<WhyWorld["queue"]>[0] = {},
): Promise<{ id: number; slot: string }> {
  const before = world.provider.specs.length;
  const id = await world.queue(change);
  await world.until(() => world.provider.specs.length > before && world.provider.running().length > 0);
  await world.clock.advance(0);
  return { id, slot: world.provider.specs.at(-1)?.name ?? "" };
}

/** A job that GitHub has given to our slot, as it tells. */
async function running(world: WhyWorld): Promise<{ id: number; slot: string }> {
  const { id, slot } = await served(world);
  world.loopback.takeElsewhere(id, slot);
  await world.tell(world.loopback.job(id), { action: "in_progress", status: "in_progress", runnerName: slot });
  return { id, slot };
}

/** Our job has ended, and its container with it. */
async function ended(world: WhyWorld): Promise<{ id: number; slot: string }> {
  const { id, slot } = await running(world);
  await world.clock.advance(5 * MINUTE_MS);
  world.loopback.completeJob(id);
  const now = world.clock.now();
  await world.tell(world.loopback.job(id), {
    action: "completed",
    status: "completed",
    conclusion: "success",
    runnerName: slot,
    startedAtMs: now - 5 * MINUTE_MS,
    completedAtMs: now,
  });
  world.provider.exit(slot, 0);
  await world.clock.advance(0);
  return { id, slot };
}

const paused = (world: WhyWorld): Promise<void> =>
  world.until(() => world.agent.status.document(null).pools.some(({ pauses }) => pauses.length > 0));

/** A slot ends without a job, `times` over. */
async function endEmpty(world: WhyWorld, exitCode: number, times: number): Promise<number> {
  const id = await world.queue();
  for (let n = 0; n < times; n += 1) {
    await world.until(() => world.provider.running().length > 0);
    await world.clock.advance(0);
    world.provider.exit(world.provider.running()[0] ?? "", exitCode);
    await world.clock.advance(0);
  }
  await paused(world);
  return id;
}

const SITUATIONS: readonly Situation[] = [
  {
    name: "a slot is being brought up",
    build: async (world) => {
      world.provider.startMs = MINUTE_MS;
      return [await world.queue()];
    },
    code: "covered",
    tells: { mender: "time", pool: "home", source: "daemon" },
  },
  {
    name: "its container has started and GitHub has not given it the job yet",
    build: async (world) => [(await served(world)).id],
    code: "covered",
    tells: { why: expect.stringContaining("started") as string },
  },
  {
    name: "the pool is full",
    build: async (world) => {
      await running(world);
      return [await world.queue()];
    },
    code: "full",
    tells: { mender: "time", why: "no room in home", remedy: expect.stringContaining("scaling.max") as string },
  },
  {
    name: "both pools that may serve it are full",
    options: { pools: [POOL, other] },
    build: async (world) => {
      await running(world);
      await running(world);
      return [await world.queue()];
    },
    code: "full",
    tells: { why: "no room in home, other" },
  },
  {
    name: "the machine holds as many slots as it may",
    options: { pools: [{ ...POOL, scaling: { min: 0, max: 4 } }], maxSlots: 1 },
    build: async (world) => {
      await running(world);
      return [await world.queue()];
    },
    code: "machine-full",
    tells: { mender: "time", remedy: expect.stringContaining("maxSlots") as string },
  },
  {
    name: "the pool is being drained",
    build: async (world) => {
      world.agent.operator.drain("home", true);
      return [await world.queue()];
    },
    code: "draining",
    tells: { mender: "operator", remedy: "hookline drain home --undo" },
  },
  {
    name: "the pool is being drained, and full as well",
    build: async (world) => {
      await running(world);
      world.agent.operator.drain("home", true);
      return [await world.queue()];
    },
    code: "draining",
  },
  {
    name: "one of two pools is drained, the other is full",
    options: { pools: [POOL, other] },
    build: async (world) => {
      await running(world);
      world.agent.operator.drain("other", true);
      return [await world.queue()];
    },
    code: "full",
    tells: { why: "no room in home" },
  },
  {
    name: "the pool waits for more jobs",
    options: { pools: [{ ...POOL, scaling: { min: 0, max: 4, queueThreshold: 3, cooldownSeconds: 600 } }] },
    build: async (world) => [await world.queue()],
    code: "threshold",
    tells: { mender: "time", why: expect.stringContaining("queueThreshold: 3") as string },
  },
  {
    name: "the image cannot be had",
    build: async (world) => {
      world.provider.startHooks.push(fails("image"));
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "paused",
    tells: { mender: "person", why: expect.stringContaining("slot-image") as string },
  },
  {
    name: "Docker refuses the container",
    build: async (world) => {
      world.provider.startHooks.push(fails("rejected"));
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "paused",
    tells: { mender: "person", why: expect.stringContaining("slot-rejected") as string },
  },
  {
    name: "no engine answers, for the first time",
    build: async (world) => {
      world.provider.startHooks.push(fails("unreachable"));
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "engine-silent",
    tells: { mender: "time", why: expect.stringContaining("no Docker Engine of home answers: local") as string },
  },
  {
    name: "the machine is short of disk or memory",
    build: async (world) => {
      world.provider.admitHooks.push(fails("no-room"));
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "no-room",
    tells: { mender: "person", remedy: expect.stringContaining("HOOKLINE_MIN_FREE_DISK") as string },
  },
  {
    name: "no node of the swarm has room for its slot",
    build: async (world) => {
      world.provider.waitsFor = "no suitable node (insufficient resources on 3 nodes)";
      const id = await world.queue();
      await expect.poll(() => world.provider.specs.length).toBe(1);
      return [id];
    },
    code: "no-node",
    tells: {
      mender: "time",
      why: expect.stringContaining(
        "no room on any node: no suitable node (insufficient resources on 3 nodes)",
      ) as string,
    },
  },
  {
    name: "GitHub refuses the registration",
    build: async (world) => {
      world.loopback.misbehave({ operation: JIT, fault: { kind: "status", status: 403, message: "Forbidden" } });
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "paused",
    tells: { mender: "person", why: expect.stringContaining("github-forbidden") as string },
  },
  {
    name: "GitHub's limit is reached",
    build: async (world) => {
      world.loopback.misbehave({ operation: JIT, fault: { kind: "secondary-limit", retryAfterSeconds: 600 } });
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "paused",
    tells: { mender: "time", why: expect.stringContaining("github-rate-limited") as string },
  },
  {
    name: "GitHub is down for registrations",
    build: async (world) => {
      world.loopback.misbehave({ operation: JIT, fault: { kind: "status", status: 503 } });
      const id = await world.queue();
      await paused(world);
      return [id];
    },
    code: "paused",
    tells: { mender: "time", why: expect.stringContaining("github-unavailable") as string },
  },
  {
    name: "slots end without a job, one after the other",
    build: async (world) => [await endEmpty(world, 1, 2)],
    code: "paused",
    tells: { mender: "time", why: expect.stringContaining("exited-without-job") as string },
  },
  {
    name: "GitHub no longer serves this runner version",
    build: async (world) => [await endEmpty(world, 7, 1)],
    code: "paused",
    tells: { mender: "person", why: expect.stringContaining("runner-version-deprecated") as string },
  },
  {
    name: "no pool has its labels",
    build: async (world) => [await world.queue({ labels: ["self-hosted", "gpu"] })],
    code: "no-pool",
    tells: { mender: "nobody", why: "no pool serves it: home: its runners lack gpu" },
  },
  {
    name: "the pool may not serve its repository",
    options: { pools: [{ ...POOL, allowedRepositories: ["acme/web"] }] },
    build: async (world) => [await world.queue({ repository: "acme/api" })],
    code: "no-pool",
    tells: { why: expect.stringContaining("the repository is not one that it may serve") as string },
  },
  {
    name: "the pool takes private repositories only",
    options: { pools: [{ ...POOL, visibility: "private" }] },
    build: async (world) => [await world.queue({ repository: "acme/site" }, { isPrivate: false })],
    code: "no-pool",
    tells: { why: expect.stringContaining("private repositories only") as string },
  },
  {
    name: "it waits for an approval",
    build: async (world) => [await world.queue({ gated: true }, { action: "waiting", status: "waiting" })],
    code: "held",
    tells: { mender: "nobody", why: expect.stringContaining("approval") as string },
  },
  {
    name: "a concurrency group holds it, which only a sweep can tell",
    build: async (world) => {
      const id = await world.queue({ held: true });
      await world.sweep();
      return [id];
    },
    code: "held",
    tells: { why: expect.stringContaining("concurrency") as string },
  },
  {
    name: "word of it came late, and its repository cannot be read",
    build: async (world) => {
      world.loopback.misbehave({ operation: RUNS, fault: { kind: "status", status: 403, message: "Forbidden" } });
      world.loopback.misbehave({ operation: JOB, fault: { kind: "status", status: 403, message: "Forbidden" } });
      const beforeMs = world.clock.now() - 30 * MINUTE_MS;
      const id = await world.queue({}, { createdAtMs: beforeMs, startedAtMs: beforeMs });
      await world.sweep();
      return [id];
    },
    code: "unconfirmed",
    tells: { remedy: expect.stringContaining("Actions: read") as string },
  },
  {
    name: "GitHub no longer has it",
    build: async (world) => {
      world.agent.operator.drain("home", true);
      const id = await world.queue();
      world.loopback.misbehave({ operation: RUNS, fault: { kind: "empty" } });
      world.loopback.misbehave({ operation: JOB, fault: { kind: "status", status: 404, message: "Not Found" } });
      for (let minute = 0; minute < 12; minute += 1) await world.sweep();
      return [id];
    },
    code: "gone",
    tells: { mender: "nobody" },
  },
  {
    name: "it has waited longer than GitHub lets a job wait, and its repository cannot be read",
    options: { sweepIntervalMs: 40 * 60 * MINUTE_MS },
    build: async (world) => {
      world.agent.operator.drain("home", true);
      await world.clock.advance(MINUTE_MS);
      const id = await world.queue();
      world.loopback.misbehave({ operation: RUNS, fault: { kind: "status", status: 403, message: "Forbidden" } });
      world.loopback.misbehave({ operation: JOB, fault: { kind: "status", status: 403, message: "Forbidden" } });
      await world.clock.advance(25 * 60 * MINUTE_MS);
      return [id];
    },
    code: "overdue",
    tells: { remedy: expect.stringContaining("24 hours") as string },
  },
  {
    name: "the agent does not know yet what it missed",
    options: { welcomed: false },
    build: async (world) => [world.early ?? 0],
    code: "not-ready",
    tells: { mender: "time", why: expect.stringContaining("replay") as string },
  },
  {
    name: "GitHub passes over the runners of its class, whatever is started",
    options: { pools: [{ ...POOL, scaling: { min: 0, max: 3 } }] },
    build: async (world) => {
      // The group Default serves private repositories, as GitHub makes it.
      const { id, slot } = await served(world, { repository: "acme/site" });
      world.connect(slot);
      await world.loopback.waitFor((github) => github.runners().some(({ status }) => status === "online"));
      for (let n = 0; n < 4; n += 1) await world.sweep();
      await world.until(() => world.provider.specs.length > 1);
      await world.clock.advance(0);
      world.connect(world.provider.specs[1]?.name ?? "");
      await world.loopback.waitFor((github) => github.runners().filter(({ status }) => status === "online").length > 1);
      for (let n = 0; n < 5; n += 1) await world.sweep();
      return [id];
    },
    code: "not-given",
    tells: { mender: "person", remedy: expect.stringContaining("runner group") as string },
  },
  {
    name: "it runs on a slot of ours",
    build: async (world) => [(await running(world)).id],
    code: "running",
    tells: {
      state: "running",
      pool: "home",
      source: "daemon",
      runner: expect.stringMatching(/^hookline-nas--home/) as string,
    },
  },
  {
    name: "a runner of somebody else's has taken it",
    build: async (world) => {
      const id = await world.queue();
      world.loopback.takeElsewhere(id);
      await world.tell(world.loopback.job(id), {
        action: "in_progress",
        status: "in_progress",
        runnerName: "GitHub Actions 7",
      });
      return [id];
    },
    code: "running",
    tells: { state: "running", pool: null, runner: "GitHub Actions 7", source: "github" },
  },
  {
    name: "it ran here and has ended",
    build: async (world) => [(await ended(world)).id],
    code: "ended",
    tells: {
      state: "ended",
      source: "journal",
      pool: "home",
      conclusion: "success",
      ranMs: 5 * MINUTE_MS,
      why: expect.stringMatching(/ended: success, on hookline-nas--home-\w+ of home/) as string,
    },
  },
  {
    name: "it ran here days ago, and its signals are folded",
    build: async (world) => {
      const { id } = await ended(world);
      await world.clock.advance(26 * 60 * MINUTE_MS);
      return [id];
    },
    options: { sweepIntervalMs: 40 * 60 * MINUTE_MS },
    code: "ended",
    tells: { source: "journal", pool: "home", conclusion: "success", ranMs: 5 * MINUTE_MS },
  },
  {
    name: "it was cancelled before a runner took it",
    build: async (world) => {
      world.agent.operator.drain("home", true);
      const id = await world.queue();
      world.loopback.cancelJob(id);
      await world.tell(world.loopback.job(id), { action: "completed", status: "completed", conclusion: "cancelled" });
      return [id];
    },
    code: "ended",
    tells: { conclusion: "cancelled", pool: null, why: "it has ended: cancelled, before a runner took it" },
  },
  {
    name: "it ran and ended on somebody else's runner",
    build: async (world) => {
      const id = await world.queue();
      world.loopback.takeElsewhere(id);
      world.loopback.completeJob(id);
      const runnerName = "GitHub Actions 7";
      await world.tell(world.loopback.job(id), {
        action: "completed",
        status: "completed",
        conclusion: "success",
        runnerName,
      });
      return [id];
    },
    code: "ended",
    tells: { pool: null, why: "it has ended: success, on GitHub Actions 7, which is no runner of this agent" },
  },
  {
    name: "nobody has told the agent of it yet",
    build: async (world) => [world.loopback.queueJob({ repository: "acme/api", labels: LABELS, runsForMs: null }).id],
    code: "unheard",
    tells: {
      source: "github",
      pool: "home",
      mender: "time",
      why: expect.stringContaining("home may serve it") as string,
    },
  },
  {
    name: "nobody has told the agent of it, and no pool would serve it",
    build: async (world) => {
      const { id, runId } = world.loopback.queueJob({ repository: "acme/web", labels: ["self-hosted", "gpu"] });
      return [`https://github.com/acme/web/actions/runs/${runId}/job/${id}?pr=3`];
    },
    code: "no-pool",
    tells: { source: "github", why: "no pool serves it: home: its runners lack gpu" },
  },
  {
    name: "nobody has told the agent of it, and it waits for an approval",
    build: async (world) => {
      const { id } = world.loopback.queueJob({ repository: "acme/web", labels: LABELS, gated: true });
      return [id, "--repository", "acme/web"];
    },
    code: "held",
    tells: { source: "github", mender: "nobody" },
  },
  {
    name: "nobody told the agent of it, and it ended elsewhere",
    build: async (world) => {
      const { id } = world.loopback.queueJob({ repository: "acme/site", labels: ["ubuntu-latest"] });
      world.loopback.takeElsewhere(id);
      world.loopback.completeJob(id, "failure");
      return [id];
    },
    code: "ended",
    tells: { source: "github", conclusion: "failure", pool: null },
  },
  {
    name: "the daemon is away, and GitHub still queues it",
    build: async (world) => {
      const id = await world.queue();
      await world.leave();
      return [id];
    },
    code: "unheard",
    tells: { source: "github", mender: "person", why: "no daemon answers here; home may serve it" },
  },
  {
    name: "the daemon is away, GitHub too, and the journal has the last word",
    build: async (world) => {
      const { id } = await running(world);
      await world.leave();
      world.loopback.misbehave({ operation: /./, fault: { kind: "status", status: 401, message: "Bad credentials" } });
      return [id];
    },
    code: "running",
    tells: { source: "journal", pool: "home", state: "running" },
  },
];

test.each(SITUATIONS)("promise 19: why tells the true reason: $name", async ({ options, build, code, tells }) => {
  const world = await whyWorld(options);
  const words = await build(world);
  expect(await world.why(...words.map(String))).toMatchObject({
    exit: 0,
    ok: true,
    job: { reason: { code }, ...tells },
  });
});

test("a job that GitHub shows nowhere is not found, with where it was looked for and what to name", async () => {
  const { why } = await whyWorld();
  expect(await why("999")).toMatchObject({
    exit: 1,
    error: {
      code: "job-not-found",
      message: expect.stringContaining("the 3 of 3 repositories") as string,
      remedy: expect.stringContaining("--repository") as string,
    },
  });
});

test("a bare number costs fifty calls at most, and goes first to where something goes on", async () => {
  const { loopback, why, queue, agent } = await whyWorld();
  agent.operator.drain("home", true);
  for (let n = 0; n < 70; n += 1) loopback.addRepository(`acme/many-${n}`);
  await queue({ repository: "acme/api" });
  const before = loopback.calls().length;
  expect(await why("999")).toMatchObject({ exit: 1, error: { code: "job-not-found" } });
  const calls = loopback.calls().slice(before);
  expect(calls.length).toBeLessThanOrEqual(50);
  const [first] = calls.filter(({ operation }) => operation === JOB);
  expect(first?.path).toContain("/acme/api/");
});

test.each([
  ["what is neither a number nor an address", ["build"]],
  ["an address of something else", ["https://github.com/acme/web/pull/3"]],
  [
    "an address and another repository",
    ["https://github.com/acme/web/actions/runs/1/job/2", "--repository", "acme/api"],
  ],
  ["a repository without its owner", ["12", "--repository", "web"]],
  ["nothing", []],
])("%s is wrong usage", async (_case, words) => {
  const { why } = await whyWorld();
  expect(await why(...words)).toMatchObject({ exit: 2, ok: false, error: { code: "usage" } });
});
