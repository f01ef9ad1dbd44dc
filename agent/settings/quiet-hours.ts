/** From which minute of the day to which, the end not included; it may go past midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Reads `22:00-07:00`; null for anything else. */
export function readQuietHours(text: string): QuietHours | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const [fromHour = 0, from = 0, toHour = 0, to = 0] = match.slice(1).map(Number);
  return { fromMinute: fromHour * 60 + from, toMinute: toHour * 60 + to };
}

/** Whether it is quiet at `nowMs` by the clock on the wall of `timeZone`; null is this machine's. */
export function isQuietAt({ fromMinute, toMinute }: QuietHours, nowMs: number, timeZone: string | null): boolean {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en", timeZone === null ? options : { ...options, timeZone });
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]));
  const minute = (parts["hour"] ?? 0) * 60 + (parts["minute"] ?? 0);
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute;
  return minute >= fromMinute || minute < toMinute;
}
