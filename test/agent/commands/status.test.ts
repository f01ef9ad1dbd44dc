import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { DrainRecords } from "../../../agent/journal/drain-records.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import type { JobsStatus } from "../../../shared/status/job-status.ts";
import { statusSample } from "../../samples/status.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";
import { controlWorld } from "../control/world.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;

const WAITING: JobsStatus = {
  byReason: { full: 1 },
  waitingTotal: 1,
  waiting: [
    {
      jobId: 42,
      name: "build",
      runId: 7,
      attempt: 1,
      repository: "acme/web",
      labels: ["nas"],
      phase: "queued",
      sinceMs: statusSample().atMs - 180_000,
      reason: { code: "full", pools: ["home"] },
      why: "no room in home",
      remedy: "Raise scaling.max of the pool, or wait for one of its jobs to end.",
      mender: "time",
    },
  ],
  runningTotal: 0,
  running: [],
};

async function withDaemon() {
  const world = await controlWorld();
  const io = (terminal = false): FakeIo => ({ ...fakeIo({ HOOKLINE_DATA: world.folder }), isTerminal: terminal });
  return { ...world, io };
}

/** A journal whose daemon is away: one open job, one slot, one drained pool. */
function away(): FakeIo {
  const io = fakeIo();
  const open = openJournal(join(io.cwd, "data"));
  onTestFinished(open.close);
  new Journal(open.signals).take([queuedSignal(1)], T0);
  new DrainRecords(open.signals).set("home", true, T0);
  new SlotRecords(open.slots).plan({ name: "hookline-nas--home-a", pool: "home", scope: "acme", plannedAtMs: T0 });
  return io;
}

test("status is the daemon's own document under --json, and a few lines without", async () => {
  const { daemon, io } = await withDaemon();
  daemon.document = statusSample({ jobs: WAITING });
  const scripted = io();
  expect(await runCli(["status", "--json"], scripted, GOES_ON)).toBe(0);
  expect(scripted.json()).toEqual({ ok: true, source: "daemon", status: daemon.document });
  const read = io();
  expect(await runCli(["status"], read, GOES_ON)).toBe(0);
  expect(read.out()).toMatch(/^agent {3}nas, .*up for 1 min\n/);
  expect(read.out()).toContain("\njobs    0 running, 1 waiting (1 full)\n");
});

test("jobs tells of each job that waits how long and why", async () => {
  const { daemon, io } = await withDaemon();
  daemon.document = statusSample({ jobs: WAITING });
  const read = io();
  expect(await runCli(["jobs", "--waiting"], read, GOES_ON)).toBe(0);
  expect(read.out()).toMatch(/^waits +job +repository +because\n3 min +42 +acme\/web +no room in home\n/);
  const scripted = io();
  expect(await runCli(["jobs", "--waiting", "--json"], scripted, GOES_ON)).toBe(0);
  expect(scripted.json()).toEqual({
    ok: true,
    atMs: statusSample().atMs,
    jobs: { byReason: { full: 1 }, waitingTotal: 1, waiting: WAITING.waiting },
  });
});

test("jobs --watch is told of each change by the daemon, a line each under --json, until it is interrupted", async () => {
  const { daemon, io } = await withDaemon();
  const stop = new AbortController();
  const world = io();
  const code = runCli(["jobs", "--watch", "--json"], world, stop.signal);
  const lines = (): number[] =>
    world
      .out()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { jobs: JobsStatus }).jobs.waitingTotal);
  await expect.poll(lines).toEqual([0]);
  daemon.document = statusSample({ jobs: WAITING });
  daemon.becomes({});
  await expect.poll(lines).toEqual([0, 1]);
  stop.abort();
  expect(await code).toBe(0);
});

test("jobs --watch says that the daemon ended, and ends with 1", async () => {
  const { control, io } = await withDaemon();
  const world = io();
  const code = runCli(["jobs", "--watch", "--json"], world, GOES_ON);
  await expect.poll(() => world.out()).not.toBe("");
  await control?.close();
  expect(await code).toBe(1);
  expect(world.err()).toMatch(/^The daemon ended\b.*\nStart hookline jobs --watch again/);
});

test.each([["status"], ["jobs"]])("%s without a daemon gives the journal's last word, and says so", async (command) => {
  const read = away();
  expect(await runCli([command], read, GOES_ON)).toBe(1);
  expect(read.err()).toMatch(/No daemon answers in .*; this is the last word of its journal\.\nStart hookline agent/);
  expect(read.out()).toMatch(/drained +home\n/);
  expect(read.out()).toContain("hookline-nas--home-a");
  const scripted = fakeIo({ HOOKLINE_DATA: join(read.cwd, "data") });
  expect(await runCli([command, "--json"], scripted, GOES_ON)).toBe(1);
  expect(scripted.json()).toMatchObject({
    ok: false,
    source: "journal",
    journal: {
      jobs: [{ jobId: queuedSignal(1).jobId, phase: "queued" }],
      drained: ["home"],
      slots: [{ pool: "home" }],
    },
    error: { code: "no-daemon" },
  });
});

test("text of GitHub's moves no cursor, colours nothing and forges no line of a table", async () => {
  const { daemon, io } = await withDaemon();
  const [job] = WAITING.waiting;
  const evil = "acme/web\u001b[2J\u009b31m\nforged \u202eline";
  if (job !== undefined)
    daemon.document = statusSample({ jobs: { ...WAITING, waiting: [{ ...job, repository: evil, why: evil }] } });
  const read = io();
  expect(await runCli(["jobs", "--waiting"], read, GOES_ON)).toBe(0);
  for (const character of ["\u001b", "\u009b", "\u202e"]) expect(read.out()).not.toContain(character);
  expect(read.out().split("\n")).toHaveLength(4);
});
