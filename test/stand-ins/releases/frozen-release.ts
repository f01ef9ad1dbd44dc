import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

/** Where releases are kept as they were, a folder each. */
export const RELEASES = join(import.meta.dirname, "../../fixtures/releases");

/** The Worker and the agent of a release, as files of its folder. */
export const FROZEN = { worker: "worker.js.br", agent: "agent.mjs.br" } as const;

/** The versions that are kept, oldest first. */
export function keptReleases(): readonly string[] {
  return readdirSync(RELEASES).toSorted(byVersion);
}

export function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** The release that this code has to get along with: the newest that is kept. */
export function releaseBefore(): string {
  const newest = keptReleases().at(-1);
  if (newest === undefined) throw new Error(`${RELEASES} holds no release`);
  return newest;
}

/** The Worker's text, as it was deployed. */
export function workerOfRelease(version = releaseBefore()): string {
  return unpacked(version, FROZEN.worker).toString("utf8");
}

/** Puts the agent's program into `folder`, as its image holds it, and gives its path. */
export function agentOfRelease(folder: string, version = releaseBefore(), releases = RELEASES): string {
  const program = join(folder, `hookline-${version}.mjs`);
  writeFileSync(program, unpacked(version, FROZEN.agent, releases));
  return program;
}

function unpacked(version: string, file: string, releases = RELEASES): Buffer {
  return brotliDecompressSync(readFileSync(join(releases, version, file)));
}
