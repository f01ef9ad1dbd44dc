import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { stringify } from "yaml";

import { runCli } from "../../../../agent/commands/commands.ts";
import { PLAIN_CONTAINER } from "../../../../shared/fleet/container-options.ts";
import { fakeIo } from "../../commands/command-io.ts";
import { dockerAvailable, dockerRequired, dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { discard, engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

const GOES_ON = new AbortController().signal;
const instance = uniqueInstance();
const { provider, client } = providerOn(engineHost, instance);
const VOLUME = `hookline-${instance}--small--tools`;
let runner: RunnerImage;
let slot: string | null = null;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired)
    runner = await buildRunnerImage({ runScript: '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n' });
});

afterEach(async () => {
  if (slot !== null) await discard(`/containers/${slot}?force=1&v=1`);
  slot = null;
  await discard(`/volumes/${VOLUME}`);
  await discard(`/volumes/not-${VOLUME}`);
});

afterAll(async () => {
  await runner?.remove();
  client.close();
});

const pool = () =>
  poolOf({ image: runner.image, container: { ...PLAIN_CONTAINER, caches: [{ name: "tools", path: "/opt/tools" }] } });

async function start(command: string): Promise<string> {
  const spec = specOf(pool(), { jitConfig: command });
  slot = spec.name;
  await provider.start(spec, calm());
  return spec.name;
}

/** Runs one job to its end and removes its slot; resolves with what it printed. */
async function job(command: string): Promise<string> {
  const name = await start(command);
  const state = async () => (await provider.list(calm())).find((each) => each.name === name)?.state;
  await expect.poll(state).toBe("exited");
  const printed = await provider.logTail(name, 20, calm());
  await provider.remove(name, calm());
  return printed;
}

async function caches(...args: readonly string[]) {
  const io = fakeIo({
    HOOKLINE_INSTANCE: instance,
    ...(process.env["DOCKER_HOST"] === undefined ? {} : { DOCKER_HOST: process.env["DOCKER_HOST"] }),
  });
  const file = {
    version: 2,
    pools: [{ key: "small", organization: "acme", labels: ["nas"], caches: pool().container.caches }],
  };
  writeFileSync(join(io.cwd, "pools.yaml"), stringify(file));
  const code = await runCli(["caches", ...args, "--json"], io, GOES_ON);
  return { code, ...io.json() } as { readonly code: number; readonly [key: string]: unknown };
}

dockerTest(
  "C-13, promise 12: a cache is listed with its size and its slot, kept while that has it, and pruned after",
  async () => {
    await rawCall("POST", "/volumes/create", JSON.stringify({ Name: `not-${VOLUME}` }));
    const name = await start("dd if=/dev/zero of=/opt/tools/big bs=1024 count=2048 2>/dev/null; echo up; sleep 600");
    await expect.poll(() => provider.logTail(name, 5, calm())).toContain("up");
    const listed = await caches();
    expect(listed).toMatchObject({
      code: 0,
      caches: [{ pool: "small", name: "tools", volume: VOLUME, usedBy: [name], configured: true }],
    });
    const [{ sizeBytes }] = listed["caches"] as [{ sizeBytes: number }];
    expect(sizeBytes).toBeGreaterThanOrEqual(2 ** 21);

    expect(await caches("prune", "tools")).toMatchObject({
      code: 1,
      removed: [],
      kept: [{ volume: VOLUME, usedBy: [name] }],
    });
    await provider.stop(name, 40_000, calm());
    await provider.remove(name, calm());
    expect(await caches("prune")).toMatchObject({ code: 0, removed: [VOLUME], kept: [] });
    expect(await caches()).toMatchObject({ caches: [] });
    expect(await rawCall("GET", `/volumes/not-${VOLUME}`)).toContain(VOLUME);
  },
);

dockerTest("C-13: after its volume was removed a cache can be written by the next job, as before", async () => {
  const write = "echo v24 > /opt/tools/node && cat /opt/tools/node";
  expect(await job(write)).toBe("v24");
  await rawCall("DELETE", `/volumes/${VOLUME}`);
  expect(await job(write)).toBe("v24");
});
