import { stripVTControlCharacters } from "node:util";

import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { printable } from "../../shared/text/printable.ts";
import { knownRefusals } from "../edge/known-refusals.ts";
import type { LegLatency } from "../journal/latency.ts";
import { ageText } from "../../shared/text/age-text.ts";
import type { CheckResult, CheckStatus } from "./check/check.ts";

const MARKS = { pass: "ok  ", warn: "warn", fail: "FAIL", skip: "skip" } as const;
const COLOURS = { pass: 32, warn: 33, fail: 31, skip: 90 } as const;
const INDENT = "      ";
const UNKNOWN = "not known while no agent is connected";
/** From there on a leg is told in its largest unit: signals that were sent anew are as old as they are. */
const LONG_MS = 10_000_000;

/** One check as a person reads it. What came from outside brings nothing along that a terminal would not print. */
export function describeCheck(check: CheckResult, colour = false): string {
  const mark = MARKS[check.status];
  const shown = colour ? `\u001B[${COLOURS[check.status]}m${mark}\u001B[0m` : mark;
  const lines = [`${shown}  ${plain(check.id).padEnd(24)} ${plain(check.summary)}`];
  for (const line of check.detail?.split("\n") ?? []) lines.push(`${INDENT}${plain(line)}`);
  if (check.remedy !== undefined) lines.push(`${INDENT}→ ${plain(check.remedy)}`);
  return `${lines.join("\n")}\n`;
}

/** When things last happened at the edge, in a few lines. */
export function describeFreshness(freshness: Freshness): string {
  const { now, secret, rejected, acked, head, dead, oldestUnackedMs } = freshness;
  const refused = knownRefusals(freshness);
  const isUnknown = refused === null;
  const ago = (atMs: number | null): string => (atMs === null ? "never" : `${ageText(now - atMs)} ago`);
  const reasons = Object.entries(rejected ?? {}).map(([reason, count]) => `${count} ${reason}`);
  const rows = [
    [
      "last delivery",
      `${ago(freshness.lastDeliveryAt)}, signal ${ago(freshness.lastSignalAt)}, ping ${ago(freshness.lastPingAt)}`,
    ],
    [
      "acknowledged",
      `${acked} of ${head}, last ${ago(freshness.lastAckAt)}${oldestUnackedMs === null ? "" : `, the oldest open one ${ageText(oldestUnackedMs)} old`}`,
    ],
    [
      "rejected",
      isUnknown
        ? UNKNOWN
        : `${refused} since the last accepted one${reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`,
    ],
    ["dead letters", String(dead)],
    [
      "secret",
      secret == null
        ? isUnknown
          ? UNKNOWN
          : "none has matched yet"
        : `the ${secret.matched} one matched ${ago(secret.atMs)}`,
    ],
  ];
  return `freshness of the edge\n${rows.map(([name = "", value]) => `  ${name.padEnd(14)}${value}\n`).join("")}`;
}

/** The split of the last jobs' time; empty where there is none. */
export function describeLatency(latency: Readonly<Record<string, LegLatency>>): string {
  const legs = Object.entries(latency);
  if (legs.length === 0) return "";
  const rows = legs.map(
    ([leg, { p50, p95 }]) => `  ${leg.padEnd(14)}${spanText(p50).padStart(12)}${spanText(p95).padStart(12)}\n`,
  );
  return `${`latency of the last jobs`.padEnd(16)}\n  ${"leg".padEnd(14)}${"median".padStart(12)}${"p95".padStart(12)}\n${rows.join("")}`;
}

function spanText(ms: number): string {
  return ms < LONG_MS ? `${ms} ms` : ageText(ms);
}

/** How many of each. */
export function describeSummary(results: readonly CheckResult[]): string {
  const count = (status: CheckStatus): number => results.filter((check) => check.status === status).length;
  return `${count("pass")} passed, ${count("warn")} warned, ${count("fail")} failed, ${count("skip")} skipped\n`;
}

/** On one line and in one colour, by leaving out what a terminal takes for a command; the rest of that kind is spelt out. */
function plain(text: string): string {
  return printable(stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, " "));
}
