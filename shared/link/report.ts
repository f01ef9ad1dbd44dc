import * as z from "zod/mini";

/** What the agent says of itself, so that the doctor can ask the edge. Times are milliseconds since the epoch. */
export const agentReportSchema = z.object({
  slots: z.number(),
  busy: z.number(),
  demand: z.number(),
  lastSweepAt: z.nullable(z.number()),
  lastCompleteSweepAt: z.nullable(z.number()),
  /** Jobs and deliveries that sweeps found at GitHub and no webhook told of; older agents omit it. */
  missed: z.optional(z.number()),
});
export type AgentReport = z.infer<typeof agentReportSchema>;

export const reportSchema = z.object({ type: z.literal("report"), fence: z.number(), report: agentReportSchema });
