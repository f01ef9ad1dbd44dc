import type { ConfigPath } from "./config-path.ts";
import type { DockerAccess } from "./container-options.ts";
import type { FleetFinding } from "./finding.ts";

/** What a pool says of Docker in its jobs; undefined is what the schema refused. */
export interface StatedDocker {
  readonly at: ConfigPath;
  readonly docker: DockerAccess | undefined;
  readonly workFolder: string | undefined;
  readonly visibility: string | undefined;
  readonly max: number | undefined;
  readonly runtime: string | undefined;
}

/**
 * Whether what the pool says goes with the Docker that it gives to its jobs. Container jobs and actions mount the work
 * folder by its path on the host, so with a shared socket that path must be the same on both sides, else they find an
 * empty workspace. https://github.com/actions/runner/issues/406
 */
export function dockerFindings({ at, docker, workFolder, visibility, max, runtime }: StatedDocker): FleetFinding[] {
  if (docker === undefined) return [];
  const absolute = workFolder?.startsWith("/") ?? docker === "socket";
  const found: FleetFinding[] = [];
  if (docker === "socket" && !absolute) {
    found.push({ at: [...at, "workFolder"], message: NOT_EQUAL });
  } else if (docker !== "socket" && absolute) {
    found.push({
      at: [...at, "workFolder"],
      message: "must be relative, such as _work; absolute is for docker: socket",
    });
  }
  if (docker === "socket" && max !== undefined && max > 1) {
    found.push({ at: [...at, "docker"], message: ONE_FOLDER });
  }
  if (rootsJobs({ docker, runtime }) && visibility !== undefined && visibility !== "private") {
    found.push({ at: [...at, "docker"], message: FOR_STRANGERS });
  }
  return found;
}

/** As a pool states it, or as the loader has resolved it. */
interface DockerInJobs {
  readonly docker: DockerAccess | undefined;
  readonly runtime: string | null | undefined;
}

/**
 * Whether a pool's containers are privileged. Docker in Docker has to be, unless Sysbox keeps it apart: that needs no
 * privilege and takes none. https://github.com/nestybox/sysbox/blob/master/docs/user-guide/limitations.md
 */
export function isPrivileged({ docker, runtime }: DockerInJobs): boolean {
  return docker === "dind" && runtime?.startsWith("sysbox") !== true;
}

/** Whether jobs are root on this machine by the Docker that they are given. */
export function rootsJobs(pool: DockerInJobs): boolean {
  return pool.docker === "socket" || isPrivileged(pool);
}

const NOT_EQUAL =
  "must be an absolute path with docker: socket, the same on this machine and in the container, such as /volume1/docker/hookline/work; else container jobs find an empty workspace";
const ONE_FOLDER =
  "shares one work folder of this machine, so its pool has one slot at a time; set scaling.max: 1, and write a pool with a workFolder of its own for each slot more";
const FOR_STRANGERS =
  "gives every job root on this machine, and visibility lets public repositories in; set visibility: private, or docker: none";
