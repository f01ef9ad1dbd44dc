import { FinishedJobs } from "../../../../agent/journal/finished-jobs.ts";
import { Journal } from "../../../../agent/journal/journal.ts";
import { openJournal } from "../../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../../agent/journal/slot-records.ts";
import { PLAIN_MACHINE, type RunnerMachine } from "../../../../shared/costs/runner-machine.ts";
import type { Signal } from "../../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal } from "../../../samples/signal.ts";
import { temporaryFolder } from "../../../stand-ins/files/temporary-folder.ts";
import { AT_MS } from "./page-status.ts";

const EVERY_MS = 17 * 60_000;

export interface PageJournalOptions {
  readonly jobs: number;
  readonly repository?: string;
  readonly name?: string;
  readonly machine?: RunnerMachine;
  /** The newest job's end, milliseconds since the epoch. */
  readonly untilMs?: number;
}

/** A folder whose journal knows of so many jobs that ran here, one each seventeen minutes until `untilMs`. */
export function pageJournal(options: PageJournalOptions): string {
  const folder = temporaryFolder();
  fillPageJournal(folder, options);
  return folder;
}

/** The same in a folder that is there. */
export function fillPageJournal(folder: string, options: PageJournalOptions): void {
  const { jobs, repository, name, machine = PLAIN_MACHINE, untilMs = AT_MS } = options;
  const files = openJournal(folder);
  const [journal, slots, finished] = [
    new Journal(files.signals),
    new SlotRecords(files.slots),
    new FinishedJobs(files.slots),
  ];
  const waiting: Signal[] = [];
  files.slots.transaction(() => {
    for (let n = 0; n < jobs; n += 1) {
      const createdAtMs = untilMs - 400_000 - (jobs - n) * EVERY_MS;
      // Neither alike nor random: minutes and waits that go up and down.
      const waitMs = 1200 + ((n * 7919) % 4000);
      const runMs = 40_000 + ((n * 104_729) % 300_000);
      const job = { n, createdAtMs, startedAtMs: createdAtMs + waitMs, completedAtMs: createdAtMs + waitMs + runMs };
      const runnerName = `hookline-nas--nas-${String(n).padStart(10, "0")}`;
      const repositoryName = repository ?? ["acme/website", "acme/api", "acme/models"][n % 3] ?? "acme/website";
      waiting.push(...signalsOf(job, { runnerName, repository: repositoryName, jobName: name ?? `build (${n % 4})` }));
      // The last ones, which the page tells of one by one, each when it came.
      if (n >= jobs - 60 || n % 500 === 0) journal.take(waiting.splice(0), createdAtMs + 300);
      slots.plan({ name: runnerName, pool: "nas", scope: "acme", plannedAtMs: createdAtMs + 310 });
      slots.update(runnerName, {
        jitAskedAtMs: createdAtMs + 320,
        jitAtMs: createdAtMs + 640,
        startedAtMs: createdAtMs + 640 + Math.round(waitMs / 5),
        removedAtMs: job.completedAtMs,
      });
      const conclusion = n % 9 === 4 ? "failure" : "success";
      finished.note(
        { ...job, jobId: 9000 + n, pool: "nas", repository: repositoryName, conclusion, machine },
        job.completedAtMs,
      );
    }
  });
  finished.fold(untilMs);
  files.close();
}

interface Ran {
  readonly n: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly completedAtMs: number;
}

function signalsOf({ n, ...times }: Ran, about: Partial<Signal>): readonly Signal[] {
  const { createdAtMs, startedAtMs, completedAtMs } = times;
  const of = (step: number, change: Partial<Signal>): Signal =>
    queuedSignal(n, { guid: guid(n * 3 + step), jobId: 9000 + n, createdAtMs, ...about, ...change });
  const conclusion = n % 9 === 4 ? "failure" : "success";
  return [
    of(0, { receivedAtMs: createdAtMs + 180, runnerName: null }),
    of(1, { action: "in_progress", status: "in_progress", startedAtMs, receivedAtMs: startedAtMs + 200 }),
    of(2, {
      action: "completed",
      status: "completed",
      conclusion,
      startedAtMs,
      completedAtMs,
      receivedAtMs: completedAtMs + 300,
    }),
  ];
}
