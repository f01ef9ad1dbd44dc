import * as z from "zod/mini";

/** The edge ends the link: why, and when to come back. A close frame follows. */
export const byeSchema = z.object({
  type: z.literal("bye"),
  code: z.number(),
  reason: z.string(),
  retryAfterMs: z.number(),
});
