import * as z from "zod/mini";

/** The edge has set aside what the agent cannot read: it need not be told again. Since protocol 2. */
export const nackedSchema = z.object({ type: z.literal("nacked"), fence: z.number(), seq: z.number() });
