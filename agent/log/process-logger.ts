import { createLogger, type Logger, type LogLevel, type Plane } from "../../shared/log/logger.ts";

/** A daemon's logger: one JSON line a record on standard output, where Docker's log drivers pick it up. */
export function processLogger(level: LogLevel, plane: Plane = "agent"): Logger {
  return createLogger({ plane, level, now: Date.now, write: (line) => process.stdout.write(`${line}\n`) });
}
