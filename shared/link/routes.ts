import * as z from "zod/mini";

import { routeSchema } from "./route.ts";

/** What the fleet serves has changed while the agent is connected. Since protocol 2. */
export const routesSchema = z.object({
  type: z.literal("routes"),
  fence: z.number(),
  /** Counts the announcements of one connection, the hello's being 0. An older one changes nothing. */
  revision: z.number().check(z.int(), z.gte(1)),
  routes: z.array(routeSchema),
});

export type Routes = z.infer<typeof routesSchema>;
