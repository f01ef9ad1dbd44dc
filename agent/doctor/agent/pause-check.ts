import { Skipped, type Finding } from "../check/check.ts";
import type { JournalReading } from "../../journal/journal-facts.ts";

/** Whether the operator has paused the fleet: then nothing is started for a job, as was asked for. */
export function judgePause(journal: JournalReading, nowMs: number): Finding {
  if (journal.kind === "unreadable") throw new Skipped("the journal cannot be read", "agent-journal");
  const pause = journal.kind === "read" ? journal.facts.operatorPause(nowMs) : null;
  if (pause === null) return { status: "pass", summary: "nothing is paused" };
  const until = pause.untilMs === null ? "without an end" : `until ${new Date(pause.untilMs).toISOString()}`;
  return {
    status: "warn",
    summary: `paused by the operator ${until}: no slot is started`,
    remedy: "to go on now: hookline resume",
  };
}
