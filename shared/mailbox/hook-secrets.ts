import * as z from "zod/mini";

/** What one hook last signed with. */
export const hookSecretSchema = z.object({
  /** Null stands for hooks that are not known by name: without an id, or beyond as many as are remembered. */
  id: z.nullable(z.string()),
  /** `previous` is any secret but the current one. */
  matched: z.enum(["current", "previous"]),
  /** Milliseconds since the epoch. */
  atMs: z.number(),
});
