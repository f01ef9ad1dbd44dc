import { expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { batchOf, signalOf } from "./agent-fixture.ts";
import { loopbackAgent } from "./loopback-agent.ts";

test("rule 3: a job that a concurrency group holds starts no second runner, and is demand again within a sweep of its release", async () => {
  const { agent, loopback, clock, connection, provider, sweep } = await loopbackAgent(
    poolOf({ repositories: null, max: 3 }),
  );
  const labels = ["self-hosted", "nas"];
  const { id } = loopback.queueJob({ repository: "acme/web", labels, held: true, runsForMs: null });
  const now = clock.now();
  connection.receive(batchOf(0, [signalOf(1, { jobId: id, createdAtMs: now, startedAtMs: now })]));
  for (let n = 0; n < 6; n += 1) await sweep();
  expect(provider.callsOf("start").length).toBeLessThanOrEqual(1);
  expect(agent.state().demand).toBe(0);
  loopback.release(id);
  await sweep();
  expect(agent.state().demand).toBe(1);
});
