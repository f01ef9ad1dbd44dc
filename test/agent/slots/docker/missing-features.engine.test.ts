import { afterAll, beforeAll, expect } from "vitest";

import { parseDockerHost } from "../../../../agent/docker/docker-host.ts";
import { AllowListProxy } from "../../../image/allow-list-proxy.ts";
import { dockerAvailable, dockerRequired, dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

let runner: RunnerImage;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired) runner = await buildRunnerImage({ runScript: "#!/bin/sh\nsleep 600\n" });
});

afterAll(async () => runner?.remove());

const resources = { cpus: 1, memoryBytes: 2 ** 26, pidsLimit: 100, cpuShares: 512 };

/** Before the real engine, which then gets what the agent makes of such a host. */
dockerTest.each([
  { lacks: "CPU quotas", info: { CpuCfsQuota: false }, setting: "cpus", unset: { NanoCpus: 0 } },
  { lacks: "CPU periods", info: { CpuCfsPeriod: false }, setting: "cpus", unset: { NanoCpus: 0 } },
  { lacks: "CPU weights", info: { CPUShares: false }, setting: "cpuShares", unset: { CpuShares: 0 } },
  { lacks: "a pids cgroup", info: { PidsLimit: false }, setting: "pidsLimit", unset: { PidsLimit: null } },
  { lacks: "memory limits", info: { MemoryLimit: false }, setting: "memory", unset: { Memory: 0 } },
  { lacks: "docker-init", info: { InitCommit: { ID: "N/A" } }, setting: "init", unset: {} },
  { lacks: "a log driver that we know", info: { LoggingDriver: "db" }, setting: null, unset: {} },
])("N1 a pool starts on a host without $lacks, with one warning at most", async ({ info, setting, unset }) => {
  await using proxy = await AllowListProxy.start({ allow: null, info });
  const instance = uniqueInstance();
  const { provider, client, lines } = providerOn(parseDockerHost(proxy.address), instance);
  const pool = poolOf({ image: runner.image, resources });
  await provider.prepare([pool], calm());
  for (let start = 0; start < 2; start += 1) {
    const spec = specOf(pool);
    await provider.start(spec, calm());
    const { HostConfig } = JSON.parse(await rawCall("GET", `/containers/${spec.name}/json`));
    await client.containers.remove(spec.name, { force: true }, calm());
    expect(HostConfig).toMatchObject(unset);
  }
  const warned = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  expect(warned.map((record) => record.setting)).toEqual(setting === null ? [] : [setting]);
  client.close();
});

dockerTest("what the engine answers with 400 comes with its words and a remedy", async () => {
  // The host claims more CPUs than it has, as an engine in a virtual machine does: the real one refuses.
  await using proxy = await AllowListProxy.start({ allow: null, info: { NCPU: 512 } });
  const { provider, client } = providerOn(parseDockerHost(proxy.address), uniqueInstance());
  const pool = poolOf({ image: runner.image, resources: { cpus: 400 } });
  await expect(provider.start(specOf(pool), calm())).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringMatching(/400.*CPUs/),
    remedy: expect.stringMatching(/resources/),
  });
  client.close();
});
