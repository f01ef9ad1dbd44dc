import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import type { FinishedJob } from "../../../agent/journal/finished-jobs.ts";
import { journalParts } from "../../../agent/journal/journal-parts.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { PLAIN_MACHINE } from "../../../shared/costs/runner-machine.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const DAY_MS = 24 * 60 * 60_000;

/** Jobs of the last days, most of which are folded by now. */
function jobsOf(count: number): readonly FinishedJob[] {
  const random = seeded(20);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  return Array.from({ length: count }, (_, jobId) => {
    const completedAtMs = Date.now() - Math.floor(random() * 20 * DAY_MS);
    const startedAtMs = completedAtMs - Math.floor(random() * 600_000);
    return {
      jobId,
      pool: pick(["nas", "big"]),
      repository: pick(["acme/web", "acme/api", "acme/lib"]),
      conclusion: pick(["success", "success", "failure", "cancelled"]),
      createdAtMs: startedAtMs - Math.floor(random() * 90_000),
      startedAtMs,
      completedAtMs,
      machine: PLAIN_MACHINE,
    };
  });
}

function withJobs(jobs: readonly FinishedJob[]): FakeIo {
  const io = fakeIo();
  const open = openJournal(join(io.cwd, "data"));
  onTestFinished(open.close);
  const { finished } = journalParts(open.signals, open.slots);
  open.slots.transaction(() => {
    for (const job of jobs) finished.note(job, job.completedAtMs ?? 0);
  });
  finished.fold(Date.now());
  return io;
}

async function report(io: FakeIo): Promise<Record<string, unknown>> {
  expect(await runCli(["report", "--json"], io, STOPPED)).toBe(0);
  return io.json();
}

test("a report over 10,000 jobs agrees with a sum over the jobs themselves", async () => {
  const jobs = jobsOf(10_000);
  const { rows, total } = await report(withJobs(jobs));
  const minutes = (of: readonly FinishedJob[]): number =>
    of.reduce((sum, { startedAtMs, completedAtMs }) => sum + (completedAtMs ?? 0) - (startedAtMs ?? 0), 0) / 60_000;
  expect(total).toMatchObject({
    jobs: 10_000,
    failed: jobs.filter(({ conclusion }) => conclusion === "failure").length,
    minutes: Math.round(minutes(jobs) * 10) / 10,
  });
  const web = jobs.filter(({ pool, repository }) => pool === "nas" && repository === "acme/web");
  const waits = web
    .map(({ createdAtMs, startedAtMs }) => (startedAtMs ?? 0) - (createdAtMs ?? 0))
    .toSorted((a, b) => a - b);
  const boundOf = (part: number) => {
    const wait = waits[Math.ceil(part * waits.length) - 1] ?? 0;
    return [1, 2, 5, 10, 30, 60, 300].map((seconds) => seconds * 1000).find((bound) => wait <= bound);
  };
  expect(rows).toContainEqual(
    expect.objectContaining({
      pool: "nas",
      repository: "acme/web",
      jobs: web.length,
      minutes: Math.round(minutes(web) * 10) / 10,
      waitP50Ms: boundOf(0.5),
      waitP95Ms: boundOf(0.95),
    }),
  );
});

test("ten times the jobs on the same days cost a report far less than fifteen times the time", async () => {
  const [few, many] = [withJobs(jobsOf(1000)), withJobs(jobsOf(10_000))];
  const best = async (io: FakeIo): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const began = performance.now();
      expect(await runCli(["report", "--csv"], io, STOPPED)).toBe(0);
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  };
  expect(await best(many)).toBeLessThan(15 * (await best(few)));
});

test("it says since when it knows, and prints a table or a file for spreadsheets", async () => {
  const io = withJobs(jobsOf(50));
  expect(await runCli(["report", "--since", "90d"], io, STOPPED)).toBe(0);
  expect(io.out()).toMatch(/^50 jobs from \S+; known since \S+ \(UTC\)\n\npool +repository +jobs +failed +minutes/);
  expect(io.out()).toContain("Linux 2-core, $0.006 a minute");
  const csv = fakeIo({ HOOKLINE_DATA: join(io.cwd, "data") });
  expect(await runCli(["report", "--csv"], csv, STOPPED)).toBe(0);
  expect(csv.out()).toMatch(/^pool,repository,jobs,/);
});

test("without a journal, or with both forms at once, it says what to do", async () => {
  expect(await runCli(["report"], fakeIo(), STOPPED)).toBe(1);
  const io = fakeIo();
  expect(await runCli(["report", "--json", "--csv"], io, STOPPED)).toBe(2);
  expect(io.json()).toMatchObject({ ok: false, error: { message: expect.stringContaining("--csv") as string } });
});
