import * as z from "zod/mini";

import { routeSchema } from "./route.ts";

/** The agent's first frame: who it is, what it speaks and where it wants to go on. */
export const helloSchema = z.object({
  type: z.literal("hello"),
  protocol: z.number(),
  /** Name of the agent; stays across restarts. */
  instance: z.string().check(z.minLength(1), z.maxLength(64)),
  /** A fresh id for each start of the process. */
  boot: z.string().check(z.minLength(1), z.maxLength(64)),
  agentVersion: z.string().check(z.maxLength(64)),
  /** Host that the agent runs on, for the doctor. */
  host: z.string().check(z.maxLength(128)),
  /** The mailbox that `acked` belongs to; null for an agent that has never been connected. */
  stream: z.nullable(z.string()),
  /** Last sequence number that is on disk here. */
  acked: z.number().check(z.int(), z.gte(0)),
  /** GUID of the signal at `acked`, by which another history of the same mailbox is noticed; null where it is not known. */
  cursorGuid: z.optional(z.nullable(z.string().check(z.maxLength(128)))),
  /** What the fleet serves; the edge turns the rest away. */
  routes: z.array(routeSchema),
  /** Signals that the agent takes unacknowledged. */
  window: z.number().check(z.int(), z.gte(1), z.lte(1024)),
  /** Abilities that the edge must have. Unknown ones are refused, not ignored. */
  requires: z.array(z.string()),
});

export type Hello = z.infer<typeof helloSchema>;
