import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { agentFixture, batchOf, signalOf, SWEEP_MS } from "./agent-fixture.ts";

test("rule 3: a job that a concurrency group holds starts no second runner, and is demand again within a sweep of its release", async () => {
  const { github, clock, client } = await onLoopback();
  github.addRepository("acme/web");
  const provider = new FakeSlots(clock);
  const [journalSql, slotsSql] = [new NodeSql(":memory:"), new NodeSql(":memory:")];
  const { agent, start, welcome } = agentFixture({
    earlier: { clock, github: new FakeGitHub(clock), provider, journalSql, slotsSql },
    fleet: { version: 2, pools: [poolOf({ repositories: null, max: 3 })] },
    github: client({ kind: "token", token: github.addToken() }),
  });
  await start();
  const connection = welcome();
  await agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, patience());
  const labels = ["self-hosted", "nas"];
  const { id } = github.queueJob({ repository: "acme/web", labels, held: true, runsForMs: null });
  const now = clock.now();
  connection.receive(batchOf(0, [signalOf(1, { jobId: id, createdAtMs: now, startedAtMs: now })]));
  const sweep = async (): Promise<void> => {
    const before = agent.state().lastSweepAt ?? 0;
    await clock.advance(SWEEP_MS);
    await agent.waitFor(({ lastSweepAt }) => (lastSweepAt ?? 0) > before, patience());
  };
  for (let n = 0; n < 6; n += 1) await sweep();
  expect(provider.callsOf("start").length).toBeLessThanOrEqual(1);
  expect(agent.state().demand).toBe(0);
  github.release(id);
  await sweep();
  expect(agent.state().demand).toBe(1);
});
