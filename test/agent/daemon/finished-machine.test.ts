import { expect, test } from "vitest";

import { finishedDays } from "../../../agent/journal/finished-days.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { guid } from "../../samples/signal.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { agentFixture, batchOf, signalOf, SWEEP_MS } from "./agent-fixture.ts";

/** The machine that reports say a job had, with these labels in a pool like this one. */
async function notedMachine(pool: Partial<Pool>, labels: readonly string[]) {
  const { github, slotsSql, clock, start, welcome } = agentFixture({ fleet: { version: 2, pools: [poolOf(pool)] } });
  await start();
  const connection = welcome();
  const job = { labels: ["nas", ...labels], createdAtMs: clock.now(), startedAtMs: clock.now() };
  connection.receive(batchOf(0, [signalOf(1, job)]));
  await clock.advance(1000);
  const [runnerName = ""] = github.callsOf("jit");
  const ended = { action: "completed", status: "completed", conclusion: "success", runnerName };
  connection.receive(
    batchOf(1, [signalOf(1, { ...job, ...ended, guid: guid(50), completedAtMs: clock.now() + 61_000 })]),
  );
  await clock.advance(SWEEP_MS);
  return finishedDays(slotsSql, "2000-01-01").map(({ machine }) => machine);
}

test("a job is priced by the architecture of its pool and the CPUs that its runner was limited to", async () => {
  const sizes = { cpus: 8 };
  expect(await notedMachine({}, [])).toEqual([{ architecture: "x64", cpus: null }]);
  expect(await notedMachine({ architecture: "arm64" }, [])).toEqual([{ architecture: "arm64", cpus: null }]);
  expect(await notedMachine({ resources: { cpus: 2 }, sizes }, [])).toEqual([{ architecture: "x64", cpus: 2 }]);
  expect(await notedMachine({ resources: { cpus: 2 }, sizes }, ["cpu=6"])).toEqual([{ architecture: "x64", cpus: 6 }]);
});
