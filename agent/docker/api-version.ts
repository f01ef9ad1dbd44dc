import * as z from "zod/mini";
import { DockerError } from "./docker-error.ts";

/** Oldest API that has what is needed; Docker Engine 20.10, as Synology ships it. */
export const OLDEST_API = "1.41";
/** Newest API whose description this client was written against. */
export const NEWEST_API = "1.52";

/** `major.minor`, as the engine writes it. */
export const apiVersionSchema = z.string().check(z.regex(/^\d{1,3}\.\d{1,4}$/, "expected major.minor"));

export interface ApiRange {
  /** The engine's newest. */
  readonly newest: string;
  /** The engine's oldest, where it says so. */
  readonly oldest: string | null;
}

/**
 * The newest version that both sides speak. Throws DockerError `api-version` when there is none: old NAS engines
 * refuse newer clients, new engines refuse older ones.
 * https://docs.docker.com/reference/api/engine/#versioned-api-and-sdk
 */
export function chooseApiVersion(engine: ApiRange): string {
  const chosen = compareApiVersions(engine.newest, NEWEST_API) < 0 ? engine.newest : NEWEST_API;
  if (compareApiVersions(chosen, OLDEST_API) < 0) {
    throw new DockerError(
      "api-version",
      `Docker speaks API ${engine.newest} at most, Hookline needs ${OLDEST_API} (Docker Engine 20.10) or newer.`,
      "Update Docker; on a Synology NAS update the package Container Manager.",
    );
  }
  if (engine.oldest !== null && compareApiVersions(chosen, engine.oldest) < 0) {
    throw new DockerError(
      "api-version",
      `Docker accepts API ${engine.oldest} or newer, Hookline speaks ${OLDEST_API} to ${NEWEST_API}.`,
      "Update Hookline, or set min-api-version in Docker's daemon.json to a version that both speak.",
    );
  }
  return chosen;
}

/** Negative when `a` is older than `b`, 0 when equal. By number: 1.9 is older than 1.41. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
