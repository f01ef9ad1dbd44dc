import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { SlotRecord } from "../journal/slot-records.ts";
import type { ObservedSlot } from "./slot-provider.ts";

/** What is known of one slot from outside the daemon. */
export interface ListedSlot {
  /** Also its runner's name and its container's. */
  readonly slot: string;
  readonly pool: string;
  readonly engine: string;
  /** The controller's words, as far as journal, signals and Docker tell them. */
  readonly state: "planned" | "registered" | "started" | "online" | "busy" | "spent" | "exited" | "unknown";
  readonly runner: { readonly name: string; readonly id: number | null };
  /** The job that GitHub gave it, where a signal has told. */
  readonly job: number | null;
  /** Since it was planned or, where the journal does not know it, created. */
  readonly ageMs: number;
  /** Null where its engine could not be asked; `none` where that has no such container. */
  readonly container: ObservedSlot["state"] | "none" | null;
}

/** What engines have, by their names; null for one that could not be asked. */
export type ObservedOn = ReadonlyMap<string, readonly ObservedSlot[] | null>;

/** The slots that may exist: those of the journal that are not known to be gone, and the containers that engines have. */
export function listSlots(
  records: readonly SlotRecord[],
  observed: ObservedOn,
  jobs: readonly JobFacts[],
  nowMs: number,
): readonly ListedSlot[] {
  const containers = new Map(
    [...observed].flatMap(([engine, slots]) => (slots ?? []).map((slot) => [slot.name, { ...slot, engine }] as const)),
  );
  const ofJournal = new Map(records.map((record) => [record.name, record]));
  const jobOfRunner = new Map(jobs.map((facts) => [facts.runnerName, facts]));
  const open = records.filter(({ name, removedAtMs }) => removedAtMs === null || containers.has(name));
  const names = new Set([...open.map(({ name }) => name), ...containers.keys()]);
  const listed = [...names].map((name): ListedSlot => {
    const record = ofJournal.get(name);
    const container = containers.get(name);
    const facts = jobOfRunner.get(name);
    const engine = container?.engine ?? record?.engine ?? LOCAL_ENGINE;
    const sinceMs = record?.plannedAtMs ?? container?.createdAtMs ?? nowMs;
    return {
      slot: name,
      pool: record?.pool ?? container?.poolKey ?? "",
      engine,
      state: stateOf(record, container, facts),
      runner: { name, id: record?.runnerId ?? container?.runnerId ?? null },
      job: facts?.jobId ?? null,
      ageMs: Math.max(0, nowMs - sinceMs),
      container: container?.state ?? (observed.get(engine) == null ? null : "none"),
    };
  });
  return listed.toSorted((a, b) => b.ageMs - a.ageMs || a.slot.localeCompare(b.slot));
}

function stateOf(
  record: SlotRecord | undefined,
  container: ObservedSlot | undefined,
  facts: JobFacts | undefined,
): ListedSlot["state"] {
  if (container?.state === "exited" || (record?.exitedAtMs ?? null) !== null) return "exited";
  if (facts?.phase === "completed") return "spent";
  if (facts?.phase === "in_progress") return "busy";
  if ((record?.onlineAtMs ?? null) !== null) return "online";
  if (container?.state === "running" || (record?.startedAtMs ?? null) !== null) return "started";
  if ((record?.runnerId ?? record?.jitAtMs ?? null) !== null) return "registered";
  return record === undefined ? "unknown" : "planned";
}
