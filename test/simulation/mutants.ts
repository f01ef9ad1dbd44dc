import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COPIED = [
  "shared",
  "agent",
  "worker",
  "test",
  "config",
  "package.json",
  "vitest.config.ts",
  "wrangler.toml",
  "tsconfig.base.json",
];
const SEEDS = "200";
const DEADLINE_MS = 90_000;

/** What must find a mutation out: the simulation, or, where a second defence keeps the promise, the rule's own tests. */
const CHECKS = [
  { name: "simulation", args: ["test/simulation/main.ts", "--from", "1", "--seeds", SEEDS] },
  {
    name: "other tests",
    args: ["node_modules/vitest/vitest.mjs", "run", "--project", "node", "test/controller", "test/agent/slots"],
  },
] as const;

/** Breaks each promise on purpose, in a copy of the code, and prints what found it out. Fails if nothing did. */
function main(): number {
  const folder = mkdtempSync(join(tmpdir(), "hookline-mutants-"));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const [broken] = CHECKS.filter((check) => !passes(folder, check.args));
    if (broken !== undefined) {
      console.error(`the ${broken.name} fails without any mutation; mend that first`);
      return 1;
    }
    const survivors = MUTATIONS.filter((mutation) => !isFound(folder, mutation));
    console.log(`${MUTATIONS.length - survivors.length} of ${MUTATIONS.length} mutations found out`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isFound(folder: string, { breaks, file, search, replace, isBackedUp }: Mutation): boolean {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  if (source.split(search).length !== 2)
    throw new Error(`${file} holds "${search}" not exactly once; mend the mutation`);
  writeFileSync(
    path,
    source.replace(search, () => replace),
  );
  try {
    const checks = isBackedUp === true ? CHECKS : CHECKS.slice(0, 1);
    const finder = checks.find((check) => !passes(folder, check.args));
    console.log(`${finder === undefined ? "SURVIVED        " : finder.name.padEnd(16)} ${breaks}`);
    return finder !== undefined;
  } finally {
    writeFileSync(path, source);
  }
}

function passes(folder: string, args: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: "ignore", timeout: DEADLINE_MS });
  return status === 0;
}

process.exitCode = main();
