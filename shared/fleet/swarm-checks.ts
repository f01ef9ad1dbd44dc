import type { ConfigPath } from "./config-path.ts";
import { asMapping, draftOf } from "./draft.ts";
import { engineShape, enginesOfPool } from "./engine-fields.ts";
import { LOCAL_ENGINE } from "./engine.ts";
import type { FleetFinding } from "./finding.ts";
import { version2PoolShape } from "./version-2.ts";

const PER_NODE = "is of one machine, and a service runs on whatever node has room";
/**
 * What a service cannot do, by the key of a pool.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service/operation/ServiceCreate
 */
const LACKING: Readonly<Record<string, string>> = {
  docker: "takes privilege or a socket, and services have neither",
  devices: "is not for services",
  gpus: "is not for services",
  runtime: "is not for services",
  noNewPrivileges: "is not for services of the API that is spoken here",
  shmSize: "is not for services",
  tmpfs: "is not for services",
  caches: PER_NODE,
  caCertificates: PER_NODE,
  pull: "is not for services: each node pulls by itself what it has not",
};

/** Settings of a pool that its engine cannot honour, since it is a swarm; and a placement without one. */
export function swarmFindings(
  value: unknown,
  index: number,
  engines: Readonly<Record<string, unknown>>,
): FleetFinding[] {
  const pool = asMapping(value);
  const at: ConfigPath = ["pools", index];
  const names = enginesOfPool(draftOf(version2PoolShape, value).engine) ?? [LOCAL_ENGINE];
  const swarms = names.filter((name) => draftOf(engineShape, engines[name]).swarm === true);
  if (swarms.length === 0) {
    if (!("placement" in pool)) return [];
    const message = "is for pools on a swarm; remove it, or set swarm: true at the engine if it is a manager";
    return [{ at: [...at, "placement"], message }];
  }
  const swarm = swarms.join(", ");
  const lacking = Object.entries(LACKING).filter(([key]) => isAsked(pool[key]));
  const shares = asMapping(pool["resources"])["cpuShares"] === undefined ? [] : [["resources", "cpuShares"]];
  return [
    ...lacking.map(([key, why]) => ({ at: [...at, key], message: `${why}; remove it, ${swarm} is a swarm` })),
    ...shares.map((path) => ({ at: [...at, ...path], message: `is not for services; remove it, ${swarm} is a swarm` })),
  ];
}

/** Whether a key says more than nothing. */
function isAsked(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "none") return false;
  return !Array.isArray(value) || value.length > 0;
}
