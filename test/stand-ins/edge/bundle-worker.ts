import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

let bundle: Promise<string> | null = null;

/** The Worker as a deploy uploads it. Bundled once a process, or by the one that started it: EDGE_BUNDLE. */
export function bundleWorker(): Promise<string> {
  const ready = process.env["EDGE_BUNDLE"];
  bundle ??= ready === undefined ? bundleWorkerOf(root) : readFile(ready, "utf8");
  return bundle;
}

/** The Worker of another copy of the sources, with its own `wrangler.toml`. */
export async function bundleWorkerOf(sources: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hookline-worker-"));
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    await run(process.execPath, [wrangler, "deploy", "--env=", "--dry-run", "--outdir", folder], {
      cwd: sources,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
    });
    return readFileSync(join(folder, "index.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
