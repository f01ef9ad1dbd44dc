import type { Figures, FiguresOf } from "./figures.ts";
import { figuresByBench, targetRows, type TargetRow } from "./targets.ts";

/** What a page says in the place of a figure that nobody has recorded. */
export const NOT_RECORDED = "not recorded yet";

const PLACES = ["first", "median", "last"] as const;

/** Each target with what was recorded for it, as a table for a page. */
export function targetTable(recorded: Figures): string {
  const rows = targetRows(figuresByBench(recorded)).map((row) => [
    row.figure,
    row.value === null ? NOT_RECORDED : inUnit(row, row.value),
    `≤ ${inUnit(row, row.most)}`,
    row.isMet === null ? "" : row.isMet ? "met" : "missed",
    recorded[row.bench] === undefined ? "" : `\`pnpm bench ${row.bench}\`, ${recorded[row.bench]?.date}`,
  ]);
  return table(["figure", "measured", "target", "state", "by"], rows);
}

/** Each row of `pnpm bench chain`: Hookline beside the naive floor. */
export function chainTable({ chain }: Figures): string {
  if (chain === undefined) return NOT_RECORDED;
  const rows = chain.figures.bursts.map((burst) => [
    burst.engine,
    `${burst.jobs}`,
    `${burst.jitMs} ms`,
    ...PLACES.map((place) => besideFloor(burst, place)),
    `${burst.ownMs.p50.toFixed(0)}, ${burst.ownMs.p99.toFixed(0)} ms`,
  ]);
  return table(
    ["engine", "jobs at once", "JIT call", "first", "median", "last", "queued to the JIT call, p50, p99"],
    rows,
  );
}

type Starts = FiguresOf<"chain">["bursts"][number]["ratio"];
type Place = keyof Starts;

function besideFloor(
  { hooklineMs, floorMs, ratio }: { readonly hooklineMs: Starts; readonly floorMs: Starts; readonly ratio: Starts },
  place: Place,
): string {
  const { lower, median, upper } = ratio[place];
  const ms = `${hooklineMs[place].median.toFixed(0)} : ${floorMs[place].median.toFixed(0)} ms`;
  return `${ms}, **${median.toFixed(2)}** (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
}

/** Each row of `pnpm bench swarm`: Hookline beside bare services. */
export function swarmTable({ swarm }: Figures): string {
  if (swarm === undefined) return NOT_RECORDED;
  const rows = swarm.figures.bursts.map(({ jobs, bareMs, hooklineMs, ratio, containerRatio }) => [
    `${jobs}`,
    ...PLACES.map((place) => besideFloor({ hooklineMs, floorMs: bareMs, ratio }, place)),
    containerRatio.last.median.toFixed(2),
  ]);
  return table(["jobs at once", "first", "median", "last", "the last container's start alone"], rows);
}

function inUnit({ unit }: TargetRow, value: number): string {
  if (unit === "times") return `${value.toFixed(2)} ×`;
  return `${Math.round(value).toLocaleString("en-US")} ${unit}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return `\n\n${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}\n\n`;
}
