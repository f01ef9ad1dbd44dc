import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { seeded } from "../stand-ins/time/random.ts";
import { MUTATIONS } from "./all-mutations.ts";
import type { Mutation, Suite } from "./mutation.ts";
import { SUITES } from "./suites.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COPIED = [
  "shared",
  "agent",
  "worker",
  "test",
  "config",
  "docs",
  "package.json",
  "vitest.config.ts",
  "wrangler.toml",
  "tsconfig.base.json",
];
/** Ends a suite that hangs before anything is broken. */
const HANGS_MS = 900_000;
/** A break that makes a suite hang is found by that; one that is as slow as the machine is not. */
const SLOWER = 4;
const SHORTEST_MS = 180_000;

const USAGE = `usage: pnpm mutants [--only TEXT] [--quick [--seed N]]
  --only TEXT   the mutations whose description or file holds it
  --quick       a third of them, drawn by --seed (printed)`;

/** Breaks each promise on purpose, in a copy of the code, and prints what found it. Fails if a suite did not. */
function main(): number {
  const chosen = choose();
  if (chosen === null) return 2;
  const folder = mkdtempSync(join(tmpdir(), "hookline-mutants-"));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const suites = new Set(chosen.flatMap(({ foundBy }) => foundBy));
    const limits = new Map<Suite, number>();
    const broken = [...suites].filter((suite) => {
      const startedAtMs = performance.now();
      const isWell = passes(folder, suite, HANGS_MS);
      limits.set(suite, Math.max(SHORTEST_MS, Math.ceil(SLOWER * (performance.now() - startedAtMs))));
      return !isWell;
    });
    if (broken.length > 0) {
      console.error(`without any mutation these fail; mend them first: ${broken.join(", ")}`);
      return 1;
    }
    const survivors = chosen.filter((mutation) => !isFound(folder, mutation, limits));
    console.log(`${chosen.length - survivors.length} of ${chosen.length} mutations found by every suite they name`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function choose(): readonly Mutation[] | null {
  try {
    const { values } = parseArgs({
      options: { only: { type: "string" }, quick: { type: "boolean" }, seed: { type: "string" } },
    });
    const { only, quick = false } = values;
    const named = MUTATIONS.filter(({ breaks, file }) => only === undefined || `${breaks} ${file}`.includes(only));
    if (named.length === 0) throw new Error(`no mutation is described by "${only}"`);
    if (!quick) return named;
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    const random = seeded(seed);
    console.log(`a third of the mutations: pnpm mutants --quick --seed ${seed}`);
    return named.filter(() => random() < 1 / 3);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return null;
  }
}

function isFound(folder: string, mutation: Mutation, limits: ReadonlyMap<Suite, number>): boolean {
  const { breaks, file, search, replace, foundBy } = mutation;
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  if (source.split(search).length !== 2)
    throw new Error(`${file} holds "${search}" not exactly once; mend the mutation`);
  writeFileSync(
    path,
    source.replace(search, () => replace),
  );
  try {
    const blind = foundBy.filter((suite) => passes(folder, suite, limits.get(suite) ?? SHORTEST_MS));
    const found = foundBy.filter((suite) => !blind.includes(suite)).join(", ");
    console.log(`${blind.length === 0 ? "found by" : `SURVIVED ${blind.join(", ")}; found by`} ${found}: ${breaks}`);
    return blind.length === 0;
  } finally {
    writeFileSync(path, source);
  }
}

function passes(folder: string, suite: Suite, timeout: number): boolean {
  const { status } = spawnSync(process.execPath, SUITES[suite], { cwd: folder, stdio: "ignore", timeout });
  return status === 0;
}

process.exitCode = main();
