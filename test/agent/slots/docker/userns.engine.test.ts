import { chmodSync } from "node:fs";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { cacheMounts } from "../../../../agent/slots/docker/container-options.ts";
import { hostFeatures } from "../../../../agent/slots/docker/host-features.ts";
import { CAPABLE_INFO } from "../../../stand-ins/docker/fake-engine.ts";
import { missingForOwnEngine, OwnEngine } from "../../../stand-ins/docker/own-engine.ts";
import { writtenPool } from "./machine.ts";

const missing = await missingForOwnEngine();
if (missing !== null) console.warn(`Not run: an engine with userns-remap (${missing})`);
const engineTest = test.skipIf(missing !== null);

const RUN_SCRIPT = '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n';
const CACHE = "caches: [{name: tools, path: /opt/tools}]";
/** Machines that are containers themselves may not have it to give. */
const NO_PRIVILEGE = /unable to apply caps: operation not permitted/;

const REMAPPED = hostFeatures({ ...CAPABLE_INFO, SecurityOptions: ["name=userns"] });

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

engineTest("H17: what is refused of the host's network is what this engine refuses", async () => {
  const { client, pool, calm, close } = await onEngine();
  const { network, image } = pool("network: host");
  const labels = { "hookline.instance": "remapped" };
  const body = { Image: image, Cmd: ["/bin/true"], HostConfig: { NetworkMode: network }, Labels: labels };
  const create = (more: object) =>
    client.containers.create(
      "hookline-remapped-network",
      { ...body, HostConfig: { ...body.HostConfig, ...more } },
      null,
      calm(),
    );
  try {
    await expect(create({})).rejects.toThrow(/host's network namespace/);
    await expect(create({ UsernsMode: "host" })).resolves.toMatchObject({ id: expect.any(String) });
  } finally {
    await close();
  }
});

engineTest(
  "H17: a pool that becomes dind has a cache that its jobs can write, and finds the one of before when it goes back",
  async () => {
    const { provider, client, pool, specOf, calm, close } = await onEngine();
    const done = (name: string) => async () => (await provider.list(calm())).find((slot) => slot.name === name)?.state;
    const runs = async (jitConfig: string): Promise<string> => {
      const spec = specOf(pool(CACHE), { jitConfig });
      await provider.start(spec, calm());
      await expect.poll(done(spec.name)).toBe("exited");
      const said = await provider.logTail(spec.name, 5, calm());
      await provider.remove(spec.name, calm());
      return said;
    };
    try {
      expect(await runs("echo v24 > /opt/tools/node && echo put")).toMatch(/put$/);
      const dind = pool(`docker: dind, ${CACHE}`);
      await provider.prepare([dind], calm());
      // What such a job does, without the privilege that not every machine has to give.
      const writer = await client.containers.create(
        "hookline-remapped-writer",
        {
          Image: dind.image,
          User: "1001",
          Entrypoint: ["/bin/sh"],
          Cmd: ["-c", "ls /opt/tools; echo v26 > /opt/tools/node && cat /opt/tools/node"],
          Labels: { "hookline.instance": "remapped" },
          HostConfig: { NetworkMode: "none", UsernsMode: "host", Mounts: [...cacheMounts(dind, "remapped", REMAPPED)] },
        },
        null,
        calm(),
      );
      await client.containers.start(writer.id, calm());
      await client.containers.wait(writer.id, calm());
      expect(await client.containers.logs(writer.id, 5, calm())).toBe("v26\n");
      expect(await runs("cat /opt/tools/node")).toBe("v24");
    } finally {
      await close();
    }
  },
);
