import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import type { PoolStatus } from "../../../shared/status/pool-status.ts";
import type { Status } from "../../../shared/status/status.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { checkOfPause } from "./check-of-pause.ts";

interface Trouble {
  readonly status: "fail" | "warn" | "pass";
  readonly text: string;
  readonly remedy: string | null;
}

const GRAVITY = ["fail", "warn", "pass"] as const;

/** Whether each pool would start a slot now: one that is drained warns, one that a person has to mend fails. */
export function judgePools(status: Status): Finding {
  const troubles = status.pools.flatMap((pool) => troublesOf(pool, status));
  const worst = GRAVITY.map((each) => troubles.find(({ status: of }) => of === each)).find(
    (each) => each !== undefined,
  );
  if (worst === undefined) return { status: "pass", summary: `each pool may start slots: ${roomText(status)}` };
  const others = troubles.filter((each) => each !== worst).map(({ text }) => text);
  return {
    status: worst.status,
    summary: worst.text,
    ...(others.length === 0 ? {} : { detail: others.join("\n") }),
    ...(worst.remedy === null ? {} : { remedy: worst.remedy }),
  };
}

function troublesOf(pool: PoolStatus, status: Status): readonly Trouble[] {
  const troubles = pool.pauses
    .filter(({ code }) => checkOfPause(code) === "pools")
    .map((pause) => paused(pool, pause, status));
  if (troubles.length === 0) troubles.push(...refused(pool, status.atMs));
  if (pool.draining) {
    const undo = `hookline drain ${pool.key} --undo`;
    troubles.push({ status: "warn", text: `${pool.key} is being drained: it starts nothing`, remedy: undo });
  }
  troubles.push(...houseTroubles(pool));
  const closed = closedBySchedule(pool);
  if (closed !== null) troubles.push(closed);
  else if (pool.held >= pool.max) {
    troubles.push({
      status: "pass",
      text: `${pool.key} is full: ${pool.held} of ${countText(pool.max, "slot")}`,
      remedy: null,
    });
  }
  return troubles;
}

/** What holds it back passes by itself; what it was told to heed and cannot see does not. */
function houseTroubles({ key, house }: PoolStatus): readonly Trouble[] {
  const remedy = "Wait for that work to end, or change holdWhile of the pool in the pools file.";
  const unseen =
    "Give the agent what it needs to see it, or take it out of holdWhile of the pool in the pools file: it holds nothing.";
  return [
    ...(house?.holds ?? []).map((why): Trouble => ({ status: "warn", text: `${key} holds back: ${why}`, remedy })),
    ...(house?.unseen ?? []).map((what): Trouble => ({
      status: "warn",
      text: `${key} cannot heed ${what}`,
      remedy: unseen,
    })),
  ];
}

/** It starts nothing in these hours, as its operator wants it: a job that is queued now waits for their end. */
function closedBySchedule({ key, max, schedule }: PoolStatus): Trouble | null {
  if (max > 0 || schedule === undefined) return null;
  const until = schedule.untilMs === null ? "" : ` until ${new Date(schedule.untilMs).toISOString()}`;
  const remedy = "Wait for the end of these hours, or change the schedule of the pool in the pools file.";
  return { status: "warn", text: `${key} starts nothing${until} by its schedule`, remedy };
}

/** A pause of an account holds in pools that have not failed themselves: any pool's failure of its cause explains it. */
function paused({ key }: PoolStatus, pause: PoolStatus["pauses"][number], { pools, atMs }: Status): Trouble {
  const { mender, text } = remedyFor({ ...pause, code: "paused", pool: key, why: pause.code });
  const failure = pools.map(({ lastFailure }) => lastFailure).find((each) => each?.code === pause.code);
  const place = pause.scope === null ? key : `${key} in ${pause.scope}`;
  const where = pause.engine === undefined ? place : `${place} on ${pause.engine}`;
  return {
    status: mender === "time" ? "pass" : "fail",
    text: `${where} is paused for ${ageText(pause.untilMs - atMs)} more: ${failure?.message ?? pause.code}`,
    remedy: failure?.remedy ?? text,
  };
}

/** Between two pauses: the last slots could not be started, and nothing says that the next one can. */
function refused({ key, lastFailure, outcomes }: PoolStatus, atMs: number): readonly Trouble[] {
  if (lastFailure === null || lastFailure.code.endsWith("no-room")) return [];
  const started = outcomes.findIndex(({ kind }) => kind !== "not-started");
  const failures = started === -1 ? outcomes.length : started;
  const { mender, text } = remedyFor({ code: "paused", pool: key, why: lastFailure.code, failures, untilMs: atMs });
  return [
    {
      status: mender === "time" ? "pass" : "fail",
      text: `${countText(failures, "slot")} of ${key} in a row could not be started: ${lastFailure.message}`,
      remedy: lastFailure.remedy ?? text,
    },
  ];
}

function roomText({ pools }: Status): string {
  return pools.map(({ key, held, max }) => `${key} ${held} of ${max}`).join(", ");
}
