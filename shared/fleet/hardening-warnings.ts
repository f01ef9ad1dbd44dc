import type { FleetFinding } from "./finding.ts";
import { NEAR_ROOT } from "./hardening-checks.ts";
import { isRootUser } from "./hardening.ts";
import type { Pool } from "./pool.ts";

const RUN_SH = "/home/runner/run.sh";

/** What of a pool's hardening loads, but may surprise. */
export function hardeningWarnings(pool: Pool, index: number): FleetFinding[] {
  const at = (key: string) => ["pools", index, key];
  return [
    ...capabilityWarnings(pool).map((message) => ({ at: at("capAdd"), message })),
    ...socketWarnings(pool).map((message) => ({ at: at("docker"), message })),
    ...userWarnings(pool).map((message) => ({ at: at("user"), message })),
    ...privilegeWarnings(pool).map((message) => ({ at: at("noNewPrivileges"), message })),
    ...deviceWarnings(pool).map(([key, message]) => ({ at: at(key), message })),
    ...proxyWarnings(pool).map((message) => ({ at: at("proxy"), message })),
  ];
}

function capabilityWarnings({ container }: Pool): string[] {
  const strong = container.capAdd.filter((name) => NEAR_ROOT.has(name));
  if (strong.length === 0) return [];
  return [`gives jobs ${strong.join(", ")}, which is as good as root on this machine; keep it to authors you trust`];
}

/** Whoever holds the socket makes containers of their own, which none of it binds. */
function socketWarnings({ container }: Pool): string[] {
  const { docker, runtime, capDrop, noNewPrivileges, user } = container;
  if (docker !== "socket") return [];
  const kept = [
    ...(runtime === null ? [] : ["runtime"]),
    ...(capDrop.length === 0 ? [] : ["capDrop"]),
    ...(noNewPrivileges ? ["noNewPrivileges"] : []),
    ...(user === null ? [] : ["user"]),
  ];
  if (kept.length === 0) return [];
  return [`socket lets jobs make containers without ${kept.join(", ")}, which hold no job back then`];
}

/** The runner's own script refuses uid 0. https://github.com/actions/runner/blob/main/src/Misc/layoutroot/run.sh */
function userWarnings({ container, command }: Pool): string[] {
  if (!isRootUser(container.user ?? "") || command[0] !== RUN_SH || "RUNNER_ALLOW_RUNASROOT" in container.env)
    return [];
  return ["is root, as which the runner does not start; set another user, or RUNNER_ALLOW_RUNASROOT: '1' in env"];
}

function privilegeWarnings({ container }: Pool): string[] {
  if (!container.noNewPrivileges || container.docker !== "dind") return [];
  return ["keeps sudo from working, by which most images start their Docker; see that yours needs none"];
}

function deviceWarnings({ container, visibility }: Pool): (readonly [string, string])[] {
  if (visibility === "private") return [];
  const message = "lets jobs of public repositories reach hardware of this machine; set visibility: private";
  return [
    ...(container.devices.length === 0 ? [] : [["devices", message] as const]),
    ...(container.gpus === null ? [] : [["gpus", message] as const]),
  ];
}

function proxyWarnings({ container }: Pool): string[] {
  if (container.proxy !== "inherit-with-credentials") return [];
  return [
    "hands user and password of the proxy to every job, and to whoever may use Docker here; inherit leaves them out",
  ];
}
