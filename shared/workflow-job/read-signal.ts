import { workflowJobPayload, type WorkflowJobPayload } from "./payload.ts";
import type { Signal } from "./signal.ts";

const MAX_TEXT = 500;

/** What a delivery brings beside its body. None of it is signed. */
export interface DeliveryFacts {
  readonly guid: string;
  readonly hookId: string | null;
  readonly receivedAtMs: number;
}

export type ReadSignalResult =
  | { readonly ok: true; readonly signal: Signal }
  | { readonly ok: false; readonly problem: string };

/** The signal of a parsed `workflow_job` body, or which field of it does not fit. Never throws. */
export function readSignal(body: unknown, facts: DeliveryFacts): ReadSignalResult {
  const parsed = workflowJobPayload.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? "body" : issue.path.join(".");
    return { ok: false, problem: `${place}: ${issue?.message ?? "invalid"}` };
  }
  return { ok: true, signal: toSignal(parsed.data, facts) };
}

function toSignal(payload: WorkflowJobPayload, facts: DeliveryFacts): Signal {
  const job = payload.workflow_job;
  const { id: repositoryId } = payload.repository;
  return {
    guid: facts.guid,
    hookId: facts.hookId,
    action: payload.action.slice(0, MAX_TEXT),
    status: job.status.slice(0, MAX_TEXT),
    conclusion: toText(job.conclusion),
    jobId: job.id,
    jobName: toText(job.name),
    runId: job.run_id,
    runAttempt: job.run_attempt ?? 1,
    repository: payload.repository.full_name,
    ...(repositoryId === undefined || repositoryId === null ? {} : { repositoryId }),
    isPrivate: payload.repository.private ?? null,
    labels: job.labels,
    runnerName: toText(job.runner_name),
    runnerGroup: toText(job.runner_group_name),
    createdAtMs: toMs(job.created_at),
    startedAtMs: toMs(job.started_at),
    completedAtMs: toMs(job.completed_at),
    receivedAtMs: facts.receivedAtMs,
  };
}

/** Free text, cut short so that a signal always fits a frame; null where there is none. */
function toText(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === "" ? null : text.slice(0, MAX_TEXT);
}

/** Milliseconds of an ISO 8601 time; null where it is absent or unreadable. */
export function toMs(time: string | null | undefined): number | null {
  if (time === null || time === undefined) return null;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}
