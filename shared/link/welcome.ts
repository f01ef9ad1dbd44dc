import * as z from "zod/mini";

import { jobFactsSchema } from "../workflow-job/job-facts.ts";

/** The edge's first frame: where both sides stand. */
export const welcomeSchema = z.object({
  type: z.literal("welcome"),
  protocol: z.number(),
  edgeVersion: z.string(),
  /** Names the mailbox. A new name means that the sequence starts again. */
  stream: z.string(),
  /** Carried by every later frame of this connection. */
  fence: z.number(),
  head: z.number(),
  acked: z.number(),
  /** Signals that were given up; the agent sweeps. */
  gap: z.nullable(z.object({ from: z.number(), to: z.number() })),
  /** Absolute state: jobs that are not finished as far as the mailbox has heard. */
  openJobs: z.array(jobFactsSchema),
  openJobsComplete: z.boolean(),
  /** Whether the hello's routes were news: for some seconds the edge may still turn away what they ask for. */
  routesChanged: z.optional(z.boolean()),
});

export type Welcome = z.infer<typeof welcomeSchema>;
