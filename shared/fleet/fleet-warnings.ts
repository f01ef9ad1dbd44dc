import { rootsJobs } from "./docker-access.ts";
import { enginesOf } from "./engine.ts";
import type { FleetFinding } from "./finding.ts";
import { hardeningWarnings } from "./hardening-warnings.ts";
import { isOnLocalEngine } from "./local-pools.ts";
import { placeholderWarnings } from "./placeholder-warnings.ts";
import type { Fleet, Pool } from "./pool.ts";
import { shadows } from "./shadowing.ts";

/** What loads, but may surprise. */
export function fleetWarnings(fleet: Fleet): FleetFinding[] {
  return [
    ...fleet.pools.flatMap((pool, index) => poolWarnings(pool, index)),
    ...shadowWarnings(fleet.pools),
    ...imageWarnings(fleet),
    ...boundWarnings(fleet),
    ...engineWarnings(fleet),
  ];
}

function poolWarnings(pool: Pool, index: number): FleetFinding[] {
  return [
    ...placeholderWarnings(pool, index),
    ...limitWarnings(pool, index),
    ...audienceWarnings(pool, index),
    ...hardeningWarnings(pool, index),
    ...waitWarnings(pool, index),
    ...houseWarnings(pool, index),
  ];
}

function boundWarnings({ maxSlots, pools }: Fleet): FleetFinding[] {
  const warm = pools.reduce((sum, { scaling }) => sum + scaling.min, 0);
  if (maxSlots === undefined || warm <= maxSlots) return [];
  return [{ at: ["maxSlots"], message: `is less than the ${warm} slots that the pools keep warm together` }];
}

function engineWarnings({ engines = [], pools }: Fleet): FleetFinding[] {
  const used = new Set(pools.flatMap(enginesOf));
  return engines.flatMap(({ name, address }): FleetFinding[] => {
    const open = address?.host.startsWith("tcp:") === true && address.tls === null;
    const plain = "uses TCP without TLS: whoever reaches the port, or the way to it, is root on that machine";
    return [
      ...(used.has(name) || address === null ? [] : [{ at: ["engines", name], message: "is named by no pool" }]),
      ...(open ? [{ at: ["engines", name, "insecure"], message: plain }] : []),
    ];
  });
}

/** https://docs.docker.com/engine/containers/resource_constraints/ */
function limitWarnings({ resources, sizes }: Pool, index: number): FleetFinding[] {
  const unenforced = "many NAS kernels cannot enforce it; where Docker reports that, the limit is left out";
  const at = (name: string) => ["pools", index, "resources", name];
  const sizedCpus = { at: ["pools", index, "sizes", "cpu"], message: unenforced };
  return [
    ...(sizes?.cpus === undefined ? [] : [sizedCpus]),
    ...(resources.cpus === undefined ? [] : [{ at: at("cpus"), message: `${unenforced}. Remove it on such a NAS` }]),
    ...(resources.pidsLimit === undefined
      ? []
      : [{ at: at("pidsLimit"), message: `${unenforced}. Remove it on such a NAS` }]),
  ];
}

/** https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners */
function audienceWarnings(pool: Pool, index: number): FleetFinding[] {
  const exposed =
    "takes jobs of public repositories: a pull request from a stranger's fork can run code on this machine; require approval for all outside contributors, or set visibility: private";
  const unlabelled =
    "names no label: the pool takes every job that asks for no more than self-hosted, linux or the architecture";
  const rooted = `gives every job root on this machine (docker: ${pool.container.docker}); keep it to repositories whose every author you trust`;
  return [
    ...(rootsJobs(pool.container) ? [{ at: ["pools", index, "docker"], message: rooted }] : []),
    ...(pool.visibility === "private" ? [] : [{ at: ["pools", index, "visibility"], message: exposed }]),
    ...(pool.labels.length > 0 || pool.groupOnly ? [] : [{ at: ["pools", index, "labels"], message: unlabelled }]),
  ];
}

/** Another machine's engine does not care what this one is at. */
function houseWarnings(pool: Pool, index: number): FleetFinding[] {
  if (pool.holdWhile === undefined || isOnLocalEngine(pool)) return [];
  const message = "is about this machine, and the pool has no slot here: it holds nothing; remove it";
  return [{ at: ["pools", index, "holdWhile"], message }];
}

function waitWarnings({ scaling }: Pool, index: number): FleetFinding[] {
  if (scaling.queueThreshold === 1 || scaling.cooldownSeconds === 0) return [];
  const { queueThreshold, cooldownSeconds } = scaling;
  const message = `fewer than ${queueThreshold} jobs without a slot wait up to ${cooldownSeconds} s for one; set it to 1 to serve each job at once`;
  return [{ at: ["pools", index, "scaling", "queueThreshold"], message }];
}

function shadowWarnings(pools: readonly Pool[]): FleetFinding[] {
  return pools.flatMap((later, index) => {
    const first = pools.findIndex((earlier, place) => place < index && shadows(earlier, later));
    const earlier = pools[first];
    return earlier === undefined ? [] : [{ at: ["pools", index], message: shadowMessage(first, earlier, later) }];
  });
}

function shadowMessage(first: number, earlier: Pool, later: Pool): string {
  const rule = `is reached only while pools[${first}] is full, because every job it may take fits pools[${first}], which comes first`;
  return groupOf(earlier) === groupOf(later)
    ? `${rule}; move it up, or give it a label of its own`
    : `${rule}; GitHub does not tell which runner group a queued job wants, so give each group a label of its own`;
}

function groupOf({ scope }: Pool): string | null {
  return scope.kind === "organization" ? scope.runnerGroup.toLowerCase() : null;
}

/** A version 1 image registers by a token of its own entrypoint, which Hookline does not give it. */
function imageWarnings({ version, pools }: Fleet): FleetFinding[] {
  const image = pools[0]?.image;
  if (version !== 1 || image === undefined || /(?:^|\/)actions-runner:/.test(image)) return [];
  const message =
    "was made for another entrypoint; Hookline runs /home/runner/run.sh in it. Take repository: ghcr.io/actions/actions-runner, or an image built on it";
  return [{ at: ["image"], message }];
}
