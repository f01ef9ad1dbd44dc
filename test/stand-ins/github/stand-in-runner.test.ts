import { expect, test } from "vitest";

import { VirtualClock } from "../time/virtual-clock.ts";
import { runStandInRunner, type RunnerMischief } from "./stand-in-runner.ts";
import { call, mint } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const job = { repository: "octo/demo", labels: ["Self-Hosted", "linux"] };
const never = new AbortController().signal;

/** Starts a runner in this process. */
function run(jitConfig: string, mischief?: RunnerMischief, signal: AbortSignal = never) {
  return runStandInRunner({ jitConfig, signal, ...(mischief === undefined ? {} : { mischief }) });
}

test("a job is queued, a runner comes online, runs it, is told of, and is gone", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.addHook({ scope: "octo", url: "http://127.0.0.1:9/" });
  const queued = github.queueJob({ ...job, runsForMs: null });

  const ended = run(await mint(github, token, "slot-1"));
  await github.waitFor(() => github.job(queued.id).status === "in_progress");
  expect(github.job(queued.id)).toMatchObject({ runnerName: "slot-1", runnerGroupName: "Default" });
  const [runner] = github.runners();
  expect(runner).toMatchObject({ name: "slot-1", status: "online", busy: true, os: "linux", jobId: queued.id });
  const refused = await call(github, `DELETE /orgs/octo/actions/runners/${runner?.id}`, { token });
  expect([refused.status, refused.body.errors]).toEqual([422, ['Runner "slot-1" is still running a job']]);
  github.completeJob(queued.id);

  expect(await ended).toEqual({ exitCode: 0 });
  expect(github.job(queued.id)).toMatchObject({ status: "completed", conclusion: "success" });
  expect(github.runners()).toEqual([]);
  const told = github.deliveries().filter(({ event }) => event === "workflow_job");
  expect(told.map(({ action }) => action)).toEqual(["queued", "in_progress", "completed"]);
});

test("whichever idle runner fits takes the job; another one waits for the next", async () => {
  await using octo = await startOcto({ random: () => 0.99 });
  const { github, token } = octo;
  const runners = [run(await mint(github, token, "slot-1")), run(await mint(github, token, "slot-2"))];
  await github.waitFor(() => github.runners().every(({ status }) => status === "online"));

  const first = github.queueJob(job);
  await github.waitFor(() => github.job(first.id).status === "completed");
  expect(github.job(first.id).runnerName).toBe("slot-2");
  const second = github.queueJob(job);
  await github.waitFor(() => github.job(second.id).status === "completed");

  expect(github.job(second.id).runnerName).toBe("slot-1");
  expect(await Promise.all(runners)).toEqual([{ exitCode: 0 }, { exitCode: 0 }]);
});

test("a burst of a hundred jobs finds its hundred runners, each one job", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const jobs = github.queueMatrix({ ...job, count: 100 });

  await Promise.all(jobs.map(async ({ id }) => run(await mint(github, token, `slot-${id}`))));

  const done = github.jobs();
  expect(done.every(({ conclusion }) => conclusion === "success")).toBe(true);
  expect(new Set(done.map(({ runnerId }) => runnerId)).size).toBe(100);
});

test("a runner without a job polls again and again, and is offline once it is stopped", async () => {
  await using octo = await startOcto({ pollMs: 5, silenceMs: 500 });
  const { github, token } = octo;
  const stop = new AbortController();
  const ended = run(await mint(github, token, "slot-1"), undefined, stop.signal);
  await github.waitFor(() => github.runners()[0]?.status === "online");

  stop.abort();

  expect(await ended).toEqual({ exitCode: 143 });
  await github.waitFor(() => github.runners()[0]?.status === "offline");
});

test("a runner that is stopped in the middle of its job cancels it", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const stop = new AbortController();
  const queued = github.queueJob({ ...job, runsForMs: null });
  const ended = run(await mint(github, token, "slot-1"), undefined, stop.signal);
  await github.waitFor(() => github.job(queued.id).status === "in_progress");

  stop.abort();

  expect(await ended).toEqual({ exitCode: 143 });
  expect(github.job(queued.id).conclusion).toBe("cancelled");
});

test("a job whose runner dies fails after a while, and until then its runner is listed as busy and offline", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock, lostRunnerMs: 600_000 });
  const { github, token } = octo;
  const queued = github.queueJob({ ...job, runsForMs: null });

  expect(await run(await mint(github, token, "slot-1"), "dies-mid-job")).toEqual({ exitCode: 137 });
  await github.waitFor(() => github.runners()[0]?.status === "offline");
  expect(github.runners()).toMatchObject([{ busy: true }]);
  await clock.advance(599_999);
  expect(github.job(queued.id).status).toBe("in_progress");
  await clock.advance(1);

  expect(github.job(queued.id)).toMatchObject({ status: "completed", conclusion: "failure" });
  expect(github.runners()).toEqual([]);
});

test("a job that its runner does not begin within a minute goes to another", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  const { github, token } = octo;
  const silent = await mint(github, token, "slot-1");
  const { Token } = JSON.parse(
    Buffer.from(JSON.parse(Buffer.from(silent, "base64").toString())[".runner"], "base64").toString(),
  ) as { Token: string };
  const queued = github.queueJob(job);
  await fetch(`${github.apiUrl}/_runner/poll`, { method: "POST", headers: { authorization: `Bearer ${Token}` } });
  expect(github.runners()).toMatchObject([{ jobId: queued.id, busy: true }]);

  const ended = run(await mint(github, token, "slot-2"));
  await github.waitFor(() => github.runners().every(({ status }) => status === "online"));
  await clock.advance(60_000);
  await github.waitFor(() => github.job(queued.id).status === "in_progress");
  await clock.advance(0);

  expect(await ended).toEqual({ exitCode: 0 });
  expect(github.job(queued.id).runnerName).toBe("slot-2");
});

test("a cancelled job stops on its runner, which ends as after any other job", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const queued = github.queueJob({ ...job, runsForMs: null });
  const ended = run(await mint(github, token, "slot-1"));
  await github.waitFor(() => github.job(queued.id).status === "in_progress");

  github.cancelJob(queued.id);

  expect(await ended).toEqual({ exitCode: 0 });
  expect(github.job(queued.id).conclusion).toBe("cancelled");
});

test("a runner whose registration is taken away ends; its configuration is worth nothing any more", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const jitConfig = await mint(github, token, "slot-1");
  const ended = run(jitConfig);
  await github.waitFor(() => github.runners()[0]?.status === "online");

  github.removeRunner(github.runners()[0]?.id ?? 0);

  expect(await ended).toEqual({ exitCode: 0 });
  expect(await run(jitConfig)).toEqual({ exitCode: 0 });
});

test("a runner can be told never to register, or to be refused for its version", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const stop = new AbortController();

  expect(await run(await mint(github, token, "slot-1"), "version-refused")).toEqual({ exitCode: 7 });
  const idle = run(await mint(github, token, "slot-2"), "never-registers", stop.signal);
  stop.abort();

  expect(await idle).toEqual({ exitCode: 143 });
  expect(github.runners().map(({ status }) => status)).toEqual(["offline", "offline"]);
});
