import { expect, test } from "vitest";

import type { Pool } from "../../../shared/fleet/pool.ts";
import { poolHash } from "../../../agent/slots/pool-hash.ts";
import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { agentFixture, batchOf, REPOSITORY, signalOf } from "./agent-fixture.ts";

const IDLE = "hookline-nas--home-0123456789";
const BEFORE = poolOf({ repositories: [REPOSITORY], max: 1 });

/** An agent with `pool`, and an idle runner that an earlier process made of another version of it. */
async function edited(pool: Pool, madeOf: string | null = poolHash(BEFORE), busy = false) {
  const fixture = agentFixture({ fleet: { version: 2, pools: [pool] } });
  const { github, provider, start, welcome, clock } = fixture;
  const id = github.add(IDLE, { busy });
  provider.add(IDLE, { runnerId: id, poolHash: madeOf });
  await start();
  const link = welcome();
  await clock.advance(2000);
  return { ...fixture, link };
}

const EDITS: readonly (readonly [string, Partial<Pool>])[] = [
  ["a label added", { labels: ["nas", "gpu"] }],
  ["another image", { image: "runner:2" }],
  ["another command", { command: ["/bin/other"] }],
  ["another runner group", { scope: { kind: "organization", organization: "acme", runnerGroup: "builds" } }],
  ["more memory", { resources: { memoryBytes: 4e9 } }],
  ["a variable", { container: { ...PLAIN_CONTAINER, env: { A: "b" } } }],
];

test.each(EDITS)(
  "C-2: %s: the idle runner of before makes way for the job that needs the new one, though the pool is full",
  async (_edit, change) => {
    const { github, provider, clock, link } = await edited({ ...BEFORE, ...change });
    const labels = ["self-hosted", ...(change.labels ?? ["nas"])];
    link.receive(batchOf(0, [signalOf(1, { labels, createdAtMs: clock.now(), startedAtMs: clock.now() })]));
    await clock.advance(60_000);
    expect(provider.callsOf("stop")).toEqual([IDLE]);
    expect(github.callsOf("jit")).toHaveLength(1);
  },
);

test("C-2: a busy runner of before finishes its job first", async () => {
  const { provider, clock } = await edited({ ...BEFORE, labels: ["nas", "gpu"] }, poolHash(BEFORE), true);
  await clock.advance(10 * 60_000);
  expect(provider.callsOf("stop")).toEqual([]);
});

test.each([
  ["made by a version that wrote no hash", null, BEFORE],
  ["made of the same settings, named in another order", poolHash(BEFORE), { ...BEFORE, labels: [...BEFORE.labels] }],
  [
    "of a pool whose scaling alone was edited",
    poolHash(BEFORE),
    { ...BEFORE, scaling: { ...BEFORE.scaling, cooldownSeconds: 3600 } },
  ],
])("C-2: a runner %s goes on, and takes the next job", async (_what, hash, pool) => {
  const { github, provider, clock, link } = await edited(pool, hash);
  link.receive(batchOf(0, [signalOf(1, { createdAtMs: clock.now(), startedAtMs: clock.now() })]));
  await clock.advance(60_000);
  expect([provider.callsOf("stop"), github.callsOf("jit")]).toEqual([[], []]);
});
