/** A device of the host in the containers of a pool. */
export interface Device {
  readonly host: string;
  readonly container: string;
  /** `r`, `w` and `m` (make device files), as far as they are granted. */
  readonly permissions: string;
}

/** A limit that the kernel keeps for each process; -1 is none. */
export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** Certificates of the host that jobs trust. */
export interface CaCertificates {
  /** Absolute path on the host; a folder where it ends with a slash, else a file in PEM. */
  readonly path: string;
  /** Whether the public authorities are in it too, so that it can stand in place of the system's own. */
  readonly complete: boolean;
}

/** What of the agent's own way out a pool's jobs get. */
export type ProxyAccess = "none" | "inherit" | "inherit-with-credentials";

/** How far the containers of a pool are let into the host, and what of it they are given. */
export interface Hardening {
  /** Name of an OCI runtime of the engine; null takes its default. */
  readonly runtime: string | null;
  /** Names without `CAP_`, or `ALL`. */
  readonly capDrop: readonly string[];
  readonly capAdd: readonly string[];
  readonly noNewPrivileges: boolean;
  /** `user`, `user:group` or their numbers; null takes the image's. */
  readonly user: string | null;
  readonly devices: readonly Device[];
  /** Ids or indexes of GPUs; null for none. */
  readonly gpus: "all" | readonly string[] | null;
  /** Addresses, or `host-gateway`, by the host's name. */
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly caCertificates: CaCertificates | null;
  readonly ulimits: readonly Ulimit[];
  readonly proxy: ProxyAccess;
}

/** Nothing but what the engine does by itself. */
export const PLAIN_HARDENING: Hardening = {
  runtime: null,
  capDrop: [],
  capAdd: [],
  noNewPrivileges: false,
  user: null,
  devices: [],
  gpus: null,
  extraHosts: {},
  caCertificates: null,
  ulimits: [],
  proxy: "none",
};

/** Whether a `user` or `user:group` is root. One that is empty, for the image's own, is not known to be. */
export function isRootUser(user: string): boolean {
  return ["0", "root"].includes(user.split(":")[0] ?? "");
}
