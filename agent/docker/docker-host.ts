import * as z from "zod/mini";
import type { EngineAddress } from "../../shared/fleet/engine.ts";
import { DockerError } from "./docker-error.ts";

/** Where the engine listens. */
export type DockerHost =
  | { readonly kind: "unix"; readonly socketPath: string }
  | {
      readonly kind: "tcp";
      readonly hostname: string;
      readonly port: number;
      /** Plain TCP where it is absent. */
      readonly tls?: TlsFiles;
    };

/** Paths of the files that a TLS connection needs, in PEM. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";
/** https://docs.docker.com/engine/security/protect-access/ */
const DEFAULT_TCP_PORT = 2375;
const DEFAULT_TLS_PORT = 2376;
const REMEDY =
  "Set DOCKER_HOST to unix:///path/to/docker.sock or tcp://host:port (a socket proxy), or leave it unset for " +
  `unix://${DEFAULT_SOCKET}.`;

const tcpSchema = z.object({
  protocol: z.literal("tcp:"),
  hostname: z.string().check(z.minLength(1)),
  port: z.string(),
  pathname: z.union([z.literal(""), z.literal("/")]),
  username: z.literal(""),
  search: z.literal(""),
});

/**
 * Reads `DOCKER_HOST`; unset or empty means the usual socket. Throws DockerError `host` for anything but
 * `unix://` with an absolute path and `tcp://host[:port]`. ssh and named pipes are not spoken; TLS is for the engines of
 * the pools file, see `engineHost`.
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function parseDockerHost(value: string | undefined): DockerHost {
  const text = value?.trim() ?? "";
  if (text === "") return { kind: "unix", socketPath: DEFAULT_SOCKET };
  if (text.startsWith("unix://")) return unixHost(text);
  if (text.startsWith("tcp://")) return tcpHost(text);
  throw badHost(text, "only unix:// and tcp:// are spoken");
}

/** Where an engine of the pools file listens. @throws {DockerError} `host` for an address that is none. */
export function engineHost({ host, tls }: EngineAddress): DockerHost {
  if (host.startsWith("unix://")) return unixHost(host);
  return tls === null ? tcpHost(host) : { ...tcpHost(host, DEFAULT_TLS_PORT), tls };
}

/** How messages name the host. */
export function describeHost(host: DockerHost): string {
  return host.kind === "unix" ? `unix://${host.socketPath}` : `tcp://${host.hostname}:${host.port}`;
}

function unixHost(text: string): DockerHost {
  const socketPath = text.slice("unix://".length);
  if (!socketPath.startsWith("/")) throw badHost(text, "the socket's path must be absolute");
  return { kind: "unix", socketPath };
}

function tcpHost(text: string, defaultPort = DEFAULT_TCP_PORT): Extract<DockerHost, { kind: "tcp" }> {
  const parsed = tcpSchema.safeParse(URL.canParse(text) ? new URL(text) : null);
  if (!parsed.success) throw badHost(text, "it must be tcp://host:port and nothing more");
  const { hostname, port } = parsed.data;
  return {
    kind: "tcp",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? defaultPort : Number(port),
  };
}

function badHost(text: string, why: string): DockerError {
  const shown = JSON.stringify(text.replace(/\/\/.*@/, "//…@"));
  return new DockerError("host", `DOCKER_HOST ${shown} cannot be used: ${why}.`, REMEDY);
}
