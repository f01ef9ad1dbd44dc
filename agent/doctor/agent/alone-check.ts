import type { SlotRecord } from "../../journal/slot-records.ts";
import type { Finding } from "../check/check.ts";

export interface AloneOptions {
  readonly instance: string;
  /** The id of this agent's data folder; null where it has none yet. */
  readonly folderId: string | null;
  /** What the journal knows. */
  readonly slots: readonly Pick<SlotRecord, "name" | "plannedAtMs">[];
}

/** A container of this instance, as its labels have it. */
export interface MarkedContainer {
  readonly name: string;
  readonly folderId: string | null;
  readonly createdAtMs: number | null;
}

/**
 * Whether somebody else makes containers under this instance. One that was made before this folder's first slot is of a
 * folder that is gone, and was taken over; one that is younger and unknown to the journal was made beside this agent.
 */
export function judgeAlone(containers: readonly MarkedContainer[], options: AloneOptions): Finding {
  const { instance, folderId, slots } = options;
  const known = new Set(slots.map(({ name }) => name));
  const sinceMs = Math.min(...slots.map(({ plannedAtMs }) => plannedAtMs));
  const theirs = containers.filter(
    (container) =>
      container.folderId !== null &&
      container.folderId !== folderId &&
      !known.has(container.name) &&
      container.createdAtMs !== null &&
      container.createdAtMs > sinceMs,
  );
  const [one] = theirs;
  if (one === undefined) {
    return { status: "pass", summary: `nobody else makes containers under the instance ${instance} on this engine` };
  }
  return {
    status: "warn",
    summary: `another agent works under the instance ${instance}: it made ${one.name}`,
    detail: "each takes the other's runners for its own, and neither knows how many there are",
    remedy:
      "give one of the two another HOOKLINE_INSTANCE, and each its own HOOKLINE_DATA; stop the one that should not run",
  };
}
