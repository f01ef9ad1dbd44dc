import * as z from "zod/mini";

/** The answer to a probe, read from storage. */
export const probedSchema = z.object({
  type: z.literal("probed"),
  fence: z.number(),
  id: z.string(),
  head: z.number(),
  acked: z.number(),
  /** The edge's clock, milliseconds since the epoch. */
  now: z.number(),
});
