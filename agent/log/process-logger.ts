import { PLAIN_CALL, remediesTypedHere } from "../../shared/text/typed-here.ts";
import { createLogger, type Logger, type LogLevel, type Plane } from "../../shared/log/logger.ts";
import { printableJson } from "../../shared/text/printable.ts";
import { readableLine } from "./readable-line.ts";

export interface ProcessLog {
  readonly plane?: Plane;
  /** Standard error for a command whose output is its result. */
  /** How Hookline is called here, for the records' remedies. */
  readonly call?: string;
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * A daemon's logger: one line a record on standard output. JSON where Docker's log drivers pick it up, a sentence with
 * fields where a terminal shows it. Text of others can neither forge a line nor move the cursor.
 */
export function processLogger(level: LogLevel, options: ProcessLog = {}): Logger {
  const { plane = "agent", stream = process.stdout, call = PLAIN_CALL } = options;
  const remedies = remediesTypedHere(call);
  const typed = (line: string): string =>
    line.includes('"remedy":') ? JSON.stringify(JSON.parse(line), remedies) : line;
  const textOf = stream.isTTY === true ? readableLine : printableJson;
  return createLogger({ plane, level, now: Date.now, write: (line) => stream.write(`${textOf(typed(line))}\n`) });
}
