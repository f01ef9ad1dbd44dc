import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const OURS = "hookline-nas--nas-abcdefghij";
const SERVED = { repository: "acme/web", labels: ["self-hosted", "nas"] };

/** A journal that its daemon has open, with these signals in it. */
function journaled(...signals: readonly Signal[]): FakeIo {
  const io = fakeIo();
  const open = openJournal(join(io.cwd, "data"));
  onTestFinished(open.close);
  const journal = new Journal(open.signals);
  expect(new SlotRecords(open.slots).all()).toEqual([]);
  const entries = signals.map((signal, index) => ({ seq: index + 1, signal }));
  journal.append("stream", entries, signals.length, T0);
  return io;
}

const of = (n: number, jobN: number, change: Partial<Signal> = {}): Signal =>
  queuedSignal(n, { ...SERVED, jobId: 1000 + jobN, ...change });
const running = (runnerName: string) => ({ action: "in_progress", status: "in_progress", runnerName });
const completed = (runnerName: string | null) => ({ action: "completed", status: "completed", runnerName });

test("each signal is told with its number and what has become of its job by now, while the daemon runs", async () => {
  const io = journaled(
    of(1, 1),
    of(2, 1, running(OURS)),
    of(3, 1, completed(OURS)),
    of(4, 2),
    of(5, 3, { labels: ["windows"] }),
    of(6, 4, running("GitHub Actions 5")),
    of(7, 5, completed(null)),
    of(8, 6, { action: "waiting", status: "waiting" }),
    of(9, 7, { action: "paused", status: "paused" }),
    of(10, 8, running(OURS)),
  );
  expect(await runCli(["deliveries", "--json"], io, STOPPED)).toBe(0);
  const { ok, deliveries } = io.json() as { ok: boolean; deliveries: readonly Record<string, unknown>[] };
  expect(ok).toBe(true);
  expect(deliveries.map(({ seq, job, outcome }) => [seq, job, outcome])).toEqual([
    [1, 1001, "done"],
    [2, 1001, "done"],
    [3, 1001, "done"],
    [4, 1002, "queued"],
    [5, 1003, "unserved"],
    [6, 1004, "elsewhere"],
    [7, 1005, "ended-unserved"],
    [8, 1006, "waiting"],
    [9, 1007, "unreadable"],
    [10, 1008, "running"],
  ]);
  expect(deliveries[0]).toEqual({
    guid: guid(1),
    seq: 1,
    job: 1001,
    name: "build",
    repository: "acme/web",
    action: "queued",
    received: new Date(T0 + 1).toISOString(),
    outcome: "done",
    runner: OURS,
  });
});

test("--last takes the newest, newest last; a table of at most 80 columns for people", async () => {
  const io = journaled(...Array.from({ length: 30 }, (_, n) => of(n + 1, 48_541_957_942 + n)));
  expect(await runCli(["deliveries", "--last", "2"], io, STOPPED)).toBe(0);
  const lines = io.out().trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^seq +received +job +action +outcome +guid$/);
  expect(lines[2]).toMatch(/^30 +2026-11-02 08:00:00 +48541958971 +queued +queued +0000000…$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("without a pools file it tells everything but what nobody serves", async () => {
  const io = journaled(of(1, 1, { labels: ["windows"] }));
  const lost = { ...io, env: { ...io.env, HOOKLINE_CONFIG: "none.yaml" } };
  expect(await runCli(["deliveries", "--json"], lost, STOPPED)).toBe(0);
  expect(io.json()).toMatchObject({ deliveries: [{ outcome: "queued" }] });
});

test("an empty journal says so; none at all is exit 1 with what to do", async () => {
  const empty = journaled();
  expect(await runCli(["deliveries"], empty, STOPPED)).toBe(0);
  expect(empty.out()).toBe("No signal has come yet.\n");
  const none = fakeIo();
  expect(await runCli(["deliveries", "--json"], none, STOPPED)).toBe(1);
  expect(none.json()).toMatchObject({ ok: false, error: { code: "journal-unreadable" } });
  expect(none.err()).toContain("Start hookline agent once");
});

test.each(["0", "-1", "many", "10001"])("--last %s is exit 2", async (last) => {
  const io = journaled();
  expect(await runCli(["deliveries", `--last=${last}`], io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(/--last must be a whole number from 1 to 10000/);
});

test("--job tells of one job alone, and of every signal of it", async () => {
  const io = journaled(of(1, 1), of(2, 2), of(3, 1, running(OURS)), of(4, 1, completed(OURS)));
  expect(await runCli(["deliveries", "--job", "1001", "--json"], io, STOPPED)).toBe(0);
  const { deliveries } = io.json() as { deliveries: readonly Record<string, unknown>[] };
  expect(deliveries.map(({ seq, job, outcome }) => [seq, job, outcome])).toEqual([
    [1, 1001, "done"],
    [3, 1001, "done"],
    [4, 1001, "done"],
  ]);
});
