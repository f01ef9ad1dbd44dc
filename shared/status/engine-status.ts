import * as z from "zod/mini";

/** One Docker Engine as the agent sees it. */
export const engineStatusSchema = z.object({
  name: z.string(),
  /** Since when it has not answered; null for one that does. */
  silentSinceMs: z.nullable(z.number()),
  /** Whether a pool names it: trouble with one that none names keeps no job waiting. */
  used: z.boolean(),
  /** Slots that are on it, or that the journal knows there. */
  slots: z.number(),
  /** Most that it may hold; null where nothing bounds it. */
  maxSlots: z.nullable(z.number()),
  /** What it has told of its machine; null before it has. Bytes. */
  machine: z.nullable(z.object({ architecture: z.string(), memoryBytes: z.number(), engineVersion: z.string() })),
  /** Calls since the agent started: answered, refused, and failed or without an answer. */
  calls: z.nullable(z.object({ ok: z.number(), refused: z.number(), failed: z.number() })),
});
export type EngineStatus = z.output<typeof engineStatusSchema>;
