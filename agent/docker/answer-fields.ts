import * as z from "zod/mini";

/** Labels of anything; none where the engine leaves them out. */
export const labelsSchema = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((labels): Readonly<Record<string, string>> => labels ?? {}),
);

/** Milliseconds since the epoch; null for what has not happened, for which the engine writes year 1. */
export const timeSchema = z.pipe(
  z.nullish(z.string()),
  z.transform((text): number | null => {
    const ms = Date.parse(text ?? "");
    return Number.isNaN(ms) || ms <= 0 ? null : ms;
  }),
);
