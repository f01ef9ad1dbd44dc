import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { missingForPodman, OwnPodman } from "../stand-ins/docker/own-podman.ts";

const missing = await missingForPodman();
if (missing !== null) console.warn(`Not run: the chain on Podman (${missing})`);
const podmanTest = test.skipIf(missing !== null);

let podman: OwnPodman;

beforeAll(async () => {
  if (missing !== null) return;
  podman = new OwnPodman();
  await podman.start();
});

afterAll(async () => podman?.close());

podmanTest(
  "H18: Podman as root serves jobs by webhook, adopts runners after a SIGKILL, and nothing is left",
  async () => {
    vi.stubEnv("DOCKER_HOST", podman.address);
    vi.resetModules();
    const { startDockerChain } = await import("./docker-chain.ts");
    const chain = await startDockerChain({
      maxSlots: 2,
      edge: true,
      sweepIntervalSeconds: 20,
      pool: { resources: { memory: "64m", cpus: 0.5, pidsLimit: 64 } },
    });
    const { github, agent, containers, registered } = chain;
    try {
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      const jobs = github.queueMatrix({
        repository: "acme/website",
        labels: ["self-hosted", "nas"],
        runsForMs: null,
        count: 2,
      });
      const all = (status: string) => () => jobs.every(({ id }) => github.job(id).status === status);
      await github.waitFor(all("in_progress"), "both jobs to run");
      expect(agent.output.filter((line) => /dropped settings/.test(line))).toEqual([]);
      await agent.kill();
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      for (const { id } of jobs) github.completeJob(id);
      await github.waitFor(all("completed"), "both jobs to end");
      expect(jobs.map(({ id }) => github.job(id).conclusion)).toEqual(["success", "success"]);
      await expect.poll(containers).toEqual([]);
      expect(registered()).toBe(2);
    } finally {
      await chain.close();
    }
  },
);

podmanTest(
  "H18: a sandbox that Podman's Docker API leaves out in silence is found out before a job runs in it",
  async () => {
    vi.stubEnv("DOCKER_HOST", podman.address);
    vi.resetModules();
    const { buildRunnerImage } = await import("../stand-ins/docker/runner-image.ts");
    const { providerOn, specOf, calm } = await import("../stand-ins/docker/slot-fixtures.ts");
    const { parseDockerHost } = await import("../../agent/docker/docker-host.ts");
    const { writtenPool } = await import("../agent/slots/docker/machine.ts");
    const built = await buildRunnerImage({ runScript: "#!/bin/sh\n" });
    const { provider, client } = providerOn(parseDockerHost(podman.address), "podman-bounds");
    const pool = { ...writtenPool("runtime: runsc"), image: built.image };
    try {
      await expect(provider.start(specOf(pool), calm())).rejects.toMatchObject({
        message: expect.stringMatching(/without runtime/),
      });
      expect(await client.containers.list("hookline.instance", "podman-bounds", calm())).toEqual([]);
    } finally {
      client.close();
      await built.remove();
    }
  },
);
