import { expect, test } from "vitest";

import { recordingEngine, type RecordingOptions } from "../../../stand-ins/docker/recording-engine.ts";
import { calm, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { slotsOfAgent, writtenPool } from "./machine.ts";

const LIMITS = "resources: {cpus: 1.5, memory: 1g, pidsLimit: 512}";

/** Starts slots of one pool one after the other; resolves with the settings that were said to be dropped. */
async function dropped(options: RecordingOptions, more: string, starts = 2): Promise<readonly object[]> {
  await using fake = await recordingEngine(options);
  const { provider, said } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}` });
  for (let start = 0; start < starts; start += 1) await provider.start(specOf(writtenPool(more)), calm());
  const readBack = () => fake.engine.calls.filter((call) => /^GET \/containers\/c\d+\/json$/.test(call));
  await expect.poll(readBack).toHaveLength(1);
  await provider.list(calm()).catch(() => undefined);
  return said().filter(({ msg }) => /dropped/.test(String(msg)));
}

test("H18: limits that the engine took are not spoken of", async () => {
  expect(await dropped({}, LIMITS)).toEqual([]);
});

/** As a rootless Podman on cgroups v1 does: https://docs.podman.io/en/latest/markdown/podman-run.1.html ("not supported on cgroups V1 rootless systems"). */
test("H18: limits that the engine drops in silence are said once for the pool, with the engine", async () => {
  const said = await dropped({ keeps: () => ({ Memory: 0, NanoCpus: 0, PidsLimit: null }) }, LIMITS);
  expect(said).toHaveLength(1);
  expect(said).toMatchObject([
    { level: "warn", pool: "small", settings: "memory, cpus, pidsLimit", engine: expect.stringContaining("20.10") },
  ]);
});

/** https://github.com/moby/moby/blob/v20.10.24/daemon/daemon_unix.go: verifyPlatformContainerResources */
test("H18: what the engine says of a limit that it drops comes along", async () => {
  const warning =
    "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.";
  const keeps = (asked: object) => ({ ...asked, Memory: 0 });
  const said = await dropped({ keeps, warnings: [warning] }, LIMITS);
  expect(said).toMatchObject([{ settings: "memory", said: warning }]);
});

/** Podman writes a CPU limit as a quota and its period. */
test("H18: a CPU limit that the engine keeps as quota and period is kept", async () => {
  const keeps = (asked: object) => ({ ...asked, NanoCpus: 0, CpuQuota: 150_000, CpuPeriod: 100_000 });
  expect(await dropped({ keeps }, LIMITS)).toEqual([]);
});

/** Podman 4.3.1 answers a create with `Runtime: runsc` by 201, and runs it with its own. */
test("H18: a slot whose sandbox the engine left out in silence does not start, and its container goes", async () => {
  await using fake = await recordingEngine({
    info: { Runtimes: { runc: {}, runsc: {} } },
    keeps: (asked) => ({ ...asked, Runtime: "oci" }),
  });
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}` });
  await expect(provider.start(specOf(writtenPool("runtime: runsc")), calm())).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringMatching(/runtime/),
  });
  expect(fake.engine.calls).not.toContain("POST /containers/c0/start");
  expect(fake.engine.calls).toContain("DELETE /containers/c0");
});
