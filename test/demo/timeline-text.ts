import type { ReportedJob } from "./demo-report.ts";

const COLUMNS = ["edge", "agent", "jit", "started", "running", "done"] as const;
const WIDTH = 9;

/** The head of the live timeline: milliseconds since the job was queued. */
export function timelineHead(): string {
  return `${"job".padEnd(8)}${COLUMNS.map((name) => name.padStart(WIDTH)).join("")}   slot\n`;
}

/** One job's line. */
export function timelineLine({ id, slot, ms }: ReportedJob): string {
  const figures = COLUMNS.map((name) => (ms[name] === null ? "–" : `${ms[name]} ms`).padStart(WIDTH)).join("");
  return `${String(id).padEnd(8)}${figures}   ${slot ?? "none"}\n`;
}
