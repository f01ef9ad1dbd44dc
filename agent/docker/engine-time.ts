const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * The engine's own time as its event call takes it, `seconds.nanoseconds`, with every digit kept; null when it is not
 * RFC 3339.
 */
export function engineTime(systemTime: string | null | undefined): string | null {
  const match = RFC_3339.exec(systemTime ?? "");
  if (match === null) return null;
  const [, base = "", fraction = "", zone = ""] = match;
  const seconds = Date.parse(base + zone) / 1000;
  return Number.isSafeInteger(seconds) ? `${seconds}.${fraction.padEnd(9, "0")}` : null;
}

/** The same in milliseconds since the epoch. */
export function engineTimeMs(systemTime: string | null | undefined): number | null {
  const seconds = engineTime(systemTime);
  return seconds === null ? null : Math.floor(Number(seconds) * 1000);
}
