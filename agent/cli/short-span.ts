import * as z from "zod";

const UNIT_MS = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const;

/** A span of time as people write it, `90m`, `2h` or `3d`, in milliseconds; at most `mostDays`. */
export function shortSpan(mostDays: number) {
  const error = `takes a span such as 90m, 2h or 3d, at most ${mostDays} days`;
  return z
    .string()
    .regex(/^[1-9]\d{0,4}[mhd]$/, { error })
    .transform((text) => Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS])
    .refine((ms) => ms <= mostDays * UNIT_MS.d, { error });
}
