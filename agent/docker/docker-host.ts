import * as z from "zod";
import { DockerError } from "./docker-error.ts";

/** Where the engine listens. */
export type DockerHost =
  | { readonly kind: "unix"; readonly socketPath: string }
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number };

const DEFAULT_SOCKET = "/var/run/docker.sock";
const DEFAULT_TCP_PORT = 2375;
const REMEDY =
  "Set DOCKER_HOST to unix:///path/to/docker.sock or tcp://host:port (a socket proxy), or leave it unset for " +
  `unix://${DEFAULT_SOCKET}.`;

const tcpSchema = z.object({
  protocol: z.literal("tcp:"),
  hostname: z.string().min(1),
  port: z.string(),
  pathname: z.union([z.literal(""), z.literal("/")]),
  username: z.literal(""),
  search: z.literal(""),
});

/**
 * Reads `DOCKER_HOST`; unset or empty means the usual socket. Throws DockerError `host` for anything but
 * `unix://` with an absolute path and `tcp://host[:port]`. TLS, ssh and named pipes are not spoken.
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function parseDockerHost(value: string | undefined): DockerHost {
  const text = value?.trim() ?? "";
  if (text === "") return { kind: "unix", socketPath: DEFAULT_SOCKET };
  if (text.startsWith("unix://")) return unixHost(text);
  if (text.startsWith("tcp://")) return tcpHost(text);
  throw badHost(text, "only unix:// and tcp:// are spoken");
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

function tcpHost(text: string): DockerHost {
  const parsed = tcpSchema.safeParse(URL.canParse(text) ? new URL(text) : null);
  if (!parsed.success) throw badHost(text, "it must be tcp://host:port and nothing more");
  const { hostname, port } = parsed.data;
  return {
    kind: "tcp",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? DEFAULT_TCP_PORT : Number(port),
  };
}

function badHost(text: string, why: string): DockerError {
  const shown = JSON.stringify(text.replace(/\/\/.*@/, "//…@"));
  return new DockerError("host", `DOCKER_HOST ${shown} cannot be used: ${why}.`, REMEDY);
}
