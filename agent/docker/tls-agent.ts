import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import { messageOf } from "../../shared/errors/message-of.ts";
import { DockerError } from "./docker-error.ts";
import type { TlsFiles } from "./docker-host.ts";

const REMEDY =
  "Give the agent's user readable PEM files there; docs/engines.md has the recipe. They are read again at the next connection.";

/**
 * Connections that prove who the agent is and ask the engine the same, by the files as they are now.
 * https://docs.docker.com/engine/security/protect-access/
 * @throws {DockerError} `permission` for a file that cannot be read or is no PEM
 */
export function tlsAgent({ ca, cert, key }: TlsFiles): Agent {
  const files = { ca: read(ca), cert: read(cert), key: read(key) };
  return new Agent({ keepAlive: true, ...files });
}

function read(path: string): Buffer {
  try {
    const text = readFileSync(path);
    if (text.includes("-----BEGIN ")) return text;
  } catch (error) {
    throw new DockerError("permission", `The TLS file ${path} cannot be read: ${messageOf(error)}.`, REMEDY);
  }
  throw new DockerError("permission", `The TLS file ${path} holds no PEM.`, REMEDY);
}
