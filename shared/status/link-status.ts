import * as z from "zod/mini";

const at = z.nullable(z.number());

/** The link to the edge. `none`: this agent lives by sweeps alone; `down`: it waits, and dials again at `redialAtMs`. */
export const linkStatusSchema = z.object({
  state: z.enum(["none", "down", "dialling", "up"]),
  sinceMs: at,
  redialAtMs: at,
  lastClose: z.nullable(
    z.object({ atMs: z.number(), code: z.number(), reason: z.string(), remedy: z.nullable(z.string()) }),
  ),
  /** How far the journal has come in which mailbox. */
  cursor: z.nullable(z.object({ stream: z.string(), acked: z.number() })),
  /** Signals in the journal that this version could not read; the edge keeps each as a dead letter. */
  unread: z.number(),
});
export type LinkStatus = z.output<typeof linkStatusSchema>;
