/** From the quietest to the loudest record that may be printed. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts of one record. Anything JSON can say; what it cannot is named, not printed. */
export type LogFields = { readonly [key: string]: unknown };

/** Which side of the house a record comes from. */
export type Plane = "edge" | "agent" | "receiver";

/**
 * Writes one JSON line a record: `level`, `msg`, `plane`, `pool`, `ts`, then the fields of the call.
 * Callers pass facts, never headers, bodies or credentials.
 */
export interface Logger {
  error(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  debug(msg: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its records. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly plane: Plane;
  readonly level: LogLevel;
  /** Milliseconds since the epoch, for `ts`. */
  readonly now: () => number;
  /** Takes one finished line, without the line break. */
  readonly write: (line: string, level: LogLevel) => void;
}

/** A logger that hands finished JSON lines to `options.write`. Never throws on a value it is given. */
export function createLogger(options: LoggerOptions, bound: LogFields = {}): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const record =
    (level: LogLevel) =>
    (msg: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) > threshold) return;
      const head = { level, msg, plane: options.plane, ts: new Date(options.now()).toISOString() };
      options.write(toLine(head, { ...bound, ...fields }), level);
    };
  return {
    error: record("error"),
    warn: record("warn"),
    info: record("info"),
    debug: record("debug"),
    with: (fields) => createLogger(options, { ...bound, ...fields }),
  };
}

/** `head` stands first and cannot be overwritten; fields that are no JSON (a cycle) cost themselves, not the record. */
function toLine(head: LogFields, fields: LogFields): string {
  try {
    return JSON.stringify({ ...head, ...fields, ...head });
  } catch {
    return JSON.stringify({ ...head, unprintable: Object.keys(fields) });
  }
}

/** A logger that keeps quiet. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  with: () => silentLogger,
};
