import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

const root = join(import.meta.dirname, "../..");

/** The folders of every package that bundling the agent takes, by name: what it imports, and what bundles. */
export function buildPackages(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const names = [...Object.keys(manifestOf(root).dependencies), "esbuild", "oxc-minify"];
  for (const name of names) gather(name, join(root, "node_modules"), found);
  return found;
}

/** Packages that pnpm did not install, those for other platforms, are left out. */
function gather(name: string, modules: string, found: Map<string, string>): void {
  const folder = folderOf(join(modules, name));
  if (folder === null || found.has(name)) return;
  found.set(name, folder);
  const siblings = folder.slice(0, -name.length);
  const { dependencies, optionalDependencies } = manifestOf(folder);
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
    gather(dependency, siblings, found);
  }
}

function folderOf(link: string): string | null {
  try {
    return realpathSync(link);
  } catch {
    return null;
  }
}

function manifestOf(folder: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
}
