import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import * as z from "zod";

import { runCli } from "../../../agent/commands/commands.ts";
import { workflowJob } from "../../samples/payload.ts";
import { fakeIo } from "./command-io.ts";

const schema = z.object({
  pools: z.array(z.object({ key: z.string(), serves: z.boolean(), reason: z.string() })),
  decision: z.object({ pool: z.string().nullable(), action: z.string(), reason: z.string() }),
});

const POOLS = `version: 2
pools:
  - {key: sized, organization: sized, labels: [nas], sizes: {mem: {max: 8g}}, maxPerRepository: 2, priority: 3}
  - {key: closed, organization: closed, labels: [nas], schedule: [{from: "00:00", to: "24:00", timeZone: UTC, max: 0}]}
  - {key: heeding, organization: heeding, labels: [nas], holdWhile: {freeMemory: 900000g, containers: [backup]}}
  - {key: home, labels: [nas], repositories: ["me/*", "!me/legacy"]}
`;

async function explained(owner: string, ...labels: readonly string[]) {
  return explainedOf({ full_name: `${owner}/web` }, labels);
}

async function explainedOf(repository: Readonly<Record<string, unknown>>, labels: readonly string[] = []) {
  const io = fakeIo();
  writeFileSync(join(io.cwd, "pools.yaml"), POOLS);
  const body = workflowJob(1, { job: { labels: ["nas", ...labels] }, repository });
  writeFileSync(join(io.cwd, "payload.json"), JSON.stringify(body));
  expect(await runCli(["explain", "payload.json", "--json"], io, AbortSignal.abort())).toBe(0);
  return schema.parse(io.json());
}

test("a size that a pool gives is a runner of its own; one beyond is turned away with the pool's maximum", async () => {
  const { pools, decision } = await explained("sized", "mem=4g");
  expect(pools[0]).toMatchObject({
    serves: true,
    reason: expect.stringMatching(/own size \(mem=4g\), with 2 slots at most for one repository, at priority 3/),
  });
  expect(decision).toMatchObject({ pool: "sized", action: "provision" });
  const beyond = await explained("sized", "mem=64g");
  expect(beyond.pools[0]).toMatchObject({ serves: false, reason: expect.stringContaining("more than the 8 GiB") });
});

test("in hours that its schedule closes the job waits, with that reason", async () => {
  const { decision } = await explained("closed");
  expect(decision).toMatchObject({ pool: "closed", action: "wait", reason: expect.stringContaining("its schedule") });
});

test("while the machine is at other work the job waits, with that reason; the pool says what else it holds back for", async () => {
  const { pools, decision } = await explained("heeding");
  expect(pools[2]).toMatchObject({ serves: true, reason: expect.stringContaining("while container backup runs, or") });
  const reason = expect.stringMatching(
    /holds back while this machine is at other work: less than .* of memory is free/,
  );
  expect(decision).toMatchObject({ pool: "heeding", action: "wait", reason });
});

test.each([
  [{ full_name: "me/new", fork: false, archived: false }, true, "it serves me/new"],
  [{ full_name: "me/copy", fork: true, archived: false }, false, "is a fork, which a pattern leaves out; name it"],
  [{ full_name: "me/old", fork: false, archived: true }, false, "is archived, which a pattern leaves out"],
  [{ full_name: "me/legacy", fork: false, archived: false }, false, "is left out by a name behind a !"],
  [{ full_name: "me/cut" }, false, "GitHub has not shown the repository yet"],
])("of me/* but me/legacy, %j is served: %j", async (repository, serves, reason) => {
  const { pools } = await explainedOf(repository);
  expect(pools.at(-1)).toMatchObject({ key: "home", serves, reason: expect.stringContaining(reason) });
});
