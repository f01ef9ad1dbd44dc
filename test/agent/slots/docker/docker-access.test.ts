import { expect, test } from "vitest";

import { containerSpec, settingsLeftOut } from "../../../../agent/slots/docker/container-spec.ts";
import { hostFeatures } from "../../../../agent/slots/docker/host-features.ts";
import { PLAIN_CONTAINER, type ContainerOptions } from "../../../../shared/fleet/container-options.ts";
import { CAPABLE_INFO } from "../../../stand-ins/docker/fake-engine.ts";
import { poolOf, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

function bodyWith(options: Partial<ContainerOptions>, workFolder = "_work") {
  const pool = poolOf({ workFolder, container: { ...PLAIN_CONTAINER, ...options } });
  const host = hostFeatures(CAPABLE_INFO);
  return containerSpec({ spec: specOf(pool), instance: "mine", host, network: "bridge", createdAtMs: 1 }).body;
}

test("N17 a container gets no socket, no privilege and no mount unless its pool asks for Docker", () => {
  expect(Object.keys(bodyWith({}).HostConfig ?? {}).toSorted()).toEqual([
    "Init",
    "LogConfig",
    "NetworkMode",
    "RestartPolicy",
  ]);
  expect(bodyWith({})).not.toHaveProperty("Volumes");
});

test("N4 with the shared socket the work folder has the same path on both sides", () => {
  expect(bodyWith({ docker: "socket", dockerGroup: 105 }, "/volume1/work").HostConfig).toMatchObject({
    Binds: ["/volume1/work:/volume1/work"],
    Mounts: [{ Type: "bind", Source: "/var/run/docker.sock", Target: "/var/run/docker.sock" }],
    GroupAdd: ["105"],
  });
});

test("Docker in Docker is privileged, keeps its data in a volume that goes with the container, and is waited for", () => {
  const body = bodyWith({ docker: "dind" });
  expect(body).toMatchObject({ HostConfig: { Privileged: true }, Volumes: { "/var/lib/docker": {} } });
  expect(body.Env).toContain("RUNNER_WAIT_FOR_DOCKER_IN_SECONDS=60");
  expect(body.HostConfig).not.toHaveProperty("Binds");
});

test.each([
  [["name=userns"], "host"],
  [["name=seccomp,profile=default", "name=userns"], "host"],
  [["name=seccomp,profile=default"], undefined],
] as const)("H17: Docker in Docker on an engine with %j runs in the user namespace %s", (SecurityOptions, expected) => {
  const pool = poolOf({ container: { ...PLAIN_CONTAINER, docker: "dind" } });
  const host = hostFeatures({ ...CAPABLE_INFO, SecurityOptions: [...SecurityOptions] });
  const { body } = containerSpec({ spec: specOf(pool), instance: "mine", host, network: "bridge", createdAtMs: 1 });
  expect(body.HostConfig?.UsernsMode).toBe(expected);
});

test.each([
  ["dind", ["name=userns"], "hookline-mine--small--npm.host"],
  ["none", ["name=userns"], "hookline-mine--small--npm"],
  ["dind", [], "hookline-mine--small--npm"],
] as const)(
  "H17: the cache of a pool with docker: %s on an engine with %j is %s",
  (docker, SecurityOptions, source) => {
    const caches = [{ name: "npm", path: "/npm" }];
    const pool = poolOf({ container: { ...PLAIN_CONTAINER, docker, caches } });
    const host = hostFeatures({ ...CAPABLE_INFO, SecurityOptions: [...SecurityOptions] });
    const { body } = containerSpec({ spec: specOf(pool), instance: "mine", host, network: "bridge", createdAtMs: 1 });
    expect(body.HostConfig?.Mounts).toEqual([{ Type: "volume", Source: source, Target: "/npm" }]);
  },
);

test.each([
  ["dind", null, ["name=userns"], 1],
  ["dind", "runner", ["name=userns"], 1],
  ["dind", "root", ["name=userns"], 0],
  ["dind", "0:0", ["name=userns"], 0],
  ["dind", null, [], 0],
  ["none", null, ["name=userns"], 0],
] as const)(
  "H17: docker: %s as %s on an engine with %j: that only root can write is said %i times",
  (docker, user, SecurityOptions, times) => {
    const pool = poolOf({ container: { ...PLAIN_CONTAINER, docker, user } });
    const host = hostFeatures({ ...CAPABLE_INFO, SecurityOptions: [...SecurityOptions] });
    const said = settingsLeftOut(pool, host).filter(({ reason }) => reason.includes("RUNNER_ALLOW_RUNASROOT"));
    expect(said).toHaveLength(times);
  },
);

test("H17: a plain container stays in the engine's user namespace", () => {
  const host = hostFeatures({ ...CAPABLE_INFO, SecurityOptions: ["name=userns"] });
  const { body } = containerSpec({ spec: specOf(poolOf()), instance: "mine", host, network: "bridge", createdAtMs: 1 });
  expect(body.HostConfig).not.toHaveProperty("UsernsMode");
});

test("a pool cannot take over what the agent knows its containers by, nor the runner's credential", () => {
  const labels = { "hookline.instance": "other", "hookline.pool": "other" };
  expect(bodyWith({ labels }).Labels).toMatchObject({ "hookline.instance": "mine", "hookline.pool": "small" });
  const env = bodyWith({ env: { ACTIONS_RUNNER_INPUT_JITCONFIG: "stolen" } }).Env ?? [];
  expect(env.findLastIndex((line) => line.startsWith("ACTIONS_RUNNER_INPUT_JITCONFIG="))).toBeGreaterThan(
    env.indexOf("ACTIONS_RUNNER_INPUT_JITCONFIG=stolen"),
  );
});

test("N6 a log driver is named only where the host has one that grows without bound", () => {
  const driverOn = (driver: string) => {
    const host = hostFeatures({ ...CAPABLE_INFO, LoggingDriver: driver });
    const spec = specOf(poolOf());
    return containerSpec({ spec, instance: "mine", host, network: "bridge", createdAtMs: 1 }).body.HostConfig
      ?.LogConfig;
  };
  expect(["db", "journald", "none", ""].map(driverOn)).toEqual([undefined, undefined, undefined, undefined]);
  expect(["json-file", "local"].map((driver) => driverOn(driver)?.Type)).toEqual(["json-file", "local"]);
});

test("N20 no container is ever restarted by Docker", () => {
  expect(bodyWith({}).HostConfig?.RestartPolicy).toEqual({ Name: "no" });
});
