import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";

const OPEN = 10;

/** A journal of so many jobs with three signals each, which came over so long; the last `open` of them have not ended. */
export function fillJournal(file: string, jobs: number, overMs = 0, open = OPEN): void {
  const sql = new NodeSql(file, { synchronous: "NORMAL" });
  const journal = new Journal(sql);
  for (let from = 0; from < jobs; from += 1000) {
    const signals = Array.from({ length: Math.min(1000, jobs - from) }, (_, n) =>
      signalsOf(from + n, from + n >= jobs - open),
    );
    journal.take(signals.flat(), T0 + Math.round((overMs * from) / jobs));
  }
  sql.close();
}

function signalsOf(n: number, isOpen: boolean): readonly Signal[] {
  const runnerName = `hookline-nas--home-${String(n).padStart(10, "0")}`;
  const of = (step: number, change: Partial<Signal>): Signal =>
    queuedSignal(n, { guid: guid(n * 3 + step), jobId: 70_000_000_000 + n, jobName: `build (${n % 50})`, ...change });
  const queued = of(0, {});
  if (isOpen) return [queued];
  return [
    queued,
    of(1, { action: "in_progress", status: "in_progress", runnerName, startedAtMs: T0 }),
    of(2, { action: "completed", status: "completed", conclusion: "success", runnerName, completedAtMs: T0 }),
  ];
}
