import { expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { guid } from "../../samples/signal.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { agentFixture, batchOf, nextProcess, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const TWO_POOLS = {
  version: 2 as const,
  pools: [
    poolOf({ key: "home", repositories: [REPOSITORY] }),
    poolOf({ key: "other", repositories: [REPOSITORY], labels: ["other"] }),
  ],
};

test("C18 after a drain nothing new is claimed: not for a job that waits, not for one that comes, not by a sweep", async () => {
  const { agent, clock, github, start, welcome } = agentFixture();
  await start();
  const connection = welcome();
  agent.operator.drain("home", true);
  connection.receive(batchOf(0, [signalOf(1), signalOf(2)]));
  await clock.advance(3 * SWEEP_MS);
  expect(github.callsOf("jit")).toEqual([]);
  expect(agent.operator.drainProgress("home")).toEqual({ draining: true, slots: 0, busy: 0, open: 0 });
});

test("an idle runner is deregistered, then stopped; a busy one finishes its job; another pool goes on", async () => {
  const { agent, clock, github, provider, start, welcome } = agentFixture({ fleet: TWO_POOLS });
  await start();
  const connection = welcome();
  connection.receive(batchOf(0, [signalOf(1), signalOf(2), signalOf(3, { labels: ["self-hosted", "other"] })]));
  await clock.advance(0);
  const [busy = "", idle = "", other = ""] = provider.running();
  github.set(busy, { status: "online", busy: true });
  github.set(idle, { status: "online" });
  github.set(other, { status: "online" });
  const running = { guid: guid(4), action: "in_progress", status: "in_progress", runnerName: busy };
  connection.receive(batchOf(3, [signalOf(1, running)]));
  await clock.advance(SWEEP_MS);
  expect(agent.operator.drainProgress("home")).toEqual({ draining: false, slots: 2, busy: 1, open: 1 });

  agent.operator.drain("home", true);
  await clock.advance(SWEEP_MS);
  expect(github.callsOf("delete")[0]).toBe(idle);
  expect(github.names()).toEqual([busy, other]);
  expect(provider.running()).toEqual([busy, other]);
  expect(agent.operator.drainProgress("home")).toEqual({ draining: true, slots: 1, busy: 1, open: 0 });

  const done = { guid: guid(5), action: "completed", status: "completed", runnerName: busy, conclusion: "success" };
  connection.receive(batchOf(4, [signalOf(1, done)]));
  provider.exit(busy, 0);
  await clock.advance(0);
  expect(agent.operator.drainProgress("home")).toEqual({ draining: true, slots: 0, busy: 0, open: 0 });
  expect(agent.operator.drainProgress("other")).toMatchObject({ draining: false, slots: 1 });
});

test("a drain outlives the process; taking it back serves what has waited, at once", async () => {
  const first = agentFixture();
  await first.start();
  first.agent.operator.drain("home", true);
  await first.stop();
  const second = await nextProcess(first, 2 * SWEEP_MS);
  expect(second.github.callsOf("jit")).toEqual([]);
  second.agent.operator.drain("home", false);
  await second.clock.advance(0);
  expect(second.provider.running()).toHaveLength(1);
  await second.stop();
  const third = agentFixture({ earlier: second });
  await third.start();
  expect(third.agent.operator.drainProgress("home")).toMatchObject({ draining: false, slots: 1 });
});

test("a drain that cannot be written down is refused and has no effect", async () => {
  const journalSql = new FullDisk();
  const { agent, start } = agentFixture({ journalSql });
  await start();
  journalSql.full = true;
  expect(() => agent.operator.drain("home", true)).toThrow("disk is full");
  expect(agent.operator.drainProgress("home").draining).toBe(false);
});

test("a pool that there is not is refused with the nearest one that there is", async () => {
  const { agent, start } = agentFixture();
  await start();
  const refused = expect.objectContaining({ code: "unknown-pool", remedy: "Did you mean home?" }) as Error;
  expect(() => agent.operator.drain("hmoe", true)).toThrow(refused);
});
