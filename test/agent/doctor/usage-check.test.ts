import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { Skipped } from "../../../agent/doctor/check/check.ts";
import { Readings } from "../../../agent/doctor/check/readings.ts";
import { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { judgeUsage } from "../../../agent/doctor/docker/usage-check.ts";
import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { poolOf } from "../../stand-ins/docker/slot-fixtures.ts";

const GO = new AbortController().signal;

async function judged(status: number, cacheBytes: number, docker: "none" | "socket" = "none", body: object = {}) {
  const engine = await FakeEngine.start({
    info: { DockerRootDir: temporaryFolder() },
    answer: ({ path }, response) => {
      if (path !== "/system/df") return false;
      const volume = (Name: string, Size: number) => ({ Name, UsageData: { Size } });
      const Volumes = [volume("hookline-nas--small--npm", cacheBytes), volume("data", 2 ** 30)];
      json(response, status, {
        LayersSize: 2 ** 31,
        Volumes,
        BuildCache: [{ Size: 2 ** 20 }],
        message: "refused",
        ...body,
      });
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  const facts = new DockerFacts(
    client,
    new Readings({ clock: new VirtualClock(), most: 4, late: () => new Error("late") }),
  );
  const pools = [poolOf({ container: { ...PLAIN_CONTAINER, docker } })];
  return judgeUsage(facts, { instance: "nas", dataFolder: "/", pools }, GO);
}

test("C-13: caches that take more than the disk has free are a warning, with the command that empties them", async () => {
  expect(await judged(200, 2 ** 20)).toMatchObject({
    status: "pass",
    summary: expect.stringMatching(/^caches take 1.0 MiB in 1 volume; .* free$/) as string,
    detail: "all images 2.0 GiB, all volumes 1.0 GiB; build cache 1.0 MiB",
  });
  expect(await judged(200, 2 ** 52)).toMatchObject({
    status: "warn",
    remedy: expect.stringContaining("caches prune") as string,
  });
});

test("what jobs with the shared socket leave is told as what it is: nobody's to clear but the operator's", async () => {
  expect(await judged(200, 0, "socket")).toMatchObject({
    detail: expect.stringContaining("the agent does not touch") as string,
  });
});

test("a proxy that does not let the question through is no fault of the fleet: skipped, with the rule", async () => {
  await expect(judged(403, 0)).rejects.toThrow(Skipped);
  await expect(judged(403, 0)).rejects.toThrow(/system\/df/);
});

test("absence is no evidence: an engine that tells no volumes, or no sizes, is not one whose caches are empty", async () => {
  await expect(judged(200, 0, "none", { Volumes: undefined })).rejects.toThrow(Skipped);
  await expect(judged(200, -1)).rejects.toThrow("the engine does not tell how big its volumes are");
  const Volumes = [
    { Name: "hookline-nas--small--npm", UsageData: { Size: 2 ** 20 } },
    { Name: "hookline-nas--small--pip" },
  ];
  expect(await judged(200, 0, "none", { LayersSize: -1, Volumes })).toMatchObject({
    status: "pass",
    summary: expect.stringMatching(/^caches take 1.0 MiB in 2 volumes, 1 of them of unknown size; /) as string,
    detail: expect.stringMatching(/^all images \?, /) as string,
  });
});
