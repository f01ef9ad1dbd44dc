import type { PoolStatus } from "../../shared/status/pool-status.ts";
import type { Status } from "../../shared/status/status.ts";
import { PLAIN_CALL, typedHere } from "../../shared/text/typed-here.ts";
import { printable } from "../../shared/text/printable.ts";
import { poolState } from "../status/pool-state.ts";
import { textTable } from "../cli/text-table.ts";
import { ageText } from "../../shared/text/age-text.ts";
import { countText } from "../../shared/text/count-text.ts";

/** The document for a person: a line for each part, a row for each pool, what is wrong below it. */
export function describeStatus(status: Status, call = PLAIN_CALL): string {
  const lines = [agentLine(status), fleetLine(status), linkLine(status, call), sweepLine(status), jobsLine(status)];
  const troubles = status.pools.flatMap((pool) => troublesOf(pool, status.atMs, call));
  const remains = status.remains.map(
    ({ slot, sinceMs, lastError }) =>
      `container ${slot} ended and is not removed for ${age(status, sinceMs)}: ${lastError ?? "the engine has not answered"}`,
  );
  const text = [
    ...lines,
    ...pauseLine(status, call),
    ...engineLines(status),
    "",
    ...poolRows(status),
    ...troubles,
    ...remains,
  ];
  return `${text.map(printable).join("\n").trimEnd()}\n`;
}

function agentLine(status: Status): string {
  const { instance, version, startedAtMs, holds } = status.agent;
  const held = holds.length === 0 ? "" : `; plans nothing yet: ${holds.join(", ")}`;
  return `agent   ${instance}, version ${version}, up for ${age(status, startedAtMs)}${held}`;
}

function fleetLine(status: Status): string {
  const { hash, loadedAtMs, pools, file } = status.fleet;
  const refused =
    file?.refused == null ? "" : `; its file as it is now is refused: ${file.refused.message.split("\n")[0] ?? ""}`;
  return `fleet   ${hash}, ${countText(pools.length, "pool")}, taken up ${age(status, loadedAtMs)} ago${refused}`;
}

function linkLine(status: Status, call: string): string {
  const { state, sinceMs, lastClose, unread } = status.link;
  if (state === "none") return "link    none: this agent lives by sweeps alone";
  const since = sinceMs === null ? "" : ` for ${age(status, sinceMs)}`;
  const why = state === "up" || lastClose === null ? "" : `; ${lastClose.reason || `closed with ${lastClose.code}`}`;
  const remedy = state === "up" || lastClose?.remedy == null ? "" : ` (${typedHere(lastClose.remedy, call)})`;
  return `link    ${state}${since}${why}${remedy}${unread === 0 ? "" : `; ${countText(unread, "signal")} could not be read`}${deadText(status, call)}`;
}

function deadText({ deadLetters }: Status, call: string): string {
  if (deadLetters == null || deadLetters.count === 0) return "";
  return `; ${countText(deadLetters.count, "dead letter")} at the edge: ${typedHere("hookline dead", call)}`;
}

function sweepLine(status: Status): string {
  const { last, complete, nextAtMs, failures, failuresTotal, credential, running } = status.sweeps;
  const when =
    last === null ? "none yet" : `last ${age(status, last.finishedAtMs)} ago, ${countText(last.calls, "call")}`;
  const next = running ? ", one runs" : nextAtMs === null ? "" : `, next in ${ageText(nextAtMs - status.atMs)}`;
  const [first] = failures;
  const failed = first === undefined ? "" : `; ${failuresTotal} failed, ${first.what}: ${first.message}`;
  const core = credential.limits.find(({ resource }) => resource === "core");
  const left = core === undefined ? "" : `; GitHub leaves ${core.remaining} of ${countText(core.limit, "call")}`;
  return `sweeps  ${when}${complete === false ? ", incomplete" : ""}${next}${left}${failed}`;
}

function jobsLine({ jobs }: Status): string {
  const reasons = Object.entries(jobs.byReason).map(([code, count]) => `${count} ${code}`);
  const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  return `jobs    ${jobs.runningTotal} running, ${jobs.waitingTotal} waiting${why}`;
}

/** Where there is more than one. */
function engineLines(status: Status): readonly string[] {
  const { engines = [] } = status;
  if (engines.length < 2) return [];
  return engines.map(({ name, silentSinceMs, slots, maxSlots, machine, used }) => {
    const state = silentSinceMs === null ? "answers" : `has not answered for ${age(status, silentSinceMs)}`;
    const held = maxSlots === null ? countText(slots, "slot") : `${slots} of ${countText(maxSlots, "slot")}`;
    const what = machine === null ? "" : `; Docker ${machine.engineVersion} on ${machine.architecture}`;
    return `engine  ${name} ${state}, ${held}${used ? "" : ", named by no pool"}${what}`;
  });
}

function pauseLine({ operatorPause }: Status, call: string): readonly string[] {
  if (operatorPause == null) return [];
  const { untilMs } = operatorPause;
  const until = untilMs === null ? "" : ` until ${new Date(untilMs).toISOString()}`;
  return [`pause   paused by the operator${until}: no slot is started; ${typedHere("hookline resume", call)} ends it`];
}

function poolRows({ pools, engines }: Status): readonly string[] {
  const columns = [
    ["pool", 24],
    ["slots", 9],
    ["busy", 4],
    ["idle", 4],
    ["waiting", 7],
    ["state", 120],
  ] as const;
  const rows = pools.map((pool) => [
    pool.key,
    `${pool.held} of ${pool.max}`,
    String(pool.slots["busy"] ?? 0),
    String(pool.idle),
    String(pool.waiting),
    poolState(pool, engines).words,
  ]);
  return textTable(columns, rows).trimEnd().split("\n");
}

function troublesOf({ key, lastFailure, outcomes }: PoolStatus, nowMs: number, call: string): readonly string[] {
  const failed =
    lastFailure === null
      ? []
      : [
          `${key}: ${lastFailure.message} ${typedHere(lastFailure.remedy ?? "", call)} (${ageText(nowMs - lastFailure.atMs)} ago)`,
        ];
  const [last] = outcomes;
  if (last?.kind !== "no-job") return failed;
  const words =
    last.lastWords === null ? "" : `; its last words: ${typedHere(`hookline slots --tail ${last.slot}`, call)}`;
  return [...failed, `${key}: ${last.slot} ended without a job (exit code ${last.exitCode ?? "not known"})${words}`];
}

const age = ({ atMs }: Status, sinceMs: number): string => ageText(atMs - sinceMs);
