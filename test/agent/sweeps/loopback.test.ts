import { expect, test } from "vitest";

import { silentLogger } from "../../../shared/log/logger.ts";
import { runSweep } from "../../../agent/sweeps/sweep.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { fleet } from "./fake-github.ts";

const GO = new AbortController().signal;

async function acme() {
  const { github, clock, client } = await onLoopback();
  for (const name of ["web", "api", "quiet"]) github.addRepository(`acme/${name}`);
  github.addRepository("acme/site", { private: false });
  github.addRepository("acme/old", { archived: true });
  const made = client({ kind: "token", token: github.addToken() });
  const sweep = () => runSweep({ github: made, fleet: fleet({}), clock, signal: GO, log: silentLogger });
  return { github, clock, sweep, made };
}

test("promise 5: a sweep sees every job of the organization that no webhook told of", async () => {
  const { github, sweep } = await acme();
  const queued = [
    ...github.queueMatrix({ repository: "acme/web", labels: ["nas"], count: 3 }),
    github.queueJob({ repository: "acme/api", labels: ["nas"] }),
  ];
  github.queueJob({ repository: "acme/site", labels: ["nas"] });
  const { jobs, runners, failures } = await sweep();
  expect(new Set(jobs.items.map(({ id }) => id))).toEqual(new Set(queued.map(({ id }) => id)));
  expect(jobs.complete).toBe(true);
  expect(jobs.repositories.toSorted()).toEqual(["acme/api", "acme/quiet", "acme/web"]);
  expect(runners).toMatchObject([{ items: [], complete: true }]);
  expect(failures).toEqual([]);
});

test("promise 14: an idle sweep costs nothing: every answer is a 304", async () => {
  const { github, sweep } = await acme();
  const first = await sweep();
  const before = github.calls().length;
  expect((await sweep()).jobs).toEqual(first.jobs);
  const again = github.calls().slice(before);
  expect(again.length).toBeGreaterThan(0);
  expect(again.filter(({ status, counted }) => status !== 304 || counted)).toEqual([]);
});

test("a repository that fails makes the sweep incomplete, and the next one is whole again", async () => {
  const { github, clock, sweep } = await acme();
  const job = github.queueJob({ repository: "acme/api", labels: ["nas"] });
  const fault = github.misbehave({
    operation: "actions/list-workflow-runs-for-repo",
    match: (url) => url.pathname.includes("/acme/web/"),
    fault: { kind: "status", status: 502 },
  });
  const partial = await clock.runUntil(sweep());
  expect(partial.jobs).toMatchObject({ complete: false, items: [{ id: job.id }] });
  expect(partial.jobs.repositories).not.toContain("acme/web");
  expect(partial.failures).toMatchObject([{ what: "jobs of acme/web", code: "unavailable" }]);
  // Once, and two repetitions.
  expect(fault.hits).toBe(3);
  fault.stop();
  expect((await sweep()).jobs.complete).toBe(true);
});

test("a secondary limit in the middle of a sweep ends its calls and says when to come back", async () => {
  const { github, clock, sweep } = await acme();
  github.misbehave({
    operation: "actions/list-workflow-runs-for-repo",
    fault: { kind: "secondary-limit", retryAfterSeconds: 120 },
  });
  const { jobs, failures } = await sweep();
  expect(jobs.complete).toBe(false);
  expect(failures).toMatchObject([{ code: "rate-limited", retryAtMs: clock.now() + 120_000 }]);
});

test("F1 C-1: a job that GitHub alone knows, in a run that waits for another gate, is found by the next sweep", async () => {
  const { github, sweep } = await acme();
  const [approved, gated] = github.queueMatrix({ repository: "acme/web", labels: ["nas"], count: 2, gated: true });
  github.approve(approved?.id ?? 0);
  const { jobs } = await sweep();
  expect(jobs.items.map(({ id, status }) => [id, status])).toEqual([
    [approved?.id, "queued"],
    [gated?.id, "waiting"],
  ]);
});
