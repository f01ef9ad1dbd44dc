/** Where a job stands. `waiting` wants an approval and is not runnable. */
export type Phase = "waiting" | "queued" | "in_progress" | "completed";

export interface PhaseEvidence {
  readonly action: string;
  readonly status: string;
  readonly runnerName: string | null;
}

/**
 * The phase that an event or a REST answer speaks of, or null for one that is not known yet. Status decides,
 * not action: GitHub sends `action: queued` with `status: waiting` for gated jobs. An `in_progress` event may
 * still carry `status: queued`; it counts as running only once it names a runner.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job
 */
export function phaseOf(evidence: PhaseEvidence): Phase | null {
  if (evidence.action === "completed") return "completed";
  if (evidence.action === "in_progress" && hasRunner(evidence.runnerName)) return "in_progress";
  switch (evidence.status) {
    case "completed":
    case "in_progress":
    case "queued":
      return evidence.status;
    case "waiting":
    case "pending":
    case "requested":
      return "waiting";
    default:
      return null;
  }
}

function hasRunner(name: string | null): boolean {
  return name !== null && name !== "";
}
