import { GITHUB_PRICES, type GitHubCost } from "../../shared/costs/github-prices.ts";
import { countText } from "../../shared/text/count-text.ts";
import { textTable } from "../cli/text-table.ts";
import type { Report, ReportSum } from "./report.ts";

const COLUMNS = [
  ["pool", 24],
  ["repository", 40],
  ["jobs", 8],
  ["failed", 8],
  ["minutes", 10],
  ["wait p50", 10],
  ["wait p95", 10],
  ["at GitHub", 20],
] as const;

/** The report for people. `since` and `knownSince` are days such as `2026-11-30`; the latter is null before the first job. */
export function reportText({ rows, total, comparedWith }: Report, since: string, knownSince: string | null): string {
  if (knownSince === null) return "No job has ended here yet.\n";
  const table = textTable(COLUMNS, [
    ...rows.map((row) => [row.pool, row.repository, ...cells(row)]),
    ["all", "", ...cells(total)],
  ]);
  const compared = comparedWith === "" ? "" : `\nAt GitHub: ${comparedWith}, since ${GITHUB_PRICES.since}, ${RULES}\n`;
  const from = knownSince > since ? `${since}; known since ${knownSince}` : since;
  return `${countText(total.jobs, "job")} from ${from} (UTC)\n\n${table}${compared}`;
}

const RULES = "for private repositories; it rounds each job up to a minute.";

function cells({ jobs, failed, minutes, waitP50Ms, waitP95Ms, github }: ReportSum): readonly string[] {
  const some = jobs > 0;
  return [
    String(jobs),
    String(failed),
    minutes.toFixed(1),
    some ? waitText(waitP50Ms) : "-",
    some ? waitText(waitP95Ms) : "-",
    costText(github),
  ];
}

function waitText(boundMs: number | null): string {
  if (boundMs === null) return "> 1 h";
  const seconds = boundMs / 1000;
  return `<= ${seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${seconds / 60} min` : "1 h"}`;
}

function costText({ atLeastUsd, atMostUsd }: GitHubCost): string {
  return `$${atLeastUsd.toFixed(2)} to ${atMostUsd.toFixed(2)}`;
}

/** One line a pool and repository, RFC 4180 with the names of its columns; an empty wait is one of more than an hour. */
export function reportCsv({ rows }: Report): string {
  const head =
    "pool,repository,jobs,failed,cancelled,minutes,wait_p50_seconds,wait_p95_seconds,github_usd_at_least,github_usd_at_most";
  const lines = rows.map((row) => [
    row.pool,
    row.repository,
    row.jobs,
    row.failed,
    row.cancelled,
    row.minutes,
    secondsOf(row.waitP50Ms),
    secondsOf(row.waitP95Ms),
    row.github.atLeastUsd,
    row.github.atMostUsd,
  ]);
  return [head, ...lines.map((line) => line.map((cell) => quoted(String(cell))).join(","))]
    .map((line) => `${line}\r\n`)
    .join("");
}

function secondsOf(ms: number | null): number | string {
  return ms === null ? "" : ms / 1000;
}

/** A cell that a spreadsheet would take for a formula is text: a name must not become one. */
function quoted(cell: string): string {
  const text = /^[=+@\t\r-]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
