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
  const [check] = engineChecks({ version: 2, engines, pools: [poolOf({ engines: ["mini"], ...pool })] }, 0);
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

/** What it finds beyond that, by the id of the check. */
async function foundMore(answers: Readonly<Record<string, unknown>>, swarm = false) {
  const engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      const known = Object.entries(answers).find(([end]) => decodeURIComponent(path).endsWith(end));
      if (known === undefined) return false;
      if (known[1] === null) response.statusCode = 404;
      response.setHeader("content-type", "application/json").end(JSON.stringify(known[1]));
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const address = { host: `unix://${engine.host.socketPath}`, tls: null };
  const engines = [{ name: "mini", address, maxSlots: null, ...(swarm ? { swarm: true as const } : {}) }];
  const checks = engineChecks({ version: 2, engines, pools: [poolOf({ engines: ["mini"], image: "runner:1" })] }, 0);
  return Promise.all(checks.slice(1).map((check) => runCheck(check, systemClock)));
}

test("an image that is not on another engine warns, and says on which", async () => {
  expect(await foundMore({ "/images/runner:1/json": null })).toMatchObject([
    {
      id: "docker-image:mini/runner:1",
      status: "warn",
      summary: expect.stringMatching(/^mini: image runner:1 is not here/),
      remedy: "on mini: docker pull runner:1",
    },
  ]);
});

test("an image that is on another engine passes; one for another architecture fails", async () => {
  const image = { Id: "sha256:1", Architecture: "amd64" };
  expect(await foundMore({ "/images/runner:1/json": image })).toMatchObject([{ status: "pass" }]);
  const other = { ...image, Architecture: "arm64" };
  expect(await foundMore({ "/images/runner:1/json": other })).toMatchObject([{ status: "fail" }]);
});

test.each([
  [["ready", "ready"], "pass", "mini: 2 of 2 nodes up"],
  [["ready", "down"], "warn", "mini: 1 of 2 nodes up; down: node-1"],
  [["down", "down"], "fail", "mini: 0 of 2 nodes up; down: node-0, node-1"],
])("a swarm whose nodes are %j", async (states, status, summary) => {
  const nodes = states.map((State, index) => ({
    ID: `id-${index}`,
    Description: { Hostname: `node-${index}` },
    Status: { State },
  }));
  expect(await foundMore({ "/nodes": nodes }, true)).toMatchObject([{ id: "docker-nodes:mini", status, summary }]);
});

test("an engine that answers and is no manager of a swarm fails by what it says, and is not passed over", async () => {
  const engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (!path.endsWith("/nodes")) return false;
      response.statusCode = 503;
      response.end(JSON.stringify({ message: "This node is not a swarm manager." }));
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const address = { host: `unix://${engine.host.socketPath}`, tls: null };
  const engines = [{ name: "mini", address, maxSlots: null, swarm: true as const }];
  const [, nodes] = engineChecks({ version: 2, engines, pools: [poolOf({ engines: ["mini"] })] }, 0);
  if (nodes === undefined) throw new Error("no check");
  const finding = await runCheck(nodes, systemClock);
  expect(finding).toMatchObject({ id: "docker-nodes:mini", status: "fail" });
  expect(JSON.stringify(finding)).toContain("not a swarm manager");
});

test("an engine that does not answer is told of once: what else was to be asked is skipped", async () => {
  const address = { host: "unix:///nowhere/docker.sock", tls: null };
  for (const swarm of [{}, { swarm: true as const }]) {
    const engines = [{ name: "mini", address, maxSlots: null, ...swarm }];
    const [, more] = engineChecks({ version: 2, engines, pools: [poolOf({ engines: ["mini"] })] }, 0);
    if (more === undefined) throw new Error("no check");
    expect(await runCheck(more, systemClock)).toMatchObject({ status: "skip", see: ["docker-engine:mini"] });
  }
});

test("a file without engines has no such check", () => {
  expect(engineChecks({ version: 2, pools: [poolOf()] }, 0)).toEqual([]);
});
