import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { build } from "esbuild";
import * as z from "zod";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import { downSchema } from "../../shared/link/down.ts";
import { upSchema } from "../../shared/link/up.ts";
import { bundleWorker } from "../stand-ins/edge/bundle-worker.ts";
import { byVersion, FROZEN } from "../stand-ins/releases/frozen-release.ts";
import { recordRelease } from "./record-release.ts";

/** All of a release, so that the repository stays small. */
const MOST_BYTES = 450 * 1024;
const KEPT = 2;
/** Helpers that ws takes where they are installed; nothing brings them here. */
const NATIVE = ["bufferutil", "utf-8-validate"];
const COMPOSE = ["compose.yaml", "compose.socket-proxy.yaml"];
const config = join(import.meta.dirname, "../../config");

/**
 * Keeps this version in a folder of its own and gives its size in bytes.
 * @throws {Error} if it is too large to be kept; nothing is kept then.
 */
export async function freeze(releases: string, version: string): Promise<number> {
  const folder = join(releases, version);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, FROZEN.worker), brotliCompressSync(await bundleWorker()));
    writeFileSync(join(folder, FROZEN.agent), brotliCompressSync(await agentBundle()));
    for (const name of COMPOSE) cpSync(join(config, name), join(folder, name));
    const wire = { up: z.toJSONSchema(upSchema), down: z.toJSONSchema(downSchema) };
    for (const [name, content] of Object.entries({ wire, ...(await recordRelease()) })) {
      writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
    }
    const bytes = sizeOf(folder);
    if (bytes > MOST_BYTES) throw new Error(`${version} takes ${bytes} bytes; ${MOST_BYTES} are the bound`);
    return bytes;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Drops all but the two newest releases and gives the versions of those that went. */
export function dropOld(releases: string): readonly string[] {
  const old = readdirSync(releases).toSorted(byVersion).slice(0, -KEPT);
  for (const version of old) rmSync(join(releases, version), { recursive: true });
  return old;
}

/** What the image holds, joined to one file. */
async function agentBundle(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "hookline-release-"));
  try {
    const { program } = await bundleAgent(folder);
    const options = { bundle: true, platform: "node", format: "esm", minify: true, write: false } as const;
    const { outputFiles } = await build({ ...options, entryPoints: [program], external: NATIVE, logLevel: "warning" });
    return outputFiles[0]?.contents ?? new Uint8Array();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
