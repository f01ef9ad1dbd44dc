import { createLogger, type Logger, type LogLevel, type Plane } from "../../shared/log/logger.ts";
import { printableJson } from "../../shared/text/printable.ts";

export interface ProcessLog {
  readonly plane?: Plane;
  /** Standard error for a command whose output is its result. */
  readonly stream?: NodeJS.WritableStream;
}

/** A daemon's logger: one JSON line a record on standard output, where Docker's log drivers pick it up. */
export function processLogger(level: LogLevel, options: ProcessLog = {}): Logger {
  const { plane = "agent", stream = process.stdout } = options;
  return createLogger({ plane, level, now: Date.now, write: (line) => stream.write(`${printableJson(line)}\n`) });
}
