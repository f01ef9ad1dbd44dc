import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleWorkerOf } from "../edge/bundle-worker.ts";

const root = join(import.meta.dirname, "../../..");
const SOURCES = ["shared", "worker", "wrangler.toml", "package.json", "tsconfig.base.json", "tsconfig.json"];

/** A list of steps in the mailbox's schema. */
export type Steps = "ADDITIONS" | "MIGRATIONS";

/** The Worker of the next release: this one, with a step more in one of its schema's lists. */
export async function nextWorker(steps: Steps, statement: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hookline-next-"));
  try {
    for (const name of SOURCES) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const file = join(folder, "shared/mailbox/migrations.ts");
    const source = readFileSync(file, "utf8");
    const next = source.replace(new RegExp(`(const ${steps}\\b[^]*?)\\];`), (_, list: string) => {
      const comma = /[[,]\s*$/.test(list) ? "" : ",";
      return `${list}${comma} [${JSON.stringify(statement)}]];`;
    });
    if (next === source) throw new Error(`${file} has no list ${steps}`);
    writeFileSync(file, next);
    return await bundleWorkerOf(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
