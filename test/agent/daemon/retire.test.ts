import { expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { guid } from "../../samples/signal.ts";
import { runStandInRunner } from "../../stand-ins/github/stand-in-runner.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { agentFixture, batchOf, listed, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";
import { loopbackAgent } from "./loopback-agent.ts";

/** Two runners: one at a job that does not end, and one that is idle since its job was cancelled. */
async function busyAndIdle() {
  const scaling = { min: 0, max: 3, queueThreshold: 1, cooldownSeconds: 600 };
  const fleet = { version: 2 as const, pools: [poolOf({ repositories: [REPOSITORY], scaling })] };
  const fixture = agentFixture({ fleet });
  await fixture.start();
  const connection = fixture.welcome();
  connection.receive(batchOf(0, [signalOf(1), signalOf(2)]));
  await fixture.clock.advance(0);
  const [busy = "", idle = ""] = fixture.provider.running();
  fixture.github.set(busy, { status: "online", busy: true });
  fixture.github.set(idle, { status: "online" });
  const running = { guid: guid(3), action: "in_progress", status: "in_progress", runnerName: busy };
  const cancelled = { guid: guid(4), action: "completed", status: "completed", conclusion: "cancelled" };
  connection.receive(batchOf(2, [signalOf(1, running), signalOf(2, cancelled)]));
  await fixture.clock.advance(SWEEP_MS);
  return { ...fixture, busy, idle };
}

test("C-13: an idle slot that is asked to go is deregistered, then stopped, cooldown or not; the other stays", async () => {
  const { agent, clock, github, provider, busy, idle } = await busyAndIdle();
  agent.operator.retire(idle);
  await clock.advance(SWEEP_MS);
  expect(github.callsOf("delete")[0]).toBe(idle);
  expect([provider.callsOf("stop"), provider.running()]).toEqual([[idle], [busy]]);
  expect(agent.operator.slotProgress(idle)).toBeNull();
});

test("C-13: a busy slot that is asked to go ends its job first, however long that takes", async () => {
  const { agent, clock, provider, busy } = await busyAndIdle();
  agent.operator.retire(busy);
  await clock.advance(60 * SWEEP_MS);
  expect(agent.operator.slotProgress(busy)).toEqual({ phase: "busy", jobId: 1001 });
  expect(provider.callsOf("stop")).not.toContain(busy);
  provider.exit(busy, 0);
  await clock.advance(0);
  expect(agent.operator.slotProgress(busy)).toBeNull();
});

test("C-13, promise 8: a slot whose own container says that it works is not stopped, whatever GitHub says", async () => {
  const { agent, clock, github, provider, idle } = await busyAndIdle();
  provider.atWork.add(idle);
  agent.operator.retire(idle);
  await clock.advance(10 * SWEEP_MS);
  expect([github.callsOf("delete"), provider.callsOf("stop")]).toEqual([[], []]);
});

test("C-13: by force a busy slot is stopped at once, also where GitHub does not answer, and the log names its job", async () => {
  const { agent, clock, github, provider, records, busy } = await busyAndIdle();
  github.deleteFaults.push(() => new Promise(() => {}));
  await agent.operator.force(busy);
  expect(provider.callsOf("stop")).toEqual([busy]);
  await clock.advance(0);
  expect(agent.operator.slotProgress(busy)).toBeNull();
  expect(records()).toContainEqual(
    expect.objectContaining({ level: "warn", msg: "slot stopped on the operator's word", slot: busy, jobId: 1001 }),
  );
});

test("a container that cannot be stopped by force is told of, and the slot goes on", async () => {
  const { agent, provider, busy } = await busyAndIdle();
  provider.stopHooks.push(fails("unreachable"));
  await expect(agent.operator.force(busy)).rejects.toMatchObject({ code: "unreachable" });
  expect(agent.operator.slotProgress(busy)).toMatchObject({ phase: "busy" });
});

test("a job that waits does not count on a slot that is to go: it gets another", async () => {
  const { agent, clock, github, provider, idle } = await busyAndIdle();
  provider.atWork.add(idle);
  agent.operator.retire(idle);
  const before = provider.callsOf("start").length;
  github.jobs = { [REPOSITORY]: [listed(9)] };
  await clock.advance(SWEEP_MS);
  expect(provider.callsOf("start").length).toBe(before + 1);
});

test("a slot that there is not is refused with the nearest one", async () => {
  const { agent, busy } = await busyAndIdle();
  const refused = expect.objectContaining({ code: "unknown-slot", remedy: `Did you mean ${busy}?` }) as Error;
  expect(() => agent.operator.retire(busy.slice(0, -1))).toThrow(refused);
});

test("C-13: on the loopback GitHub a warm runner that is asked to go is replaced by a fresh one", async () => {
  const { agent, loopback, provider, sweep } = await loopbackAgent(poolOf({ repositories: null, min: 1, max: 2 }));
  const [first = ""] = provider.running();
  const end = new AbortController();
  const ended = runStandInRunner({ jitConfig: provider.specs[0]?.jitConfig ?? "", signal: end.signal });
  provider.stopHooks.push(() => end.abort());
  await loopback.waitFor(() => loopback.runners().some(({ status }) => status === "online"), "the runner to be online");
  await sweep();
  agent.operator.retire(first);
  await sweep();
  await sweep();
  expect(await ended).toMatchObject({ exitCode: expect.any(Number) as number });
  expect(provider.running()).toHaveLength(1);
  expect(provider.running()).not.toContain(first);
  expect(loopback.runners().map(({ name }) => name)).toEqual(provider.running());
});
