import * as z from "zod/mini";

const timestamp = z.nullish(z.string());
const text = z.nullish(z.string());

/** Far above what a workflow names; what is beyond it is no label of ours, and would not fit a frame of the link. */
const labels = z.array(z.string().check(z.maxLength(256))).check(z.maxLength(100));

/**
 * The fields of a `workflow_job` payload that Hookline reads. Enums are open and runner fields may be absent,
 * null, zero or empty: GitHub's published schemas are stricter than what GitHub sends.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job
 */
export const workflowJobPayload = z.object({
  action: z.string(),
  workflow_job: z.object({
    id: z.number().check(z.int(), z.positive()),
    run_id: z.number().check(z.int(), z.positive()),
    run_attempt: z.nullish(z.number().check(z.int())),
    status: z.string(),
    conclusion: text,
    name: text,
    labels,
    runner_name: text,
    runner_group_name: text,
    created_at: timestamp,
    started_at: timestamp,
    completed_at: timestamp,
  }),
  repository: z.object({
    id: z.nullish(z.number().check(z.int(), z.positive())),
    full_name: z.string().check(z.maxLength(200), z.regex(/^[^/\s]+\/[^/\s]+$/)),
    private: z.nullish(z.boolean()),
  }),
});

export type WorkflowJobPayload = z.infer<typeof workflowJobPayload>;
