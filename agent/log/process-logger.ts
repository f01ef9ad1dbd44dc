import { createLogger, type Logger, type LogLevel } from "../../shared/log/logger.ts";

/** The daemon's logger: one JSON line a record on standard output, where Docker's log drivers pick it up. */
export function processLogger(level: LogLevel): Logger {
  return createLogger({ plane: "agent", level, now: Date.now, write: (line) => process.stdout.write(`${line}\n`) });
}
