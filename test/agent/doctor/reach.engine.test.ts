import { existsSync } from "node:fs";
import { createServer } from "node:net";

import { afterAll, beforeAll, expect } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { runCheck, type CheckResult } from "../../../agent/doctor/check/check.ts";
import { Readings } from "../../../agent/doctor/check/readings.ts";
import { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { reachChecks } from "../../../agent/doctor/docker/reach-check.ts";
import { HelperContainers } from "../../../agent/slots/docker/helper-container.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { dockerAvailable, dockerTest } from "../../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../stand-ins/docker/runner-image.ts";
import { suiteName } from "../../stand-ins/docker/suite-names.ts";

const BASH = "/bin/bash";
const NETWORKS = { open: suiteName(), internal: suiteName() };
/** Doors that the check knocks on and that a NAS's desk has: the first that is free here. */
const DOORS = [5000, 5001] as const;

let withBash: RunnerImage;
let without: RunnerImage;
let door = 0;
const server = createServer((socket) => void socket.end());

beforeAll(async () => {
  if (!dockerAvailable) return;
  const runScript = "#!/bin/sh\n";
  withBash = await buildRunnerImage({ runScript, programs: existsSync(BASH) ? [BASH] : [] });
  without = await buildRunnerImage({ runScript });
  await rawCall("POST", "/networks/create", JSON.stringify({ Name: NETWORKS.open }));
  await rawCall("POST", "/networks/create", JSON.stringify({ Name: NETWORKS.internal, Internal: true }));
  for (const port of DOORS) if (door === 0 && (await opens(port))) door = port;
});

afterAll(async () => {
  if (!dockerAvailable) return;
  server.close();
  for (const network of Object.values(NETWORKS)) await rawCall("DELETE", `/networks/${network}`);
  for (const image of [withBash, without]) await image.remove();
});

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => resolve(true));
  });
}

/** What the doctor says of what jobs on this network reach. */
async function reach(network: string, visibility: "public" | "private", { image }: RunnerImage): Promise<CheckResult> {
  const client = new DockerClient(engineHost);
  const readings = new Readings({ clock: systemClock, most: 4, late: () => new Error("late") });
  const helpers = new HelperContainers({ client, instance: "nas", random: Math.random, log: silentLogger });
  try {
    const fleet = { version: 2 as const, pools: [poolOf({ network, visibility, image })] };
    const [check] = reachChecks(new DockerFacts(client, readings), fleet, helpers);
    if (check === undefined) throw new Error("there is no check of what jobs reach");
    return await runCheck(check, systemClock);
  } finally {
    readings.close();
    client.close();
  }
}

async function containers({ image }: RunnerImage): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ ancestor: [image] }));
  return (JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`)) as unknown[]).length;
}

dockerTest(
  "a bridge lets jobs reach this machine's ports: told for a private pool, a warning for a public one",
  async () => {
    const own = new RegExp(`this machine's own ports \\(open: (?:\\d+, )*${door}\\b`);
    const [toPrivate, toPublic] = [
      await reach(NETWORKS.open, "private", withBash),
      await reach(NETWORKS.open, "public", withBash),
    ];
    expect(toPrivate).toMatchObject({ status: "pass", summary: expect.stringMatching(own) });
    expect(toPublic).toMatchObject({ status: "warn", summary: expect.stringMatching(own) });
    expect(toPublic.remedy).toContain("docs/home-network.md");
    expect(await containers(withBash)).toBe(0);
  },
);

/** https://docs.docker.com/reference/cli/docker/network/create/#network-internal-mode */
dockerTest("an internal network keeps jobs from the router and not from this machine", async () => {
  const { summary } = await reach(NETWORKS.internal, "public", withBash);
  expect(summary).toMatch(/this machine's own ports/);
  expect(summary).not.toMatch(/the router/);
});

dockerTest(
  "no network reaches nothing, and an image that cannot knock is not taken for one that reaches nothing",
  async () => {
    expect(await reach("none", "public", withBash)).toMatchObject({ status: "pass" });
    expect(await reach(NETWORKS.open, "public", without)).toMatchObject({
      status: "skip",
      summary: expect.stringContaining("neither bash nor curl"),
    });
    expect(await containers(without)).toBe(0);
  },
);
