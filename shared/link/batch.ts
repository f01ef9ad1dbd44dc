import * as z from "zod/mini";

/** Signals in order. `signal` is checked one by one by the agent, so that one it cannot take holds up nothing. */
export const batchSchema = z.object({
  type: z.literal("batch"),
  fence: z.number(),
  /** Whether these were waiting when the agent connected. */
  replay: z.boolean(),
  /** The sequence number that these follow. An agent that has not come so far has missed something. */
  after: z.number(),
  signals: z.array(z.object({ seq: z.number(), signal: z.unknown() })),
});

export type Batch = z.infer<typeof batchSchema>;
