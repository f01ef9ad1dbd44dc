import type { Hardening } from "../../shared/fleet/hardening.ts";
import { enginesOf } from "../../shared/fleet/engine.ts";
import { formatBytes } from "../../shared/fleet/memory-size.ts";
import type { Pool, PoolResources } from "../../shared/fleet/pool.ts";
import { describeHoldWhile } from "../../shared/fleet/hold-while.ts";
import { describeEntry } from "../../shared/schedule/schedule-entry.ts";
import { describeSizes, type PoolSizes } from "../../shared/fleet/sizes.ts";

const INDENT = "  ";
const COLUMN = 8;

/** A pool as `hookline config check` shows it to people: what it serves, how many slots, from what image. */
export function describePool(pool: Pool): string {
  const rows: readonly (readonly [string, string])[] = [
    ["serves", servedBy(pool)],
    ["labels", labelsOf(pool)],
    ["slots", slotsOf(pool)],
    ...(pool.engines === undefined ? [] : [["engines", enginesOf(pool).join(", then ")] as const]),
    ...(pool.holdWhile === undefined ? [] : [["held", describeHoldWhile(pool.holdWhile)] as const]),
    ...(pool.schedule ?? []).map((entry) => ["hours", describeEntry(entry)] as const),
    ["image", `${pool.image} (${pool.architecture === "auto" ? "architecture of the host" : pool.architecture})`],
    ["limits", limitsOf(pool.resources)],
    ...(pool.sizes === undefined ? [] : [["sizes", sizesOf(pool.sizes)] as const]),
    ...boundsOf(pool.container).map((text) => ["bounds", text] as const),
  ];
  const lines = rows.map(([name, text]) => `${INDENT}${name.padEnd(COLUMN)}${text}\n`);
  return `pool ${pool.key}\n${lines.join("")}`;
}

function servedBy({ scope, repositories, visibility, patterns }: Pool): string {
  const kind = visibility === "any" ? "" : `${visibility} `;
  if (scope.kind === "repositories")
    return `${kind}jobs of ${[...scope.repositories, ...describePatterns(patterns)].join(", ")}`;
  const which = repositories === null ? "all repositories" : repositories.join(", ");
  return `${kind}jobs of ${scope.organization}: ${which}; runner group ${scope.runnerGroup}`;
}

function describePatterns(patterns: Pool["patterns"]): readonly string[] {
  if (patterns === undefined) return [];
  const { accounts, except } = patterns;
  const but = except.length === 0 ? "" : ` nor ${except.join(", ")}`;
  return [`${accounts.map((account) => `${account}/*`).join(", ")} (no forks, no archived ones${but})`];
}

function labelsOf({ labels, groupOnly }: Pool): string {
  const own = labels.length === 0 ? "none beside self-hosted, linux and the architecture" : labels.join(", ");
  return groupOnly ? `${own}; and jobs without labels` : own;
}

function slotsOf({ scaling, maxPerRepository, priority }: Pool): string {
  const { min, max, queueThreshold, cooldownSeconds } = scaling;
  const eagerness =
    queueThreshold === 1
      ? "at the first waiting job"
      : `at ${queueThreshold} waiting jobs or after ${cooldownSeconds} s`;
  const share = maxPerRepository === undefined ? "" : `; ${maxPerRepository} at most for one repository`;
  const rank = priority === undefined ? "" : `; priority ${priority}`;
  return `${min} to ${max}, growing ${eagerness}, shrinking after ${cooldownSeconds} s idle${share}${rank}`;
}

function sizesOf(sizes: PoolSizes): string {
  return `${describeSizes(sizes)}, by labels in runs-on; a runner that is kept warm has none`;
}

function limitsOf({ cpus, memoryBytes, pidsLimit }: PoolResources): string {
  const parts = [
    ...(cpus === undefined ? [] : [`${cpus} CPUs`]),
    ...(memoryBytes === undefined ? [] : [`${formatBytes(memoryBytes)} memory`]),
    ...(pidsLimit === undefined ? [] : [`${pidsLimit} processes`]),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** In the words of the file; nothing where the pool says nothing of it. */
function boundsOf(of: Hardening): readonly string[] {
  const ulimit = ({ name, soft, hard }: Hardening["ulimits"][number]) => `${name}=${soft}:${hard}`;
  const said: readonly (readonly [string, string | null])[] = [
    ["runtime", of.runtime],
    ["capDrop", listed(of.capDrop)],
    ["capAdd", listed(of.capAdd)],
    ["noNewPrivileges", of.noNewPrivileges ? "true" : null],
    ["user", of.user],
    ["devices", listed(of.devices.map(({ host, container, permissions }) => `${host}:${container}:${permissions}`))],
    ["gpus", of.gpus === "all" ? "all" : listed(of.gpus ?? [])],
    ["extraHosts", listed(Object.entries(of.extraHosts).map(([name, address]) => `${name}=${address}`))],
    ["caCertificates", of.caCertificates?.path ?? null],
    ["ulimits", listed(of.ulimits.map(ulimit))],
    ["proxy", of.proxy === "none" ? null : of.proxy],
  ];
  const parts = said.flatMap(([name, text]) => (text === null ? [] : [`${name} ${text}`]));
  return parts.length === 0 ? [] : [parts.join("; ")];
}

function listed(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join(", ");
}
