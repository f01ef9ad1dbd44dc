import type { LogFields, Logger } from "../../shared/log/logger.ts";

/** A logger that hands each record to `write`, or to nobody: a thousand worlds at a time need no log. */
export function simLog(plane: string, write: ((line: string) => void) | null): Logger {
  const record =
    (level: string) =>
    (msg: string, fields: LogFields = {}): void =>
      write?.(`${plane} ${level} ${msg} ${JSON.stringify(fields)}`);
  const log: Logger = {
    error: record("error"),
    warn: record("warn"),
    info: record("info"),
    debug: record("debug"),
    with: () => log,
  };
  return log;
}
