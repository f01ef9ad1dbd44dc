import * as z from "zod/mini";
import { DockerError, type DockerErrorCode } from "./docker-error.ts";
import { hardeningRemedy } from "./hardening-trouble.ts";
import { networkTrouble } from "./network-trouble.ts";

const messageSchema = z.object({ message: z.string() });
const MAX_MESSAGE_CHARACTERS = 600;

const REMEDIES: Readonly<Partial<Record<DockerErrorCode, string>>> = {
  permission:
    "A socket proxy stands before Docker: allow this path and method in its allow-list (the docs list what Hookline needs).",
  "api-version": "Update Docker or Hookline, so that both speak a common API version.",
  "not-found": "It was removed meanwhile; the agent lists again by itself.",
  conflict: "Look at the container with docker ps -a; the agent never touches one that is not its own.",
  rejected: "Docker refuses the settings: compare the pool's image, command and resources with the message.",
  unsupported: "This host cannot do it, for example read logs that its log driver does not keep.",
  server: "Look at Docker's own log and at the free disk space of the host.",
};

/**
 * The error for a status that is no success.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#section/Errors
 */
export function statusError(endpoint: string, status: number, body: string): DockerError {
  const message = engineMessage(body);
  const code = codeOf(status, message);
  const said = message === "" ? "without a message" : `"${message}"`;
  const remedy = networkTrouble(message)?.remedy ?? hardeningRemedy(message) ?? REMEDIES[code] ?? "";
  return new DockerError(code, `${endpoint}: Docker answered ${status} ${said}.`, remedy, { status });
}

/** What the engine, or a proxy before it, says of a failure: one line of bounded length. */
export function engineMessage(body: string): string {
  let text = body;
  try {
    const parsed = messageSchema.safeParse(JSON.parse(body));
    if (parsed.success) text = parsed.data.message;
  } catch {
    // A proxy's page is no JSON; its text says enough.
  }
  return text.replaceAll(/\s+/g, " ").trim().slice(0, MAX_MESSAGE_CHARACTERS);
}

function codeOf(status: number, message: string): DockerErrorCode {
  if (status === 400 && /client version .* is too (new|old)/i.test(message)) return "api-version";
  if (status === 401 || status === 403) return "permission";
  if (status === 404) return "not-found";
  if (status === 409) return "conflict";
  if (status === 501) return "unsupported";
  return status >= 500 ? "server" : "rejected";
}
