import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";
import * as z from "zod";

import { dockerTest } from "../docker/engine.ts";
import { rawCall } from "../docker/raw-call.ts";

const run = promisify(execFile);
const demo = join(import.meta.dirname, "../demo/main.ts");

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
async function report(...args: readonly string[]): Promise<z.output<typeof reportSchema>> {
  const { stdout } = await run(process.execPath, [demo, "--json", ...args], { timeout: 60_000 });
  return reportSchema.parse(JSON.parse(stdout));
}

function holds(
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
    expect(legs.agent).toBeLessThanOrEqual(legs.jit);
    expect(legs.jit).toBeLessThanOrEqual(legs.started);
    expect(legs.running).toBeLessThan(legs.done);
  }
}

test(
  "the demo runs every job through the whole chain, with duplicates sent and no slot too many",
  { timeout: 70_000 },
  async () => {
    holds(await report("--jobs", "6", "--rate", "20"), 6);
  },
);

test("a burst of jobs gets a slot each", { timeout: 70_000 }, async () => {
  holds(await report("--jobs", "12", "--burst"), 12);
});

dockerTest(
  "the demo with real containers does the same and leaves nothing in Docker",
  { timeout: 90_000 },
  async () => {
    holds(await report("--docker", "--jobs", "6", "--rate", "4"), 6);
    const filters = encodeURIComponent(JSON.stringify({ name: ["hookline-demo-"] }));
    expect(JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`))).toEqual([]);
  },
);

test("the demo through the standalone receiver does the same", { timeout: 70_000 }, async () => {
  holds(await report("--standalone", "--jobs", "6", "--rate", "20"), 6);
});

dockerTest("the standalone receiver with real containers does the same", { timeout: 90_000 }, async () => {
  holds(await report("--standalone", "--docker", "--jobs", "6", "--rate", "4"), 6);
});

test.each([
  ["an option that there is not", ["--nonsense"]],
  ["no number of jobs", ["--jobs", "many"]],
  ["too many jobs", ["--jobs", "1000"]],
  ["both paces at once", ["--burst", "--rate", "3"]],
])("the demo refuses %s with exit code 2 and says where help is", async (_case, args) => {
  await expect(run(process.execPath, [demo, ...args])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--help") as string,
  });
});
