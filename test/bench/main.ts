import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import {
  FIGURES_FILE,
  parseFigures,
  readFigures,
  SECTION_NAMES,
  type SectionName,
} from "../../config/build/figures.ts";
import { figuresByBench, JUDGES_ITSELF, TARGETS, targetRows } from "../../config/build/targets.ts";
import { missingForOwnEngine } from "../stand-ins/docker/own-engine.ts";
import { describeMachine, machine, versions } from "./machine.ts";
import type { Measured } from "./measured.ts";

interface Bench {
  readonly run: () => Promise<Measured<SectionName>>;
  readonly uses: readonly ("wrangler" | "docker")[];
}

const BENCHES: Readonly<Record<SectionName, Bench>> = {
  chain: { run: async () => (await import("./chain.ts")).benchChain(), uses: ["wrangler", "docker"] },
  swarm: { run: async () => (await import("./swarm.ts")).benchSwarm(), uses: ["wrangler", "docker"] },
  edge: { run: async () => (await import("./edge.ts")).benchEdge(), uses: ["wrangler"] },
  connections: { run: async () => (await import("./connections.ts")).benchConnections(), uses: ["wrangler"] },
  link: { run: async () => (await import("./link.ts")).benchLink(), uses: ["wrangler"] },
  agent: { run: async () => (await import("./agent.ts")).benchAgent(), uses: ["docker"] },
  flags: { run: async () => (await import("./flags.ts")).benchFlags(), uses: ["docker"] },
  sweep: { run: async () => (await import("./sweep.ts")).benchSweep(), uses: [] },
  history: { run: async () => (await import("./history.ts")).benchHistory(), uses: ["docker"] },
  controller: { run: async () => (await import("./controller.ts")).benchController(), uses: [] },
  scale: { run: async () => (await import("./scale.ts")).benchScale(), uses: [] },
  status: { run: async () => (await import("./status.ts")).benchStatus(), uses: [] },
  page: { run: async () => (await import("./page.ts")).benchPage(), uses: ["wrangler"] },
  demo: { run: async () => (await import("./demo.ts")).benchDemo(), uses: ["wrangler", "docker"] },
  doctor: { run: async () => (await import("./doctor.ts")).benchDoctor(), uses: ["wrangler", "docker"] },
  crash: { run: async () => (await import("./crash.ts")).benchCrash(), uses: [] },
  soak: { run: async () => (await import("./soak.ts")).benchSoak(), uses: ["wrangler"] },
};

const USAGE = `usage: pnpm bench ${SECTION_NAMES.join("|")} [--json]
       pnpm bench --json
       pnpm bench --record [NAME...]

Prints the figures of one bench, or, with --json alone, runs all that have a target but the soak, and prints each target with its
figure. Exit code: 0 fine; 1 over the bound of the one bench, or with --json alone worse than recorded by more than the target's
share; 2 wrong usage. --record writes those of the ones named, or of all, to docs/figures.json with
date, machine and versions, and puts them into the pages. Run it on a machine that does nothing else.
`;

/** One bench's section of docs/figures.json. */
interface Section {
  readonly date: string;
  readonly machine: ReturnType<typeof machine>;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: unknown;
}

async function measure(name: SectionName): Promise<{ readonly section: Section; readonly text: string; ok: boolean }> {
  const { run, uses } = BENCHES[name];
  const { figures, text, ok } = await run();
  const section: Section = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    versions: await versions(uses),
    figures: parseFigures(name, figures),
  };
  return { section, text, ok };
}

/** Written after each bench, so that one that fails costs only its own figures. */
function keep(name: SectionName, section: Section): void {
  const known = existsSync(FIGURES_FILE) ? (JSON.parse(readFileSync(FIGURES_FILE, "utf8")) as object) : {};
  const all: Record<string, unknown> = { ...known, [name]: section };
  const inOrder = Object.fromEntries(SECTION_NAMES.flatMap((each) => (each in all ? [[each, all[each]]] : [])));
  writeFileSync(FIGURES_FILE, `${JSON.stringify(inOrder, withoutNoise, 2)}\n`);
}

/** Beyond six digits a measured number says nothing. */
function withoutNoise(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(6)) : value;
}

async function record(names: readonly SectionName[]): Promise<boolean> {
  let fine = true;
  for (const name of names) {
    process.stdout.write(`\n== ${name}\n`);
    const { section, text, ok } = await measure(name);
    process.stdout.write(text);
    keep(name, section);
    fine &&= ok;
  }
  const generate = fileURLToPath(new URL("../../config/build/generate-schema.ts", import.meta.url));
  execFileSync(process.execPath, [generate], { stdio: "inherit" });
  return fine;
}

async function show(name: SectionName, json: boolean): Promise<boolean> {
  const { section, text, ok } = await measure(name);
  if (json) process.stdout.write(`${JSON.stringify({ bench: name, ok, ...section })}\n`);
  else process.stdout.write(`${describeMachine()}\n${text}`);
  return ok;
}

/** The soak takes too long to be among these, and a swarm needs root; their rows have what is recorded. */
async function showTargets(): Promise<boolean> {
  const now: Record<string, unknown> = {};
  const failed: SectionName[] = [];
  const leftOut = new Set<SectionName>(["soak"]);
  if ((await missingForOwnEngine()) !== null) leftOut.add("swarm");
  for (const name of new Set(TARGETS.map(({ bench }) => bench))) {
    if (leftOut.has(name)) continue;
    const { section, ok } = await measure(name);
    now[name] = section.figures;
    if (!ok) failed.push(name);
  }
  const before = figuresByBench(readFigures());
  const rows = targetRows({ ...before, ...now }, before);
  const measured = rows.map((row) => ({ ...row, isRecorded: !(row.bench in now) }));
  process.stdout.write(`${JSON.stringify({ machine: machine(), overBound: failed, rows: measured })}\n`);
  return !rows.some(({ isWorse }) => isWorse) && !failed.some((name) => JUDGES_ITSELF.has(name));
}

function isName(name: string): name is SectionName {
  return (SECTION_NAMES as readonly string[]).includes(name);
}

async function main(): Promise<number> {
  const options = { json: { type: "boolean" }, record: { type: "boolean" } } as const;
  // An option that there is not is none of the names either.
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: false });
  const names = positionals.filter(isName);
  const [only] = names;
  const isKnown = names.length === positionals.length;
  let ok: boolean;
  if (values.record === true && isKnown) ok = await record(only === undefined ? SECTION_NAMES : names);
  else if (values.json === true && positionals.length === 0) ok = await showTargets();
  else if (only !== undefined && isKnown && names.length === 1) ok = await show(only, values.json === true);
  else {
    process.stderr.write(USAGE);
    return 2;
  }
  return ok ? 0 : 1;
}

process.exitCode = await main();
