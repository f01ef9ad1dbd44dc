import type { Pool } from "../../../shared/fleet/pool.ts";
import { resourcesOfSize } from "../../../shared/fleet/sizes.ts";
import type { OwnProxy } from "../../settings/own-proxy.ts";
import { labelsOfSlot, type SlotToLabel } from "../docker/container-labels.ts";
import { runnerEnvironment } from "../docker/container-spec.ts";
import { proxyVariables } from "../docker/job-proxy.ts";
import { STOP_GRACE_MS } from "../stop-grace.ts";

export interface ServiceSpecInput extends SlotToLabel {
  readonly proxy: OwnProxy;
}

/**
 * The service of one slot: one task that runs once, on whatever node has room, and is restarted never. Holds the JIT
 * configuration, which stays in the managers' store until the service is removed: never log it.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service/operation/ServiceCreate
 */
export function serviceSpec({ proxy, ...slot }: ServiceSpecInput): object {
  const { pool, sizeLabels = [], name, jitConfig } = slot.spec;
  const madeOf = [pool.image, pool.command, pool.placement ?? null];
  const labels = { ...pool.container.labels, ...labelsOfSlot(slot, madeOf) };
  const env = Object.entries(pool.container.env).map(([key, value]) => `${key}=${value}`);
  return {
    Name: name,
    Labels: labels,
    TaskTemplate: {
      ContainerSpec: {
        Image: pool.image,
        Args: [...pool.command],
        Env: [...proxyVariables(pool, proxy), ...env, ...runnerEnvironment(jitConfig)],
        Labels: labels,
        Init: true,
        // Nanoseconds.
        StopGracePeriod: STOP_GRACE_MS * 1e6,
        ...ofContainer(pool),
      },
      Resources: resources(pool, sizeLabels),
      RestartPolicy: { Condition: "none" },
      Placement: placementOf(pool),
      ...(pool.network === "bridge" ? {} : { Networks: [{ Target: pool.network }] }),
    },
    // Not a replicated job: of one that is removed, engines of 20.10 leave a running task running and the container of an
    // ended one on its node for good. With the condition none, this one is not started again either, nor elsewhere.
    Mode: { Replicated: { Replicas: 1 } },
  };
}

function ofContainer({ container }: Pool): object {
  const { user, capAdd, capDrop, dns, extraHosts, ulimits } = container;
  // As in /etc/hosts: the address first.
  const hosts = Object.entries(extraHosts).map(([host, address]) => `${address} ${host}`);
  return {
    ...(user === null ? {} : { User: user }),
    ...(capAdd.length === 0 ? {} : { CapabilityAdd: [...capAdd] }),
    ...(capDrop.length === 0 ? {} : { CapabilityDrop: [...capDrop] }),
    ...(dns.length === 0 ? {} : { DNSConfig: { Nameservers: [...dns] } }),
    ...(hosts.length === 0 ? {} : { Hosts: hosts }),
    ...(ulimits.length === 0
      ? {}
      : { Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
  };
}

/** What a slot may take is kept for it: so Swarm knows which node has room. */
function resources(pool: Pool, sizeLabels: readonly string[]): object {
  const { memoryBytes, cpus, pidsLimit } = resourcesOfSize(pool.resources, sizeLabels);
  const kept = {
    ...(memoryBytes === undefined ? {} : { MemoryBytes: memoryBytes }),
    ...(cpus === undefined ? {} : { NanoCPUs: Math.round(cpus * 1e9) }),
  };
  return { Reservations: kept, Limits: { ...kept, ...(pidsLimit === undefined ? {} : { Pids: pidsLimit }) } };
}

function placementOf({ placement, architecture }: Pool): object {
  const { constraints = [], spread = [] } = placement ?? {};
  return {
    Constraints: [...constraints],
    Preferences: spread.map((SpreadDescriptor) => ({ Spread: { SpreadDescriptor } })),
    ...(architecture === "auto" ? {} : { Platforms: [{ OS: "linux", Architecture: architecture }] }),
  };
}
