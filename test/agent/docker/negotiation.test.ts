import { expect, test } from "vitest";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { FakeEngine } from "../../stand-ins/docker/fake-engine.ts";
import { calm } from "../../stand-ins/docker/slot-fixtures.ts";

async function urlAfterNegotiation(newest: string, oldest?: string): Promise<string> {
  await using engine = await FakeEngine.start(oldest === undefined ? { newest } : { newest, oldest });
  const client = new DockerClient(engine.host);
  await client.system.info(calm());
  client.close();
  expect(engine.requests.map(({ url }) => url).slice(0, 2)).toEqual(["/_ping", "/version"]);
  return engine.requests[2]?.url ?? "";
}

test.each([
  { engine: "Synology's old Container Manager", newest: "1.41", oldest: "1.12", spoken: "/v1.41/info" },
  { engine: "Synology's newer one", newest: "1.43", oldest: "1.12", spoken: "/v1.43/info" },
  { engine: "one that refuses clients of NAS age", newest: "1.52", oldest: "1.44", spoken: "/v1.52/info" },
  { engine: "one from the future", newest: "1.99", oldest: "1.44", spoken: "/v1.52/info" },
  { engine: "one that names no minimum", newest: "1.44", oldest: undefined, spoken: "/v1.44/info" },
])("N2 $engine (API $newest, minimum $oldest) is spoken to as $spoken", async ({ newest, oldest, spoken }) => {
  expect(await urlAfterNegotiation(newest, oldest)).toBe(spoken);
});

test("an engine older than API 1.41 is refused with word of what to update", async () => {
  await using engine = await FakeEngine.start({ newest: "1.40", oldest: "1.12" });
  await expect(new DockerClient(engine.host).system.info(calm())).rejects.toMatchObject({
    code: "api-version",
    message: expect.stringContaining("1.40"),
    remedy: expect.stringContaining("Container Manager"),
  });
});

test("1.9 is older than 1.41, not newer", async () => {
  await using engine = await FakeEngine.start({ newest: "1.9" });
  await expect(new DockerClient(engine.host).system.negotiate(calm())).rejects.toMatchObject({ code: "api-version" });
});

test("an engine that accepts only versions newer than ours is refused with word of what to update", async () => {
  await using engine = await FakeEngine.start({ newest: "1.70", oldest: "1.60" });
  await expect(new DockerClient(engine.host).system.info(calm())).rejects.toMatchObject({
    code: "api-version",
    remedy: expect.stringContaining("Update Hookline"),
  });
});

test("something that is no Docker Engine is named as such", async () => {
  await using engine = await FakeEngine.start({ newest: "latest" });
  await expect(new DockerClient(engine.host).system.info(calm())).rejects.toMatchObject({
    code: "unexpected",
    message: expect.stringContaining("GET /_ping"),
  });
});
