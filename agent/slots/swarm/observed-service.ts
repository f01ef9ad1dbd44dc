import type { SwarmNode, SwarmService, SwarmTask } from "../../docker/swarm-api.ts";
import { labelledSlot, readSlotLabels } from "../docker/container-labels.ts";
import type { ObservedSlot } from "../slot-provider.ts";

/** https://docs.docker.com/engine/swarm/how-swarm-mode-works/swarm-task-states/ */
const ENDED: ReadonlySet<string> = new Set(["complete", "failed", "shutdown", "rejected", "orphaned", "remove"]);

/** Whether a task runs no more. */
export function hasTaskEnded({ state }: SwarmTask): boolean {
  return ENDED.has(state);
}

/** A service of ours as a slot; null for one of another instance. A task without a node has not begun. */
export function observedService(
  service: SwarmService,
  task: SwarmTask | undefined,
  node: SwarmNode | undefined,
  instance: string,
): ObservedSlot | null {
  const labels = readSlotLabels(service.labels, instance);
  if (labels === null) return null;
  const state = task === undefined ? "created" : hasTaskEnded(task) ? "exited" : runs(task) ? "running" : "created";
  const labelled = labelledSlot(labels, service.createdAtMs);
  return {
    ...labelled,
    name: service.name,
    state,
    exitCode: state === "exited" ? (task?.exitCode ?? null) : null,
    oomKilled: false,
    startedAtMs: state === "created" ? null : labelled.createdAtMs,
    finishedAtMs: state === "exited" ? (task?.sinceMs ?? null) : null,
    ...(node === undefined ? {} : { node: { name: node.hostname, down: node.isDown } }),
  };
}

/** Whether its container runs. */
export function runs({ state }: SwarmTask): boolean {
  return state === "running";
}
