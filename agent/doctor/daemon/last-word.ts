import type { JournalFacts } from "../../journal/journal-facts.ts";
import type { SlotRecord } from "../../journal/slot-records.ts";
import type { Finding } from "../check/check.ts";
import type { PoolOutcomes } from "./outcomes-check.ts";

/** Said beside what comes from the journal in place of the daemon. */
export const BY_JOURNAL = "the journal's last word, since no agent answers";
const KEPT = 10;

/** How the last slots of each pool ended, by the journal: newest first. What ran a job ends with 0. */
export function outcomesOfJournal({ slots }: JournalFacts): readonly PoolOutcomes[] {
  const ended = slots.flatMap((slot) => {
    const atMs = slot.exitedAtMs ?? slot.removedAtMs;
    return atMs === null ? [] : [{ slot, atMs }];
  });
  const newest = ended.toSorted((a, b) => b.atMs - a.atMs);
  return [...Map.groupBy(newest, ({ slot }) => slot.pool)].map(([key, of]) => ({
    key,
    outcomes: of.slice(0, KEPT).map(({ slot, atMs }) => ({
      slot: slot.name,
      atMs,
      kind: kindOf(slot),
      jobId: null,
      exitCode: slot.exitCode,
      ranMs: slot.startedAtMs === null ? null : atMs - slot.startedAtMs,
      failure: null,
      lastWords: slot.tail,
    })),
  }));
}

function kindOf({ startedAtMs, exitCode }: SlotRecord): PoolOutcomes["outcomes"][number]["kind"] {
  if (startedAtMs === null) return "not-started";
  if (exitCode === null) return "retired";
  return exitCode === 0 ? "job" : "no-job";
}

/** Which pools are drained, by the journal. */
export function drainedByJournal({ drained }: JournalFacts): Finding {
  const [first] = drained;
  if (first === undefined) return { status: "pass", summary: `no pool is drained (${BY_JOURNAL})` };
  return {
    status: "warn",
    summary: `${drained.join(", ")} drained: nothing is started there (${BY_JOURNAL})`,
    remedy: `start the agent, then: hookline drain ${first} --undo`,
  };
}
