import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { fillJournal } from "./fill-journal.ts";

const run = promisify(execFile);

test("a start recalls every signal of open jobs, and of finished ones the end alone, whatever the order and attempt", () => {
  const journal = new Journal(new NodeSql(":memory:"));
  const signals = [
    queuedSignal(1),
    queuedSignal(2, { jobId: 1001, action: "completed", status: "completed", conclusion: "success" }),
    queuedSignal(3, { jobId: 1003 }),
    queuedSignal(4, { jobId: 1003, action: "in_progress", status: "in_progress", runnerName: "a" }),
    queuedSignal(5, { jobId: 1005, action: "completed", status: "completed", runAttempt: 1 }),
    queuedSignal(6, { jobId: 1005, runAttempt: 2 }),
  ];
  journal.take(signals, 0);
  expect([...journal.recall()].map(({ signal }) => signal.guid)).toEqual(
    [signals[1], signals[2], signals[3], signals[4], signals[5]].map((signal) => signal?.guid),
  );
});

test("C-5: three days of the load that the README promises are recalled by a process with 64 MiB of heap", async () => {
  const folder = temporaryFolder();
  fillJournal(join(folder, "journal.db"), 48_000);
  const script = join(import.meta.dirname, "recall-history.ts");
  const { stdout } = await run(process.execPath, ["--max-old-space-size=64", script, join(folder, "journal.db")]);
  const { closed, open, peakMiB } = JSON.parse(stdout) as { closed: number; open: number; peakMiB: number };
  expect({ closed, open }).toEqual({ closed: 47_990, open: 10 });
  expect(peakMiB).toBeLessThan(200);
});
