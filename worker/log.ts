import { createLogger, type Logger, type LogLevel } from "../shared/log/logger.ts";

/** The edge's logger. Workers Logs takes one JSON line a record from the console. */
export function edgeLogger(level: LogLevel): Logger {
  return createLogger({ plane: "edge", level, now: Date.now, write: (line) => console.log(line) });
}
