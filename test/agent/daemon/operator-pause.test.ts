import { expect, test } from "vitest";

import { PauseRecord } from "../../../agent/journal/pause-record.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { agentFixture, batchOf, listed, nextProcess, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const HOUR_MS = 60 * 60_000;

test("a pause starts nothing by webhook or sweep, and signals are journaled and acknowledged as ever", async () => {
  const { agent, clock, github, journalSql, start, welcome } = agentFixture();
  await start();
  const connection = welcome();
  agent.operator.pause(null);
  github.jobs = { [REPOSITORY]: [listed(1), listed(2)] };
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(3 * SWEEP_MS);
  expect(github.callsOf("jit")).toEqual([]);
  expect(new Journal(journalSql).signals()).toHaveLength(1);
  expect(connection.frames()).toContainEqual(expect.objectContaining({ type: "ack", upTo: 1 }));
  expect(agent.operator.holds().operatorPause).toMatchObject({ untilMs: null });
});

test("a pause outlives the process and ends by itself at its time; what waited is served then", async () => {
  const first = agentFixture();
  await first.start();
  first.agent.operator.pause(HOUR_MS);
  await first.stop();
  const second = await nextProcess(first, 2 * SWEEP_MS);
  expect(second.github.callsOf("jit")).toEqual([]);
  await second.clock.advance(HOUR_MS - 2 * SWEEP_MS);
  expect(second.provider.running()).toHaveLength(1);
});

test("promise 15: a clock that is set makes a pause neither longer nor shorter, in the next process too", async () => {
  const first = agentFixture();
  await first.start();
  first.agent.operator.pause(HOUR_MS);
  first.clock.set(-8 * HOUR_MS);
  await first.clock.advance(SWEEP_MS);
  await first.stop();
  const second = await nextProcess(first, HOUR_MS - 2 * SWEEP_MS);
  expect(second.provider.running()).toEqual([]);
  await second.clock.advance(SWEEP_MS);
  expect(second.provider.running()).toHaveLength(1);
});

test.each([null, HOUR_MS])(
  "promise 15: a pause that is replaced or ended as the clock is set is on disk as it was last said, first for %s",
  async (forMs) => {
    const first = agentFixture();
    await first.start();
    for (const next of [() => first.agent.operator.pause(2 * HOUR_MS), () => first.agent.operator.resume()]) {
      first.agent.operator.pause(forMs);
      first.clock.set(-HOUR_MS);
      next();
      expect(new PauseRecord(first.journalSql).get()).toEqual(first.agent.operator.holds().operatorPause);
    }
    await first.stop();
  },
);

test("resume serves at once, and the next process starts without a pause", async () => {
  const first = agentFixture();
  await first.start();
  first.agent.operator.pause(null);
  first.welcome().receive(batchOf(0, [signalOf(1)]));
  await first.clock.advance(0);
  expect(first.provider.running()).toEqual([]);
  expect([first.agent.operator.resume(), first.agent.operator.resume()]).toEqual([true, false]);
  await first.clock.advance(0);
  expect(first.provider.running()).toHaveLength(1);
  await first.stop();
  const second = agentFixture({ earlier: first });
  await second.start();
  expect(second.agent.operator.holds().operatorPause).toBeNull();
});

test("a pause that cannot be written down is refused and has no effect", async () => {
  const journalSql = new FullDisk();
  const { agent, start } = agentFixture({ journalSql });
  await start();
  journalSql.full = true;
  expect(() => agent.operator.pause(null)).toThrow("disk is full");
  expect(agent.operator.holds().operatorPause).toBeNull();
});
