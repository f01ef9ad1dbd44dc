import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import type { OwnProxy } from "../../settings/own-proxy.ts";
import { proxyLeftOut } from "../../slots/docker/job-proxy.ts";
import { settingsLeftOut } from "../../slots/docker/container-spec.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import type { Finding } from "../check/check.ts";
import { freeSpace } from "./free-space.ts";
import { countText } from "../../../shared/text/count-text.ts";

const GIB = 2 ** 30;
/** The images of actions/runner are built on a system that needs getrandom; older kernels than this lack it. */
const OLDEST_KERNEL = [4, 4] as const;
/** What a job's work folder is reckoned with, and what the host itself needs. */
const DISK_PER_SLOT = 1 * GIB;
const DISK_FLOOR = 2 * GIB;
const DISK_CRITICAL = 1 * GIB;
/** Log drivers whose logs can be read back; Synology's own is `db`. https://docs.docker.com/engine/logging/configure/ */
const UNREADABLE_DRIVERS: readonly string[] = ["none"];

/** Whether the kernel is new enough for the runner, and whether the pools' architecture is the host's. */
export function judgeKernel(
  { kernelVersion, architecture, operatingSystem }: HostFeatures,
  fleet: Fleet | null,
): Finding {
  const [major = 0, minor = 0] = kernelVersion.split(".").map((part) => Number.parseInt(part, 10));
  const summary = `kernel ${kernelVersion} on ${architecture} (${operatingSystem})`;
  if (major < OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor < OLDEST_KERNEL[1])) {
    return {
      status: "fail",
      summary: `${summary}: runners need ${OLDEST_KERNEL.join(".")} or newer, for getrandom`,
      remedy:
        "run the agent on another machine and point DOCKER_HOST at it; a NAS gets a newer kernel only with its system",
    };
  }
  const foreign = (fleet?.pools ?? []).filter(
    (pool) => pool.architecture !== "auto" && pool.architecture !== architecture,
  );
  if (foreign.length === 0) return { status: "pass", summary };
  return {
    status: "warn",
    summary: `${summary}; ${foreign.map((pool) => `${pool.key} wants ${pool.architecture}`).join(", ")}: emulated, slow`,
    remedy:
      "set architecture: auto in config/pools.yaml, or install the emulation: docker run --privileged --rm tonistiigi/binfmt --install all",
  };
}

/** What of the pools' settings this host cannot enforce, or the agent cannot hand over. */
export function judgeLimits(host: HostFeatures, pools: readonly Pool[], proxy: OwnProxy): Finding {
  const left = pools.flatMap((pool) =>
    [...settingsLeftOut(pool, host), ...proxyLeftOut(pool, proxy)].map((each) => ({ ...each, pool: pool.key })),
  );
  if (left.length === 0) return { status: "pass", summary: "every limit of the pools is enforced" };
  const settings = [...new Set(left.map(({ setting }) => setting))];
  return {
    status: "warn",
    summary: `not enforced on this host: ${settings.join(", ")}`,
    detail: left.map(({ pool, setting, reason }) => `${pool}: ${setting}: ${reason}`).join("\n"),
    remedy: `take ${settings.join(" and ")} out of the pools in config/pools.yaml, or live without`,
  };
}

/** Whether all slots at once would fit into the host's memory. */
export function judgeMemory({ memoryBytes }: HostFeatures, pools: readonly Pool[]): Finding {
  const limited = pools.filter(({ resources }) => resources.memoryBytes !== undefined);
  const sum = limited.reduce((total, { scaling, resources }) => total + scaling.max * (resources.memoryBytes ?? 0), 0);
  const unlimited = pools.filter(({ resources }) => resources.memoryBytes === undefined).map(({ key }) => key);
  const without = unlimited.length === 0 ? "" : `; without a limit: ${unlimited.join(", ")}`;
  const summary = `all slots together may take ${gib(sum)} of ${gib(memoryBytes)} memory${without}`;
  if (sum <= memoryBytes) return { status: "pass", summary };
  return {
    status: "warn",
    summary,
    remedy: "lower resources.memory or scaling.max in config/pools.yaml, until max × memory of all pools fits",
  };
}

/** Free space where Docker keeps its data; where that is not to be seen, as from a container, of the agent's folder. */
export async function judgeDisk(
  { rootDir }: HostFeatures,
  dataFolder: string,
  pools: readonly Pool[],
): Promise<Finding> {
  const seen = await freeSpace([rootDir, dataFolder, "/"]);
  if (seen === null) return { status: "pass", summary: "free disk space cannot be seen from here" };
  const slots = pools.reduce((total, { scaling }) => total + scaling.max, 0);
  const wanted = DISK_FLOOR + slots * DISK_PER_SLOT;
  const summary = `${gib(seen.bytes)} free at ${seen.folder}; ${countText(slots, "slot is", "slots are")} reckoned with ${gib(wanted)}`;
  if (seen.bytes >= wanted) return { status: "pass", summary };
  return {
    status: seen.bytes < DISK_CRITICAL ? "fail" : "warn",
    summary,
    remedy: "docker system prune; hookline caches prune; or lower scaling.max in config/pools.yaml",
  };
}

/** Whether what a runner says at its end can be read back. */
export function judgeLogs({ loggingDriver }: HostFeatures): Finding {
  if (!UNREADABLE_DRIVERS.includes(loggingDriver)) {
    return { status: "pass", summary: `the log driver ${loggingDriver} can be read back` };
  }
  return {
    status: "warn",
    summary: `the log driver ${loggingDriver} keeps nothing: why a runner failed cannot be told`,
    remedy: 'set "log-driver": "json-file" in /etc/docker/daemon.json, then: systemctl restart docker',
  };
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
