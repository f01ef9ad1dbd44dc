import { createLogger, type Logger } from "../../shared/log/logger.ts";

export interface CapturedLog {
  readonly log: Logger;
  /** The lines as written. */
  readonly lines: readonly string[];
  /** The same, parsed. */
  records(): readonly Record<string, unknown>[];
}

/** A logger that keeps every line for the test to read. */
export function capturedLog(): CapturedLog {
  const lines: string[] = [];
  const log = createLogger({ plane: "edge", level: "debug", now: () => 0, write: (line) => void lines.push(line) });
  return { log, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}
