import { afterEach, expect } from "vitest";
import * as z from "zod";

import { statusSchema } from "../../shared/status/status.ts";
import { dockerTest } from "../stand-ins/docker/engine.ts";
import { rawCall } from "../stand-ins/docker/raw-call.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

const inspection = z.object({ HostConfig: z.object({ Memory: z.number(), NanoCpus: z.number() }) });

let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

async function limitsOf(name: string): Promise<readonly number[]> {
  const { HostConfig } = inspection.parse(JSON.parse(await rawCall("GET", `/containers/${name}/json`)));
  return [HostConfig.Memory, HostConfig.NanoCpus];
}

dockerTest(
  "jobs of two sizes beside a small runner that is idle each get a container with their own limits, which a restart still knows; 64g gets none",
  async () => {
    chain = await startDockerChain({
      maxSlots: 4,
      edge: true,
      sweepIntervalSeconds: 1,
      env: { HOOKLINE_MIN_FREE_MEMORY: "0" },
      pool: {
        scaling: { min: 1, max: 4, cooldownSeconds: 60 },
        resources: { memory: "128m" },
        sizes: { mem: { max: "8g" }, cpu: { max: 1 } },
      },
    });
    const { github, agent, containers, registered } = chain;
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    await github.waitFor(() => github.runners().some(({ status }) => status === "online"), "a small runner to be idle");
    const [small] = await containers();

    const queue = (...sizes: readonly string[]) =>
      github.queueJob({ repository: REPOSITORY, labels: [...LABELS, ...sizes], runsForMs: null }).id;
    const [big, both, tooBig] = [queue("mem=4g"), queue("cpu=1", "mem=256m"), queue("mem=64g")];
    const runs = (id: number): boolean => github.job(id).status === "in_progress";
    await github.waitFor(() => runs(big) && runs(both), "both jobs to run");
    const nameOf = (id: number): string => github.job(id).runnerName ?? "";
    expect(await limitsOf(nameOf(big))).toEqual([4 * 2 ** 30, 0]);
    expect(await limitsOf(nameOf(both))).toEqual([256 * 2 ** 20, 1_000_000_000]);
    expect(await limitsOf(small ?? "")).toEqual([128 * 2 ** 20, 0]);

    await agent.kill();
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    await github.deliveriesSettled();
    const why = agent.command("why", String(tooBig), "--json");
    expect(await why.exited()).toBe(0);
    const reason = expect.stringContaining("mem=64g is more than the 8 GiB");
    expect(JSON.parse(why.output.join("\n"))).toMatchObject({ job: { state: "waiting", why: reason } });
    const status = agent.command("status", "--json");
    expect(await status.exited()).toBe(0);
    const { slots } = z
      .object({ status: statusSchema })
      .transform((answer) => answer.status)
      .parse(JSON.parse(status.output.join("\n")));
    const sizes = new Map(slots.map(({ slot, sizeLabels }) => [slot, sizeLabels]));
    expect([sizes.get(nameOf(big)), sizes.get(nameOf(both))]).toEqual([["mem=4g"], ["cpu=1", "mem=256m"]]);
    expect(registered()).toBe(3);
    for (const id of [big, both]) github.completeJob(id);
  },
);
