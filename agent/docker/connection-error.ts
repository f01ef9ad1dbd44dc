import { messageOf } from "../../shared/errors/message-of.ts";
import { stat } from "node:fs/promises";
import { DockerError } from "./docker-error.ts";
import { describeHost, type DockerHost } from "./docker-host.ts";

/** What to do when a socket is there but not for us; Synology has no docker group and resets the mode at reboot. */
const SOCKET_GROUP_HINT =
  'On a Synology NAS the socket is root:root 0660 and there is no docker group: give the agent\'s container group_add: ["0"] ' +
  "or run it as root. The mode is reset by a reboot or a package update, so chmod does not last.";

/** Turns a failed connection into an error that says what stands in the way. Only looks at the socket, never changes it. */
export async function connectionError(host: DockerHost, endpoint: string, cause: unknown): Promise<DockerError> {
  const errno = errnoOf(cause);
  if (host.kind === "tcp") return tcpError(host, endpoint, errno, cause);
  if (errno === "ENOENT") return absent(host, cause);
  if (errno === "EACCES" || errno === "EPERM") return refusedByMode(host.socketPath, cause);
  if (errno === "ECONNREFUSED" || errno === "ENOTSOCK") return notListening(host.socketPath, cause);
  return broken(host, endpoint, errno, cause);
}

/** The `code` that Node puts on system errors, or `unknown`. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

function absent(host: DockerHost, cause: unknown): DockerError {
  return new DockerError(
    "unreachable",
    `There is no Docker socket at ${describeHost(host)}.`,
    "Start Docker (Container Manager on a Synology NAS), mount the socket into the agent's container, or set DOCKER_HOST.",
    { cause },
  );
}

async function refusedByMode(path: string, cause: unknown): Promise<DockerError> {
  const found = await stat(path).catch(() => null);
  const who = `this process is uid ${process.getuid?.() ?? "?"} with groups ${process.getgroups?.().join(", ") ?? "?"}`;
  const what =
    found === null
      ? "a folder on the way to it may not be entered"
      : `it belongs to uid ${found.uid}, gid ${found.gid}, mode ${(found.mode & 0o7777).toString(8).padStart(4, "0")}`;
  const group =
    found === null
      ? "Let the agent enter the socket's folder."
      : `Run the agent with the group ${found.gid} (group_add: ["${found.gid}"]) or as uid ${found.uid}.`;
  return new DockerError(
    "permission",
    `Permission denied on the Docker socket ${path}: ${what}; ${who}.`,
    `${group} ${SOCKET_GROUP_HINT}`,
    { cause },
  );
}

async function notListening(path: string, cause: unknown): Promise<DockerError> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) {
    return new DockerError(
      "unreachable",
      `${path} is a folder, not the Docker socket.`,
      "Docker makes an empty folder when the source of a bind mount is missing: remove the folder, start Docker, mount again.",
      { cause },
    );
  }
  return new DockerError(
    "unreachable",
    `Nobody listens on the Docker socket ${path}.`,
    "Start Docker (Container Manager on a Synology NAS). If it was restarted, recreate the agent's container, so that it gets the new socket.",
    { cause },
  );
}

function tcpError(host: DockerHost, endpoint: string, errno: string, cause: unknown): DockerError {
  if (isOfTls(errno)) return untrusted(host, errno, cause);
  if (errno !== "ECONNREFUSED" && errno !== "ENOTFOUND" && errno !== "EAI_AGAIN" && errno !== "EHOSTUNREACH") {
    return broken(host, endpoint, errno, cause);
  }
  return new DockerError(
    "unreachable",
    `No Docker Engine answers at ${describeHost(host)} (${errno}).`,
    "Check host and port in DOCKER_HOST or in engines of the pools file; that the machine is on and its firewall lets the port through; that a socket proxy runs on the agent's own Docker network.",
    { cause },
  );
}

/** OpenSSL's and Node's words for certificates that do not fit. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isOfTls(errno: string): boolean {
  return /^ERR_(?:TLS|SSL|OSSL)_|CERT|SELF_SIGNED|UNABLE_TO_|^EPROTO$/.test(errno);
}

function untrusted(host: DockerHost, errno: string, cause: unknown): DockerError {
  return new DockerError(
    "permission",
    `${describeHost(host)} and the agent do not accept each other's certificates: ${messageOf(cause)} (${errno}).`,
    "The engine's certificate must name the host of the pools file and be signed by its ca, the agent's by the ca that " +
      "dockerd was started with (--tlscacert), and neither may have ended; docs/engines.md has the recipe.",
    { cause },
  );
}

function broken(host: DockerHost, endpoint: string, errno: string, cause: unknown): DockerError {
  const detail = cause === undefined ? errno : messageOf(cause);
  return new DockerError(
    "unreachable",
    `${endpoint}: the connection to ${describeHost(host)} broke: ${detail}.`,
    "Check that Docker runs and is not overloaded; the agent tries again by itself.",
    { cause },
  );
}
