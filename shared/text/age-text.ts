const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** A duration as a person says it, in its largest whole unit: `3 h`, `40 s`. One below zero, by clocks that differ, is `0 ms`. */
export function ageText(durationMs: number): string {
  for (const [unit, ms] of UNITS) if (durationMs >= ms) return `${Math.floor(durationMs / ms)} ${unit}`;
  return `${Math.max(0, Math.round(durationMs))} ms`;
}
