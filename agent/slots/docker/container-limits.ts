import type { HostConfig } from "@docker/node-sdk";
import type { PoolResources } from "../../../shared/fleet/pool.ts";
import type { HostFeatures } from "./host-features.ts";

/** A setting that was asked for and is not sent as asked. */
export interface LeftOut {
  readonly setting: string;
  readonly reason: string;
}

export interface AppliedLimits {
  readonly hostConfig: HostConfig;
  readonly leftOut: readonly LeftOut[];
}

/** Weight of one CPU, and the least that the kernel takes. https://docs.docker.com/engine/containers/resource_constraints/ */
const SHARES_PER_CPU = 1024;
const MIN_SHARES = 2;

/**
 * The limits that the host can enforce. Docker answers 400 to a CPU quota on a kernel without CFS quotas, as many NAS
 * models have, and drops others in silence, so what the host cannot do is not sent but named.
 */
export function applyLimits(resources: PoolResources, host: HostFeatures): AppliedLimits {
  const parts = [
    limitMemory(resources, host),
    limitCpus(resources, host),
    limitPids(resources, host),
    weigh(resources, host),
  ];
  return {
    hostConfig: Object.assign({}, ...parts.map((part) => part.hostConfig)) as HostConfig,
    leftOut: parts.flatMap((part) => part.leftOut),
  };
}

function limitMemory({ memoryBytes }: PoolResources, host: HostFeatures): AppliedLimits {
  if (memoryBytes === undefined) return applied({});
  if (host.memoryLimit) return applied({ Memory: memoryBytes });
  return without("memory", "the host's kernel has no memory limits (MemoryLimit is false in /info)");
}

function limitCpus({ cpus }: PoolResources, host: HostFeatures): AppliedLimits {
  if (cpus === undefined) return applied({});
  if (host.cpuQuota) return quota(cpus, host.cpus);
  const reason = "the host's kernel has no CPU quotas (CpuCfsQuota is false in /info)";
  if (!host.cpuShares) return without("cpus", reason);
  return {
    hostConfig: { CpuShares: Math.max(MIN_SHARES, Math.round(cpus * SHARES_PER_CPU)) },
    leftOut: [{ setting: "cpus", reason: `${reason}; a relative weight is used instead` }],
  };
}

function quota(cpus: number, hostCpus: number): AppliedLimits {
  const granted = Math.min(cpus, hostCpus);
  const leftOut =
    granted === cpus
      ? []
      : [{ setting: "cpus", reason: `the host has ${hostCpus} CPUs, not ${cpus}; all of them are granted` }];
  return { hostConfig: { NanoCpus: Math.round(granted * 1e9) }, leftOut };
}

function limitPids({ pidsLimit }: PoolResources, host: HostFeatures): AppliedLimits {
  if (pidsLimit === undefined) return applied({});
  if (host.pidsLimit) return applied({ PidsLimit: pidsLimit });
  return without("pidsLimit", "the host's kernel has no pids cgroup (PidsLimit is false in /info)");
}

/** A weight of its own comes after the one that stands for a quota. */
function weigh({ cpuShares }: PoolResources, host: HostFeatures): AppliedLimits {
  if (cpuShares === undefined) return applied({});
  if (host.cpuShares) return applied({ CpuShares: cpuShares });
  return without("cpuShares", "the host's kernel has no CPU weights (CPUShares is false in /info)");
}

function applied(hostConfig: HostConfig): AppliedLimits {
  return { hostConfig, leftOut: [] };
}

function without(setting: string, reason: string): AppliedLimits {
  return { hostConfig: {}, leftOut: [{ setting, reason }] };
}
