import * as z from "zod/mini";

/** Asks the object itself, storage included, whether both sides agree. */
export const probeSchema = z.object({
  type: z.literal("probe"),
  fence: z.number(),
  id: z.string().check(z.maxLength(64)),
});

export type Probe = z.infer<typeof probeSchema>;
