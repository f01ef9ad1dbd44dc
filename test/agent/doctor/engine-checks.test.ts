import { expect, onTestFinished, test } from "vitest";

import { engineChecks } from "../../../agent/doctor/docker/engine-checks.ts";
import { runCheck } from "../../../agent/doctor/check/check.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import type { EngineInfo } from "../../../agent/docker/system-api.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeEngine } from "../../stand-ins/docker/fake-engine.ts";

/** What the doctor finds of a second engine, with a pool on it. */
async function found(info: Partial<EngineInfo> | null, pool: Partial<Pool> = {}) {
  const engine = await FakeEngine.start(info === null ? {} : { info });
  if (info === null) await engine.stop();
  else onTestFinished(() => engine.stop());
  const address = { host: `unix://${engine.host.socketPath}`, tls: null };
  const engines = [{ name: "mini", address, maxSlots: null }];
  const [check] = engineChecks({ version: 2, engines, pools: [poolOf({ engines: ["mini"], ...pool })] });
  if (check === undefined) throw new Error("no check");
  return runCheck(check, systemClock);
}

test("an engine that answers and can do what its pools ask for passes, with what it is", async () => {
  expect(await found({})).toMatchObject({
    id: "docker-engine:mini",
    status: "pass",
    summary: expect.stringMatching(/mini: Docker 20.10.23 answers, API 1.41, amd64, 8 ?g/i),
  });
});

test("promise 19: an engine that does not answer fails by its name", async () => {
  expect(await found(null)).toMatchObject({ id: "docker-engine:mini", status: "fail", remedy: expect.any(String) });
});

test("an engine of another architecture than its pool asks for warns", async () => {
  expect(await found({ Architecture: "aarch64" })).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/another architecture/),
  });
});

test("limits that the engine cannot enforce warn", async () => {
  const limited = { resources: { memoryBytes: 2 ** 30, cpus: 1 } };
  expect(await found({ CpuCfsQuota: false }, limited)).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/not enforced/),
  });
});

test("a file without engines has no such check", () => {
  expect(engineChecks({ version: 2, pools: [poolOf()] })).toEqual([]);
});
