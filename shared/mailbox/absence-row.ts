import * as z from "zod/mini";

/** What the edge tells people of the agent's absence; the same `id` and words however often it is sent. */
export const absenceNoticeSchema = z.object({
  id: z.string(),
  kind: z.enum(["trouble", "recovery"]),
  /** Milliseconds since the epoch. */
  atMs: z.number(),
  title: z.string(),
  text: z.string(),
});

export type AbsenceNotice = z.infer<typeof absenceNoticeSchema>;

/** What was told of the agent's absence, and what is to be told. Times are milliseconds since the epoch. */
export const absenceSchema = z.object({
  /** Since when the agent is away, of which people were told and which is not over. */
  toldSinceMs: z.nullable(z.number()),
  pending: z.nullable(
    z.object({ notice: absenceNoticeSchema, sinceMs: z.number(), tries: z.number(), nextMs: z.number() }),
  ),
  /** Why the last try was in vain; null once one was taken. */
  failed: z.nullable(z.object({ tries: z.number(), reason: z.string(), atMs: z.number() })),
});

export type Absence = z.infer<typeof absenceSchema>;
