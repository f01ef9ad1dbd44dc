import { createServer, type AddressInfo } from "node:net";
import { hostname } from "node:os";

import { afterAll, beforeAll, expect } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { runCheck } from "../../../agent/doctor/check/check.ts";
import { Readings } from "../../../agent/doctor/check/readings.ts";
import { settle } from "../../../agent/doctor/check/settle.ts";
import { dockerChecks } from "../../../agent/doctor/docker/docker-checks.ts";
import { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { NO_PROXY } from "../../../agent/settings/own-proxy.ts";
import { loadFleet } from "../../../shared/fleet/load-fleet.ts";
import { dockerAvailable, dockerTest } from "../../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../stand-ins/docker/runner-image.ts";
import { suiteName } from "../../stand-ins/docker/suite-names.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const OPEN = suiteName();
let built: RunnerImage;
/** The machine as containers of the open network see it, and where somebody answers there. */
let gateway = "";
let port = 0;
const server = createServer((socket) => void socket.end());

beforeAll(async () => {
  if (!dockerAvailable) return;
  built = await buildRunnerImage({ runScript: "#!/bin/sh\n" });
  await rawCall("POST", "/networks/create", JSON.stringify({ Name: OPEN }));
  const { IPAM } = JSON.parse(await rawCall("GET", `/networks/${OPEN}`)) as { IPAM: { Config: { Gateway: string }[] } };
  gateway = IPAM.Config[0]?.Gateway.split("/")[0] ?? "";
  await new Promise<void>((resolve) => void server.listen(0, "0.0.0.0", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  if (!dockerAvailable) return;
  server.close();
  await rawCall("DELETE", `/networks/${OPEN}`);
  await built.remove();
});

/** What the doctor says of Docker for one pool, where this machine reaches GitHub at `host`. */
async function deep(pool: object, host = gateway) {
  const own = { key: "nas", organization: "acme", labels: ["nas"], image: built.image, network: OPEN };
  const value = { version: 2, pools: [{ ...own, ...pool }] };
  const { fleet } = loadFleet({ name: "pools.yaml", value, lookup: () => undefined });
  const client = new DockerClient(engineHost);
  const readings = new Readings({ clock: systemClock, most: 4, late: () => new Error("late") });
  const checks = dockerChecks({
    facts: new DockerFacts(client, readings),
    fleet,
    instance: "nas",
    dataFolder: temporaryFolder(),
    random: Math.random,
    clock: systemClock,
    nowMs: Date.now(),
    dockerHost: engineHost,
    proxy: NO_PROXY,
    start: {
      reachable: () => Promise.resolve([{ hostname: host, port, tls: false }]),
      spared: () => Promise.resolve(null),
    },
  });
  const asked = checks.filter(({ id }) => /^docker-(image|create|network|start):/.test(id));
  const told = settle(await Promise.all(asked.map((check) => runCheck(check, systemClock))));
  readings.close();
  client.close();
  const bad = told.filter(({ id, status }) => id !== "docker-network:bridge" && /fail|warn/.test(status));
  return { start: told.find(({ id }) => id === "docker-start:nas"), bad: bad.map(({ id }) => id) };
}

async function containers(): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ ancestor: [built.image] }));
  return (JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`)) as unknown[]).length;
}

dockerTest("a container that starts and reaches GitHub passes, and is gone", async () => {
  const { start } = await deep({ resources: { memory: "64m" } });
  expect(start).toMatchObject({ status: "pass", summary: expect.stringMatching(/reaches 1 host of GitHub's$/) });
  expect(await containers()).toBe(0);
});

dockerTest(
  "H14: promise 19: names that resolve on this machine and not in containers fail, with the name servers to set",
  async () => {
    const { start, bad } = await deep({ dns: ["192.0.2.1"] }, hostname());
    expect(start).toMatchObject({
      status: "fail",
      summary: expect.stringContaining("names do not resolve inside containers"),
      remedy: expect.stringContaining("dns: ["),
    });
    expect(bad).toEqual(["docker-start:nas"]);
    expect(await containers()).toBe(0);
  },
);

dockerTest("H14: promise 19: a network without a way out fails, where this machine itself reaches GitHub", async () => {
  const { start, bad } = await deep({ network: "none" });
  expect(start).toMatchObject({
    status: "fail",
    summary: expect.stringContaining("not reached from inside containers"),
    remedy: expect.stringContaining("--internal"),
  });
  expect(bad).toEqual(["docker-start:nas"]);
});

dockerTest(
  "C-4: promise 19: D5 a network that is not there is told by its own check, and no container is left",
  async () => {
    const { start, bad } = await deep({ network: "no-such-network" });
    expect(start).toMatchObject({
      status: "skip",
      summary: expect.stringContaining("see docker-network:no-such-network"),
    });
    expect(bad).toEqual(["docker-network:no-such-network"]);
    expect(await containers()).toBe(0);
  },
);

dockerTest("an image that is not here is told by its own check", async () => {
  const { start } = await deep({ image: "hookline-none:1" });
  expect(start).toMatchObject({ status: "skip", summary: expect.stringContaining("see docker-image:hookline-none:1") });
});
