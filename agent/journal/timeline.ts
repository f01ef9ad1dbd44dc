import { factsOfSignal, joinFacts, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { JournaledSignal } from "./journal.ts";
import type { SlotRecord } from "./slot-records.ts";

/** When each thing happened to one job, milliseconds since the epoch; null for what was not seen. */
export interface JobTimeline {
  readonly jobId: number;
  readonly pool: string | null;
  readonly slot: string | null;
  readonly createdAtMs: number | null;
  /** The edge received the first signal of it. */
  readonly edgeAtMs: number;
  readonly agentAtMs: number;
  readonly plannedAtMs: number | null;
  readonly jitAskedAtMs: number | null;
  readonly jitAtMs: number | null;
  readonly containerAtMs: number | null;
  readonly onlineAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
}

/** The timeline of every job that the journal remembers, joined with the slot that GitHub gave it to. */
export function timelines(signals: readonly JournaledSignal[], slots: readonly SlotRecord[]): readonly JobTimeline[] {
  const bySlot = new Map(slots.map((slot) => [slot.name, slot]));
  const jobs = new Map<number, { facts: JobFacts; edgeAtMs: number; agentAtMs: number }>();
  for (const { signal, agentAtMs } of signals) {
    const facts = factsOfSignal(signal);
    if (facts === null) continue;
    const known = jobs.get(signal.jobId);
    jobs.set(signal.jobId, {
      facts: known === undefined ? facts : joinFacts(known.facts, facts),
      edgeAtMs: Math.min(known?.edgeAtMs ?? signal.receivedAtMs, signal.receivedAtMs),
      agentAtMs: Math.min(known?.agentAtMs ?? agentAtMs, agentAtMs),
    });
  }
  return [...jobs.values()].map(({ facts, edgeAtMs, agentAtMs }) => {
    const slot = bySlot.get(facts.runnerName ?? "");
    return {
      jobId: facts.jobId,
      pool: slot?.pool ?? null,
      slot: slot?.name ?? null,
      createdAtMs: facts.createdAtMs,
      edgeAtMs,
      agentAtMs,
      plannedAtMs: slot?.plannedAtMs ?? null,
      jitAskedAtMs: slot?.jitAskedAtMs ?? null,
      jitAtMs: slot?.jitAtMs ?? null,
      containerAtMs: slot?.startedAtMs ?? null,
      onlineAtMs: slot?.onlineAtMs ?? null,
      startedAtMs: facts.startedAtMs,
      completedAtMs: facts.completedAtMs,
    };
  });
}
