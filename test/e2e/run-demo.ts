import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "vitest";
import * as z from "zod";

import { PATIENCE_MS } from "../stand-ins/process/patience.ts";

const run = promisify(execFile);
/** The program that `pnpm demo` runs. */
export const DEMO = join(import.meta.dirname, "../demo/main.ts");

const ms = z.number();
const reportSchema = z.object({
  jobs: z.array(
    z.object({
      id: z.number(),
      pool: z.literal("demo"),
      slot: z.string(),
      ms: z.object({ edge: ms, agent: ms, jit: ms, started: ms, running: ms, done: ms }),
    }),
  ),
  duplicatesSent: z.number(),
  slotsCreated: z.number(),
  slotsLeft: z.number(),
  ok: z.boolean(),
});

/** Runs the demo as a user does; standard output must be the report and nothing else. */
export function report(...args: readonly string[]): Promise<z.output<typeof reportSchema>> {
  return reportOf([process.execPath, DEMO, "--json", ...args], {});
}

/** The same by a command that runs it elsewhere, with more of an environment. */
export async function reportOf(
  [program = "", ...words]: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<z.output<typeof reportSchema>> {
  const env = { ...process.env, ...more };
  // A demo that did not end well says so in its report, which shows more than its exit code.
  const { stdout } = await run(program, words, { timeout: PATIENCE_MS, env }).catch(
    (error: Error & { readonly stdout?: string }) => {
      if (error.stdout?.startsWith("{") !== true) throw error;
      return { stdout: error.stdout };
    },
  );
  return reportSchema.parse(JSON.parse(stdout));
}

/** Each job ran in a slot of its own, its legs in order, with duplicates sent and nothing left. */
export function holds(
  { jobs, duplicatesSent, slotsCreated, slotsLeft, ok }: z.output<typeof reportSchema>,
  count: number,
): void {
  expect({ ok, jobs: jobs.length, slotsCreated, slotsLeft }).toEqual({
    ok: true,
    jobs: count,
    slotsCreated: count,
    slotsLeft: 0,
  });
  expect(duplicatesSent).toBeGreaterThanOrEqual(3 * count);
  expect(new Set(jobs.map((job) => job.slot)).size).toBe(count);
  for (const { ms: legs } of jobs) {
    expect(legs.edge).toBeLessThanOrEqual(legs.agent);
    expect(legs.jit).toBeLessThanOrEqual(legs.started);
    expect(legs.running).toBeLessThan(legs.done);
  }
  // A job may take the runner that was asked for another one, as GitHub assigns them: the order holds over all of them.
  const total = (leg: "agent" | "jit"): number => jobs.reduce((sum, { ms: legs }) => sum + legs[leg], 0);
  expect(total("agent")).toBeLessThanOrEqual(total("jit"));
}
