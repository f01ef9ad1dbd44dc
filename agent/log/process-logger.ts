import { createLogger, type Logger, type LogLevel } from "../../shared/log/logger.ts";

/**
 * One JSON line a record: on standard output for the daemon, where Docker's log drivers pick it up, and on standard
 * error for a command whose output is its result.
 */
export function processLogger(level: LogLevel, stream: NodeJS.WritableStream = process.stdout): Logger {
  return createLogger({ plane: "agent", level, now: Date.now, write: (line) => stream.write(`${line}\n`) });
}
