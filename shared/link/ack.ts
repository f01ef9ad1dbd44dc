import * as z from "zod/mini";

/** Everything up to `upTo` is in the agent's journal, on disk. */
export const ackSchema = z.object({
  type: z.literal("ack"),
  fence: z.number(),
  upTo: z.number().check(z.int(), z.gte(0)),
});

export type Ack = z.infer<typeof ackSchema>;
