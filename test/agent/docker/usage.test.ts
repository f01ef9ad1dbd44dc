import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";

const GO = new AbortController().signal;
const volume = { Name: "hookline-nas--nas--npm", Driver: "local", UsageData: { Size: 7, RefCount: 0 } };

async function usageOf(newest: string, answer: (isVerbose: boolean) => object) {
  const engine = await FakeEngine.start({
    newest,
    answer: ({ path, query }, response) => {
      if (path !== "/system/df") return false;
      json(response, 200, answer(query.get("verbose") === "true"));
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  return client.volumes.usage(GO);
}

// https://docs.docker.com/reference/api/engine/version/v1.52/#tag/System/operation/SystemDataUsage
test("H18: an engine of API 1.52 tells its volumes under their new name, and one without any is empty", async () => {
  const full = (isVerbose: boolean) => ({
    ImageUsage: { TotalCount: 1, TotalSize: 9 },
    VolumeUsage: { TotalCount: 1, TotalSize: 7, ...(isVerbose ? { Items: [volume] } : {}) },
    BuildCacheUsage: {},
  });
  expect(await usageOf("1.52", full)).toEqual({
    imageBytes: 9,
    volumes: [{ name: "hookline-nas--nas--npm", sizeBytes: 7 }],
    buildCacheBytes: 0,
  });
  expect(await usageOf("1.52", () => ({ VolumeUsage: {} }))).toMatchObject({ volumes: [] });
});

test("an engine before 1.52 tells none by an empty list or by null; no word of volumes is an error", async () => {
  expect(await usageOf("1.41", () => ({ LayersSize: 9, Volumes: [volume] }))).toMatchObject({ imageBytes: 9 });
  expect(await usageOf("1.41", () => ({ LayersSize: 9, Volumes: null }))).toMatchObject({ volumes: [] });
  await expect(usageOf("1.41", () => ({ LayersSize: 9 }))).rejects.toMatchObject({
    code: "unexpected",
    message: expect.stringContaining("Volumes") as string,
  });
});
