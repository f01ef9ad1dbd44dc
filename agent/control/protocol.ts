import * as z from "zod";

/** Longest line either side takes, in characters. */
export const MAX_LINE = 4096;

/** What a command asks of the daemon: one JSON line a connection. */
export const requestSchema = z.strictObject({
  op: z.literal("drain"),
  pool: z.string().min(1).max(100),
  /** False takes an earlier drain back. */
  on: z.boolean(),
});
export type ControlRequest = z.output<typeof requestSchema>;

const progressSchema = z.object({
  draining: z.boolean(),
  slots: z.number(),
  busy: z.number(),
  open: z.number(),
});

/** What the daemon answers, a JSON line each: how it goes, then one of the last two. */
export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), progress: progressSchema }),
  z.object({ type: z.literal("done"), progress: progressSchema }),
  z.object({ type: z.literal("refused"), code: z.string(), message: z.string(), remedy: z.string() }),
]);
export type ControlAnswer = z.output<typeof answerSchema>;
