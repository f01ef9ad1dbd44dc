import { afterAll, afterEach, beforeAll, expect } from "vitest";

import type { Pool } from "../../../../shared/fleet/pool.ts";
import { PLAIN_CONTAINER, type ContainerOptions } from "../../../../shared/fleet/container-options.ts";
import { dockerAvailable, dockerRequired, dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { discard, engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

/** What the container does is its JIT configuration here: a shell command. */
const RUN_SCRIPT = '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n';

const instance = uniqueInstance();
const { provider, client } = providerOn(engineHost, instance);
let runner: RunnerImage;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired)
    runner = await buildRunnerImage({ runScript: RUN_SCRIPT, volumes: ["/home/runner/_work"] });
});

afterEach(async () => {
  if (!dockerAvailable) return;
  for (const row of await client.containers.list("hookline.instance", instance, calm())) {
    await client.containers.remove(row.id, { force: true }, calm());
  }
});

afterAll(async () => {
  await runner?.remove();
  client.close();
});

function pool(options: Partial<ContainerOptions>, more: Partial<Pool> = {}): Pool {
  return poolOf({ image: runner.image, container: { ...PLAIN_CONTAINER, ...options }, ...more });
}

/** Runs one job to its end and removes its slot; resolves with what it printed. */
async function jobOf(of: Pool, command: string): Promise<string> {
  const spec = specOf(of, { jitConfig: command });
  await provider.start(spec, calm());
  const state = async () => (await provider.list(calm())).find(({ name }) => name === spec.name)?.state;
  await expect.poll(state).toBe("exited");
  const printed = await provider.logTail(spec.name, 20, calm());
  await provider.remove(spec.name, calm());
  return printed;
}

dockerTest("what a pool says of its containers is in force in them", async () => {
  const of = pool(
    {
      env: { GREETING: "hello there" },
      labels: { "com.example.team": "ci" },
      shmBytes: 2 ** 27,
      tmpfs: { "/scratch": "size=1m" },
      dns: ["192.0.2.53"],
    },
    { network: "bridge", resources: { cpuShares: 512 } },
  );
  const bridged = providerOn(engineHost, instance, { network: "none" });
  const spec = specOf(of, { jitConfig: 'echo "$GREETING"; df -k /dev/shm /scratch; sleep 600' });
  await bridged.provider.start(spec, calm());
  await expect
    .poll(() => bridged.provider.logTail(spec.name, 9, calm()))
    .toMatch(/hello there[\s\S]*131072[\s\S]*1024/);
  const { Config, HostConfig } = JSON.parse(await rawCall("GET", `/containers/${spec.name}/json`));
  expect(Config.Labels).toMatchObject({ "com.example.team": "ci", "hookline.instance": instance });
  expect(HostConfig).toMatchObject({ CpuShares: 512, Dns: ["192.0.2.53"], Privileged: false });
  bridged.client.close();
});

dockerTest("N19 what one job leaves in a cache the next one finds, and no job of another pool", async () => {
  // The folder is not in this image: the volume is root's until it is prepared, and the jobs are not root.
  const caches = [{ name: "tools", path: "/opt/hostedtoolcache" }];
  const options = { env: {}, caches };
  const one = pool(options, { key: "one" });
  const read = "cat /opt/hostedtoolcache/node 2>/dev/null || echo nothing";
  try {
    expect(await jobOf(one, "echo v24 > /opt/hostedtoolcache/node; echo put")).toBe("put");
    expect(await jobOf(one, read)).toBe("v24");
    expect(await jobOf(pool(options, { key: "two" }), read)).toBe("nothing");
  } finally {
    for (const key of ["one", "two"]) await discard(`/volumes/hookline-${instance}--${key}--tools`);
  }
});

dockerTest(
  "N19 an image derived from the runner's, with tools and a start script of its own, works unchanged",
  async () => {
    const derived = await buildRunnerImage({
      runScript: "#!/bin/sh\nexec my-tool\n",
      tools: { "my-tool": "#!/bin/sh\necho tool of $(id -un)\n" },
    });
    expect(await jobOf(poolOf({ image: derived.image }), "unused")).toBe("tool of runner");
    await derived.remove();
  },
);

dockerTest("N7 after 200 jobs containers, volumes and images are as many as before", async () => {
  const count = async () => {
    const label = encodeURIComponent(JSON.stringify({ label: [`hookline.instance=${instance}`] }));
    const containers = JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${label}`)) as unknown[];
    const images = JSON.parse(await rawCall("GET", `/images/${runner.image}/json`)) as { RepoTags: unknown[] };
    return { containers: containers.length, tags: images.RepoTags.length };
  };
  const before = await count();
  const volumes: string[] = [];
  const lane = async (): Promise<void> => {
    for (let job = 0; job < 50; job += 1) {
      const spec = specOf(pool({}), { jitConfig: "touch _work/x" });
      await provider.start(spec, calm());
      const { Mounts, Id } = JSON.parse(await rawCall("GET", `/containers/${spec.name}/json`));
      volumes.push(Mounts[0].Name);
      await rawCall("POST", `/containers/${Id}/wait`);
      await provider.remove(spec.name, calm());
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  expect(await count()).toEqual(before);
  expect(new Set(volumes).size).toBe(200);
  const { Volumes } = JSON.parse(await rawCall("GET", "/volumes")) as { Volumes: { Name: string }[] | null };
  const left = new Set((Volumes ?? []).map(({ Name }) => Name));
  expect(volumes.filter((name) => left.has(name))).toEqual([]);
});
