import * as z from "zod/mini";

import { failureSchema } from "./pool-status.ts";

/** The pools file as it is served. */
export const fleetStatusSchema = z.object({
  /** Twelve digits that change with anything in the file that means something, after defaults and interpolation. */
  hash: z.string(),
  loadedAtMs: z.number(),
  pools: z.array(z.string()),
  maxSlots: z.nullable(z.number()),
  /** Null where the file is read at the start alone. */
  file: z.nullable(
    z.object({
      path: z.string(),
      /** SHA-256 of the file as it was last read; null where it could not be. */
      sha256: z.nullable(z.string()),
      readAtMs: z.number(),
      /** Why the file as it is by now is not served, while the fleet of before goes on. */
      refused: z.nullable(failureSchema),
    }),
  ),
});
export type FleetStatus = z.output<typeof fleetStatusSchema>;
