import { AGENT_CONTAINER, COMPOSE } from "../../cli/agent-container.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";
import type { JournalReading } from "../../journal/journal-facts.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { isNothingSetUp, SETUP } from "./setup-check.ts";
import type { SweepRecord } from "../../journal/sweep-records.ts";
import { countText } from "../../../shared/text/count-text.ts";

const SLACK_MS = 60_000;
const ROUND_MS = 2 * 60 * 60_000;
const START = `start the agent: ${COMPOSE} up -d; if it runs: docker logs --tail 100 ${AGENT_CONTAINER}`;

export interface SignsOfLife {
  /** Null where the edge could not be asked, or there is none. */
  readonly freshness: Freshness | null;
  readonly hasEdge: boolean;
  /** What the daemon says now, or its journal said; null where neither knows of one. */
  readonly lastSweep: SweepRecord | null;
  readonly instance: string;
  readonly sweepIntervalMs: number;
  readonly nowMs: number;
}

/** Whether the daemon runs, by its link and its sweeps. */
export function judgeRunning(signs: SignsOfLife): Finding {
  const { freshness, lastSweep, nowMs } = signs;
  const agent = freshness?.agent;
  if (agent?.connected === true && agent.instance === signs.instance) {
    const since = agent.since === null ? "" : ` since ${ageText((freshness?.now ?? nowMs) - agent.since)}`;
    return { status: "pass", summary: `the agent ${signs.instance} is linked to the edge${since}` };
  }
  const sweptAtMs = lastSweep?.finishedAtMs ?? null;
  if (sweptAtMs !== null && nowMs - sweptAtMs <= patience(signs)) {
    return { status: "pass", summary: `the agent swept ${ageText(nowMs - sweptAtMs)} ago` };
  }
  const last = sweptAtMs === null ? "no sweep is on record" : `the last sweep was ${ageText(nowMs - sweptAtMs)} ago`;
  if (signs.hasEdge && freshness !== null) throw new Skipped(`no sign of life: ${last}`, "webhook-freshness");
  return { status: "fail", summary: `the agent shows no sign of life: ${last}`, remedy: START };
}

/** When GitHub was last swept to the end; jobs whose webhook is lost wait for that. */
export function judgeSweep(signs: SignsOfLife): Finding {
  const { freshness, lastSweep: record, nowMs } = signs;
  const report = freshness?.report?.report ?? null;
  const ends = [record?.allReadSinceMs ?? null, report?.lastCompleteSweepAt ?? null].filter((at) => at !== null);
  const lastMs = ends.length === 0 ? null : Math.max(...ends);
  const cost =
    record === null
      ? ""
      : `${countText(record.calls, "call")}, ${record.notModified} of them free, ${record.failures} failed`;
  if (lastMs !== null && nowMs - lastMs <= patience(signs) + roundMs(record)) {
    const detail = cost === "" ? {} : { detail: cost };
    return {
      status: "pass",
      summary: `the last complete sweep was ${ageText(nowMs - lastMs)} ago`,
      ...detail,
    };
  }
  // The agent reports to the edge when its slots change, not after each sweep: an old report says nothing.
  if (record === null) throw new Skipped("sweeps are recorded where the agent runs", "agent-journal", "agent-running");
  if (freshness?.agent.connected === false && lastMs !== null) {
    throw new Skipped("the agent is not running", "webhook-freshness", "agent-running");
  }
  const when =
    lastMs === null ? "no sweep was complete yet" : `the last complete sweep was ${ageText(nowMs - lastMs)} ago`;
  return {
    status: "warn",
    summary: `${when}; they are due every ${ageText(signs.sweepIntervalMs)}`,
    detail: `the last one: ${cost}`,
    remedy: `see what it could not read: docker logs ${AGENT_CONTAINER} | grep 'sweep incomplete'`,
  };
}

/**
 * Many repositories take turns within a budget, and a round of all of them may take longer than a few sweeps: where
 * nothing failed, what was not read is left out for that reason.
 */
function roundMs(record: SweepRecord | null): number {
  return record === null || record.failures === 0 ? ROUND_MS : 0;
}

/** Whether the journal is there, readable and whole. @throws {Skipped} where nobody has begun */
export function judgeJournal(journal: JournalReading, settings: AgentSettings): Finding {
  const { dataFolder: folder } = settings;
  if (journal.kind === "absent") {
    if (isNothingSetUp(settings)) throw new Skipped("nothing is set up yet", SETUP);
    return {
      status: "warn",
      summary: `there is no journal in ${folder}`,
      remedy: "start the agent, or name its folder: HOOKLINE_DATA=/path/to/data hookline doctor",
    };
  }
  if (journal.kind === "unreadable") return brokenJournal(folder, journal.why);
  const problems = journal.facts.problems();
  if (problems.length > 0) return brokenJournal(folder, problems.join("; "));
  return {
    status: "pass",
    summary: `the journal in ${folder} is whole, ${countText(journal.facts.slots.length, "slot")} in it`,
  };
}

function brokenJournal(folder: string, why: string): Finding {
  return {
    status: "fail",
    summary: `the journal in ${folder} cannot be used`,
    detail: why,
    remedy: `stop the agent, then: mv ${folder} ${folder}.broken; it starts anew and asks GitHub what exists`,
  };
}

function patience({ sweepIntervalMs }: SignsOfLife): number {
  return 3 * sweepIntervalMs + SLACK_MS;
}
