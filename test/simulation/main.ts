import { parseArgs } from "node:util";

import * as z from "zod";

import { describeMachine } from "../bench/machine.ts";
import { runDirected } from "./directed.ts";
import { conditionsText } from "./met-conditions.ts";
import { reportFailure } from "./report-failure.ts";
import { run } from "./run.ts";
import { runSeeds } from "./run-seeds.ts";
import { keeping, scenarioOf } from "./scenario.ts";

const USAGE = `usage: pnpm simulate [--seeds N] [--from SEED]
       pnpm simulate --seed SEED [--keep 0,2,5 | --keep none] [--trace]`;

const whole = z.coerce.number().int().min(0);
const optionsSchema = z.object({
  seeds: whole.min(1).default(200),
  from: whole.optional(),
  seed: whole.optional(),
  keep: z
    .string()
    .regex(/^(none|\d+(,\d+)*)$/u, "must be item numbers as 0,2,5, or none")
    .optional(),
  trace: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string" },
      from: { type: "string" },
      seed: { type: "string" },
      keep: { type: "string" },
      trace: { type: "boolean" },
    },
  });
  return optionsSchema.parse(values);
}

async function replay(seed: number, { keep, trace }: Options): Promise<boolean> {
  const scenario = scenarioOf(seed);
  const kept = keep === undefined ? null : keep === "none" ? [] : keep.split(",").map(Number);
  const { violation, steps, sweeps } = await run(
    kept === null ? scenario : keeping(scenario, kept),
    trace ? console.log : null,
  );
  console.log(violation === null ? `seed ${seed} keeps every promise` : `seed ${seed} breaks ${violation.message}`);
  console.log(`${steps} steps, converged after ${sweeps?.toFixed(1) ?? "no number of"} sweeps`);
  return violation === null;
}

async function many({ seeds, from = Math.floor(Math.random() * 2 ** 31) }: Options): Promise<boolean> {
  const startedMs = performance.now();
  const broken = await runDirected();
  if (broken !== null) {
    console.log(`a scenario written by hand breaks its promise: ${broken}`);
    return false;
  }
  const results = await runSeeds(from, seeds, true);
  const seconds = (performance.now() - startedMs) / 1000;
  const [failed] = results.filter(({ violation }) => violation !== null);
  if (failed?.violation != null) {
    console.log(await reportFailure(failed.seed, failed.violation.promise, failed.violation.message));
    return false;
  }
  const steps = results.reduce((sum, result) => sum + result.steps, 0);
  const slowest = Math.max(...results.map(({ sweeps }) => sweeps ?? 0));
  console.log(`${results.length} seeds from ${from} keep every promise: ${steps} steps in ${seconds.toFixed(1)} s`);
  console.log(`what went wrong, in how many of the seeds:\n${conditionsText(results)}`);
  console.log(`slowest to converge: ${slowest.toFixed(1)} sweeps; ${describeMachine()}`);
  return results.length === seeds;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    console.error(`${reason}\n${USAGE}`);
    return 2;
  }
  const ok = options.seed === undefined ? await many(options) : await replay(options.seed, options);
  return ok ? 0 : 1;
}

process.exitCode = await main();
