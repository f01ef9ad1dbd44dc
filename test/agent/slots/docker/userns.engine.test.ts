import { chmodSync } from "node:fs";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { missingForOwnEngine, OwnEngine } from "../../../stand-ins/docker/own-engine.ts";
import { writtenPool } from "./machine.ts";

const missing = await missingForOwnEngine();
if (missing !== null) console.warn(`Not run: an engine with userns-remap (${missing})`);
const engineTest = test.skipIf(missing !== null);

const RUN_SCRIPT = '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n';
const CACHE = "caches: [{name: tools, path: /opt/tools}]";
/** Machines that are containers themselves may not have it to give. */
const NO_PRIVILEGE = /unable to apply caps: operation not permitted/;

let engine: OwnEngine;

beforeAll(async () => {
  if (missing !== null) return;
  engine = new OwnEngine({ usernsRemap: true });
  chmodSync(engine.folder, 0o711);
  await engine.start();
});

afterAll(async () => engine?.close());

/** What the modules that know the engine's address make of this one. */
async function onEngine() {
  vi.stubEnv("DOCKER_HOST", engine.address);
  vi.resetModules();
  const { buildRunnerImage } = await import("../../../stand-ins/docker/runner-image.ts");
  const { providerOn, specOf, calm } = await import("../../../stand-ins/docker/slot-fixtures.ts");
  const { parseDockerHost } = await import("../../../../agent/docker/docker-host.ts");
  const built = await buildRunnerImage({ runScript: RUN_SCRIPT });
  const dockerHost = parseDockerHost(engine.address);
  const { provider, client } = providerOn(dockerHost, "remapped", { dockerHost, network: "none" });
  const pool = (more: string) => ({ ...writtenPool(more), image: built.image });
  const close = async (): Promise<void> => {
    for (const { id } of await client.containers.list("hookline.instance", "remapped", calm()))
      await client.containers.remove(id, { force: true }, calm());
    client.close();
  };
  return { provider, client, pool, specOf, calm, close };
}

engineTest("H17: a dind slot on an engine with userns-remap is taken by it, in the host's user namespace", async () => {
  const { provider, client, pool, specOf, calm, close } = await onEngine();
  const spec = specOf(pool(`docker: dind, ${CACHE}`), { jitConfig: "cat /proc/self/uid_map; sleep 60" });
  try {
    const refused = await provider.start(spec, calm()).then(
      () => null,
      (error: unknown) => String(error),
    );
    if (refused !== null) {
      expect(refused).toMatch(NO_PRIVILEGE);
      return;
    }
    await expect.poll(() => provider.logTail(spec.name, 5, calm())).toMatch(/^\s*0\s+0\s/);
    expect(await client.containers.list("hookline.instance", "remapped", calm())).toHaveLength(1);
  } finally {
    await close();
  }
});

engineTest("H17: what a remapped slot has written into its cache, a dind slot of the pool can read", async () => {
  const { provider, client, pool, specOf, calm, close } = await onEngine();
  const done = (name: string) => async () => (await provider.list(calm())).find((slot) => slot.name === name)?.state;
  const writer = specOf(pool(CACHE), {
    jitConfig: "grep -c . /proc/self/uid_map; echo v24 > /opt/tools/node && echo put",
  });
  try {
    await provider.start(writer, calm());
    await expect.poll(done(writer.name)).toBe("exited");
    expect(await provider.logTail(writer.name, 5, calm())).toMatch(/put$/);
    // The volume as a container of the host's user namespace sees it, without the privilege of a dind slot.
    const reader = await client.containers.create(
      "hookline-remapped-reader",
      {
        Image: pool("size: 1").image,
        Cmd: ["/bin/cat", "/opt/tools/node"],
        Labels: { "hookline.instance": "remapped" },
        HostConfig: {
          NetworkMode: "none",
          UsernsMode: "host",
          Mounts: [{ Type: "volume", Source: "hookline-remapped--small--tools", Target: "/opt/tools" }],
        },
      },
      null,
      calm(),
    );
    await client.containers.start(reader.id, calm());
    await client.containers.wait(reader.id, calm());
    expect(await client.containers.logs(reader.id, 5, calm())).toBe("v24\n");
  } finally {
    await close();
  }
});
