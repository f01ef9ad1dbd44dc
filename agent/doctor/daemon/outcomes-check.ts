import type { SlotOutcome } from "../../../shared/status/pool-status.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { likelyCause } from "./likely-cause.ts";

/** From so many in a row on it is no chance any more. */
const NO_CHANCE = 3;
const LINES = 4;

/** How the last slots of one pool ended, newest first. */
export interface PoolOutcomes {
  readonly key: string;
  readonly outcomes: readonly SlotOutcome[];
}

/**
 * Whether the last slots came to something: one that ends without a job says in its last words why the next will too.
 * `source` is whose word this is where it is not the daemon's.
 */
export function judgeOutcomes(pools: readonly PoolOutcomes[], atMs: number, source: string | null): Finding {
  const failing = pools
    .flatMap(({ key, outcomes }) => {
      const streak = inVain(outcomes);
      const [last] = streak;
      return last === undefined ? [] : [{ key, streak, last }];
    })
    .toSorted((a, b) => b.streak.length - a.streak.length);
  const [worst, ...others] = failing;
  const from = source === null ? "" : ` (${source})`;
  if (worst === undefined) return { status: "pass", summary: `${sumText(pools)}${from}` };
  const { last } = worst;
  const { why, remedy } = explain(last);
  const many = worst.streak.length === 1 ? "the last slot" : `the last ${countText(worst.streak.length, "slot")}`;
  return {
    status: worst.streak.length >= NO_CHANCE ? "fail" : "warn",
    summary: `${many} of ${worst.key} came to nothing, the newest ${ageText(atMs - last.atMs)} ago: ${why}${from}`,
    ...detailOf(
      last,
      others.map(({ key, streak }) => `${key}: ${countText(streak.length, "slot")} came to nothing`),
    ),
    remedy,
  };
}

/** Those that started and came to nothing since one ran a job, or went because nobody needed it. */
function inVain(outcomes: readonly SlotOutcome[]): readonly SlotOutcome[] {
  const end = outcomes.findIndex(({ kind }) => kind === "job" || kind === "retired");
  const since = end === -1 ? outcomes : outcomes.slice(0, end);
  return since.filter(({ kind }) => kind === "no-job");
}

function explain({ exitCode, lastWords }: SlotOutcome): { readonly why: string; readonly remedy: string } {
  const code = exitCode === null ? "its container ended" : `its container ended with ${exitCode}`;
  const likely = likelyCause(lastWords, exitCode);
  if (likely !== null) return { why: `${code}, most likely because ${likely.cause}`, remedy: likely.remedy };
  return { why: `${code} and ran no job`, remedy: "see its last words: hookline slots --tail SLOT" };
}

function detailOf({ slot, lastWords }: SlotOutcome, others: readonly string[]): { readonly detail?: string } {
  const words = (lastWords ?? "").split("\n").filter((line) => line.trim() !== "");
  const lines = [...words.slice(-LINES).map((line) => `${slot}: ${line}`), ...others];
  return lines.length === 0 ? {} : { detail: lines.join("\n") };
}

function sumText(pools: readonly PoolOutcomes[]): string {
  const ended = pools.flatMap(({ outcomes }) => outcomes);
  if (ended.length === 0) return "no slot has ended yet";
  const ran = ended.filter(({ kind }) => kind === "job").length;
  return `of the last ${countText(ended.length, "slot")} that ended ${ran} ran a job`;
}
