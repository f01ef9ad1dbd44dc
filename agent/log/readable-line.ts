import { printable } from "../../shared/text/printable.ts";

/** Words that need no quotation marks to be told from what stands beside them. */
const PLAIN = /^[\w./:@+,-]+$/u;

/**
 * A JSON line of the log as a person at a terminal reads it: time, level, message, then the fields as `name=value`.
 * Whatever GitHub or a container put into a field stays within its quotation marks, on this line.
 */
export function readableLine(line: string): string {
  const { level, msg, plane, ts, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const at = String(ts).slice(11, 19);
  const words = Object.entries(fields).map(
    ([name, value]) => `${PLAIN.test(name) ? name : JSON.stringify(name)}=${textOf(value)}`,
  );
  const from = plane === "agent" ? [] : [`(${String(plane)})`];
  return printable([at, String(level).padEnd(5), ...from, String(msg), ...words].join(" "));
}

function textOf(value: unknown): string {
  return typeof value === "string" && PLAIN.test(value) ? value : JSON.stringify(value);
}
