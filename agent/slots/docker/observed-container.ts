import type { ContainerDetail, ContainerSummary } from "../../docker/container-answers.ts";
import { labelledSlot, type SlotLabels } from "./container-labels.ts";
import type { ObservedSlot } from "../slot-provider.ts";

/** Words of Docker and of Podman; a paused or restarting container still holds its place. */
const NOT_STARTED: ReadonlySet<string> = new Set(["created", "configured", "initialized"]);
const ENDED: ReadonlySet<string> = new Set(["exited", "dead", "removing", "stopped"]);

/** A container of ours as a slot. A container that failed to start has an exit code, but has not exited. */
export function observedSlot(container: ContainerDetail, labels: SlotLabels): ObservedSlot {
  const state = stateOf(container.status);
  return {
    ...labelledSlot(labels, container.createdAtMs),
    name: container.name,
    state,
    exitCode: state === "exited" ? container.exitCode : null,
    oomKilled: container.oomKilled,
    startedAtMs: container.startedAtMs,
    finishedAtMs: state === "exited" ? container.finishedAtMs : null,
  };
}

/** The same by the row of a list alone, for a container that cannot be inspected: how it ended is not known. */
export function observedRow(row: ContainerSummary, labels: SlotLabels): ObservedSlot {
  const state = stateOf(row.state);
  const labelled = labelledSlot(labels, row.createdAtMs);
  return {
    ...labelled,
    name: row.name,
    state,
    exitCode: null,
    oomKilled: false,
    startedAtMs: state === "created" ? null : labelled.createdAtMs,
    finishedAtMs: null,
  };
}

/** Whether a container in this state, in the words of Docker or Podman, runs no more and takes no place. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

function stateOf(status: string): ObservedSlot["state"] {
  if (NOT_STARTED.has(status)) return "created";
  return hasEnded(status) ? "exited" : "running";
}
