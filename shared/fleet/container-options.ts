import { PLAIN_HARDENING, type Hardening } from "./hardening.ts";

/** Access of a pool's jobs to Docker. `socket` and `dind` hand each job root on this machine. */
export type DockerAccess = "none" | "socket" | "dind";

/** When the image is asked for at its registry: before each start, when it is not here, or once a day. */
export type PullPolicy = "always" | "missing" | "daily";

/** A volume that outlives the jobs of one pool. */
export interface Cache {
  readonly name: string;
  /** Absolute path in the container. */
  readonly path: string;
}

/** How the containers of a pool are made, beyond image, command, network and limits. */
export interface ContainerOptions extends Hardening {
  readonly env: Readonly<Record<string, string>>;
  /** Labels of the container in Docker, not of the runner. */
  readonly labels: Readonly<Record<string, string>>;
  /** Size of /dev/shm; null leaves it to Docker. */
  readonly shmBytes: number | null;
  /** Mount options by absolute path. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly caches: readonly Cache[];
  readonly dns: readonly string[];
  readonly docker: DockerAccess;
  /** Group of the Docker socket, for `docker: socket`. */
  readonly dockerGroup: number;
  /** Null where the pool does not say: then the image's name decides, see moving-image.ts. */
  readonly pull: PullPolicy | null;
  /** Milliseconds a job may run; null leaves it to GitHub. */
  readonly jobTimeLimitMs: number | null;
  /** Milliseconds from the call to Docker to the running container, pulls included. */
  readonly startDeadlineMs: number;
  /** Milliseconds from the running container to the runner that GitHub lists as online. */
  readonly onlineDeadlineMs: number;
}

/** A container with nothing but the defaults. */
export const PLAIN_CONTAINER: ContainerOptions = {
  env: {},
  labels: {},
  shmBytes: null,
  tmpfs: {},
  caches: [],
  dns: [],
  docker: "none",
  dockerGroup: 0,
  pull: null,
  jobTimeLimitMs: null,
  startDeadlineMs: 20 * 60_000,
  onlineDeadlineMs: 5 * 60_000,
  ...PLAIN_HARDENING,
};
