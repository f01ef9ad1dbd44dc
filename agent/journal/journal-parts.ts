import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { DrainRecords } from "./drain-records.ts";
import { FinishedJobs } from "./finished-jobs.ts";
import { Journal } from "./journal.ts";
import { PauseRecord } from "./pause-record.ts";
import { ReplacedRecords } from "./replaced-records.ts";
import { SlotRecords } from "./slot-records.ts";
import { SweepRecords } from "./sweep-records.ts";

/** What the agent's two files hold, by what it is about. */
export interface JournalParts {
  readonly journal: Journal;
  readonly drains: DrainRecords;
  readonly pause: PauseRecord;
  readonly slots: SlotRecords;
  readonly finished: FinishedJobs;
  readonly sweeps: SweepRecords;
  readonly replaced: ReplacedRecords;
}

/** The parts of `journal.db` and `slots.db`. @throws {Error} if a file was written by a newer version. */
export function journalParts(journalSql: SqlDatabase, slotsSql: SqlDatabase): JournalParts {
  return {
    journal: new Journal(journalSql),
    drains: new DrainRecords(journalSql),
    pause: new PauseRecord(journalSql),
    slots: new SlotRecords(slotsSql),
    finished: new FinishedJobs(slotsSql),
    sweeps: new SweepRecords(slotsSql),
    replaced: new ReplacedRecords(slotsSql),
  };
}
