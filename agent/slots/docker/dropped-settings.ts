import type { HostConfig } from "@docker/node-sdk";
import type { KeptSettings } from "../../docker/container-answers.ts";

/** Settings without which a job would get out of bounds that its pool was promised; the others cost comfort. */
const BOUNDS = ["runtime", "capDrop", "noNewPrivileges"] as const;

type Judge = (asked: HostConfig, kept: KeptSettings) => boolean;

/**
 * What engines leave out in silence, by the pool's name for it. Podman writes a CPU limit as a quota, the names of
 * capabilities one by one, and takes `Runtime` and `DeviceRequests` without a word (4.3.1).
 */
const DROPPED: Readonly<Record<string, Judge>> = {
  memory: ({ Memory = 0 }, kept) => Memory > 0 && !(kept.memory > 0),
  cpus: ({ NanoCpus = 0 }, kept) => NanoCpus > 0 && !(kept.nanoCpus > 0 || kept.cpuQuota > 0),
  cpuShares: ({ CpuShares = 0 }, kept) => CpuShares > 0 && !(kept.cpuShares > 0),
  pidsLimit: ({ PidsLimit }, kept) => (PidsLimit ?? 0) > 0 && !(kept.pidsLimit > 0),
  runtime: ({ Runtime }, kept) => Runtime !== undefined && kept.runtime !== Runtime,
  capDrop: ({ CapDrop }, kept) => (CapDrop?.length ?? 0) > 0 && kept.capDrop === 0,
  noNewPrivileges: ({ SecurityOpt }, kept) =>
    SecurityOpt?.includes("no-new-privileges") === true && !kept.noNewPrivileges,
  gpus: ({ DeviceRequests }, kept) => (DeviceRequests?.length ?? 0) > 0 && kept.deviceRequests === 0,
  ulimits: ({ Ulimits }, kept) => (Ulimits?.length ?? 0) > 0 && kept.ulimits === 0,
};

/** Settings of a pool that were asked for and are not in the container. */
export function droppedSettings(asked: HostConfig, kept: KeptSettings): readonly string[] {
  return Object.entries(DROPPED)
    .filter(([, isDropped]) => isDropped(asked, kept))
    .map(([name]) => name);
}

/** Those among them that a job must not run without. */
export function droppedBounds(asked: HostConfig, kept: KeptSettings): readonly string[] {
  return droppedSettings(asked, kept).filter((name) => BOUNDS.some((bound) => bound === name));
}

/** Whether a container has bounds that are looked at before it starts. */
export function hasBounds({ Runtime, CapDrop, SecurityOpt }: HostConfig): boolean {
  return Runtime !== undefined || CapDrop !== undefined || SecurityOpt !== undefined;
}

/** What the engine said of settings that it discards. https://github.com/moby/moby/blob/v20.10.24/daemon/daemon_unix.go */
export function discards(warnings: readonly string[]): readonly string[] {
  return warnings.filter((text) => /discarded|not supported/i.test(text));
}
