import * as z from "zod/mini";

/** The agent cannot take a signal: `retry` asks for it again later, `poison` sets it aside for a person to look at. */
export const nackSchema = z.object({
  type: z.literal("nack"),
  fence: z.number(),
  seq: z.number().check(z.int(), z.gte(1)),
  verdict: z.enum(["retry", "poison"]),
  reason: z.string().check(z.maxLength(500)),
});

export type Nack = z.infer<typeof nackSchema>;
