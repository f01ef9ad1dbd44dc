import { expect, test } from "vitest";

import { recordingEngine } from "../../../stand-ins/docker/recording-engine.ts";
import { calm, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { slotsOfAgent, writtenPool } from "./machine.ts";

const shared = writtenPool("docker: socket, dockerGroup: 105, workFolder: /volume1/work, scaling: {max: 1}");

const bindOf = (source: string) => ({ Type: "bind", Source: source, Target: "/var/run/docker.sock" });

test("N4 docker: socket gives jobs the socket that the agent uses, not another engine's at the usual place", async () => {
  await using fake = await recordingEngine();
  const { socketPath } = fake.engine.host;
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${socketPath}` });
  await provider.start(specOf(shared), calm());
  expect(fake.asked[0]?.HostConfig).toMatchObject({
    Mounts: [bindOf(socketPath)],
    Binds: ["/volume1/work:/volume1/work"],
    GroupAdd: ["105"],
  });
});

/** A mount that lacks its source is refused, where a bind would make a folder of that name on the host: https://docs.docker.com/engine/storage/bind-mounts/#differences-between---mount-and---volume */
test("N4 an agent in a container binds the socket by its path on the host, where the two differ", async () => {
  const folder = { Type: "bind", Source: "/run/user/1000", Destination: "/run/engine" };
  const volume = { Type: "volume", Source: "/var/lib/docker/volumes/x/_data", Destination: "/data" };
  const { hostname } = await import("node:os");
  const others: Record<string, object> = {};
  await using fake = await recordingEngine({ others });
  const { socketPath } = fake.engine.host;
  others[hostname()] = {
    Id: hostname(),
    Name: "/agent",
    Config: { Labels: {} },
    State: { Status: "running", ExitCode: 0 },
    Mounts: [volume, folder, { Type: "bind", Source: "/run/user/1000/docker.sock", Destination: socketPath }],
  };
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${socketPath}` });
  await provider.start(specOf(shared), calm());
  expect(fake.asked[0]?.HostConfig).toMatchObject({ Mounts: [bindOf("/run/user/1000/docker.sock")] });
});

test("N4 docker: socket is refused before a runner is made where the agent reaches the engine over TCP", async () => {
  const { provider } = slotsOfAgent({ DOCKER_HOST: "tcp://127.0.0.1:9" });
  await expect(provider.admit("one", shared, calm())).rejects.toMatchObject({
    code: "host",
    message: expect.stringMatching(/docker: socket.*tcp:\/\/127\.0\.0\.1:9/),
    remedy: expect.stringMatching(/DOCKER_HOST.*docker: none/),
  });
});
