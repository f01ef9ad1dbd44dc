/**
 * Whether no more than `ms` have passed since a time on the wall. A time that lies ahead is none of this clock's: it went
 * back since, and whatever was to end soon must not last for as long as that.
 */
export function happenedWithin(sinceMs: number, nowMs: number, ms: number): boolean {
  return sinceMs <= nowMs && nowMs - sinceMs < ms;
}
