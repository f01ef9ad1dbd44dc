import * as z from "zod";

import { shortSpan } from "./short-span.ts";

/** A time in the past, as `2h` ago or in ISO 8601 with its zone, in milliseconds since the epoch; at most `mostDays` ago. */
export function pointInTime(nowMs: number, mostDays: number) {
  const error = `takes 30m, 2h or 3d ago, or a time such as 2026-11-30T08:00:00Z; in the past, at most ${mostDays} days ago`;
  const oldestMs = nowMs - mostDays * 24 * 60 * 60_000;
  const span = shortSpan(mostDays);
  return z
    .string({ error })
    .transform((text) => {
      const ago = span.safeParse(text);
      if (ago.success) return nowMs - ago.data;
      return z.iso.datetime({ offset: true }).safeParse(text).success ? Date.parse(text) : Number.NaN;
    })
    .refine((ms) => ms >= oldestMs && ms <= nowMs, { error });
}
