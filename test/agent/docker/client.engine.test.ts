import { expect } from "vitest";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { dockerTest } from "../../stand-ins/docker/engine.ts";
import { engineHost } from "../../stand-ins/docker/raw-call.ts";
import { calm } from "../../stand-ins/docker/slot-fixtures.ts";

dockerTest("the real engine and the client agree on a version", async () => {
  const client = new DockerClient(engineHost);
  const version = await client.system.negotiate(calm());
  const told = await client.system.version(calm());
  const info = await client.system.info(calm());
  client.close();
  expect(version).toMatch(/^1\.\d+$/);
  expect(told.engine).toBe(info.ServerVersion);
});

dockerTest("the real engine's refusal to pull is told as such", async () => {
  const client = new DockerClient(engineHost);
  // Nobody listens on port 1 of the loopback address.
  const pull = client.images.pull("127.0.0.1:1/none/such:1", null, () => {}, calm());
  await expect(pull).rejects.toMatchObject({ code: "pull-failed", message: expect.stringContaining("127.0.0.1:1") });
  client.close();
});
