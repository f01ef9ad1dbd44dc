import { expect, test } from "vitest";

import { containerSpec } from "../../../../agent/slots/docker/container-spec.ts";
import { hostFeatures } from "../../../../agent/slots/docker/host-features.ts";
import { CAPABLE_INFO } from "../../../stand-ins/docker/fake-engine.ts";
import { recordingEngine } from "../../../stand-ins/docker/recording-engine.ts";
import { calm, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { slotsOfAgent, writtenPool } from "./machine.ts";

function bodyOf(more: string, info: object = {}) {
  const host = hostFeatures({ ...CAPABLE_INFO, ...info });
  return containerSpec({ spec: specOf(writtenPool(more)), instance: "mine", host, network: "bridge", createdAtMs: 1 })
    .body;
}

/** Names and forms: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate */
test("a pool's hardening reaches the engine in the engine's words", () => {
  const more =
    "runtime: runsc, capDrop: [ALL], capAdd: [CHOWN], noNewPrivileges: true, user: '1001:121', devices: ['/dev/kvm:rw'], " +
    "gpus: all, extraHosts: {registry.home: 192.168.1.5, nas: '::1'}, ulimits: [{name: nofile, soft: 1024, hard: 4096}]";
  const body = bodyOf(more);
  expect(body.User).toBe("1001:121");
  expect(body.HostConfig).toMatchObject({
    Runtime: "runsc",
    CapDrop: ["ALL"],
    CapAdd: ["CHOWN"],
    SecurityOpt: ["no-new-privileges"],
    Devices: [{ PathOnHost: "/dev/kvm", PathInContainer: "/dev/kvm", CgroupPermissions: "rw" }],
    DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }],
    ExtraHosts: ["registry.home:192.168.1.5", "nas:::1"],
    Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 4096 }],
  });
});

test("single GPUs are asked for by their ids", () => {
  expect(bodyOf("gpus: 'device=0,1'").HostConfig?.DeviceRequests).toEqual([
    { DeviceIDs: ["0", "1"], Capabilities: [["gpu"]] },
  ]);
});

test("H17: Docker in Docker under sysbox has neither privilege nor the host's user namespace, which sysbox refuses", () => {
  const body = bodyOf("docker: dind, runtime: sysbox-runc", { SecurityOptions: ["name=userns"] });
  expect(body.HostConfig).not.toHaveProperty("Privileged");
  expect(body.HostConfig).not.toHaveProperty("UsernsMode");
  expect(body).toMatchObject({ Volumes: { "/var/lib/docker": {} }, HostConfig: { Runtime: "sysbox-runc" } });
});

const PLACE = "/usr/local/share/ca-certificates/hookline";

test.each([
  ["a file", "{path: /volume1/ca.pem}", "/volume1/ca.pem", `${PLACE}.crt`, ["NODE_EXTRA_CA_CERTS"]],
  [
    "a file that holds the public authorities too",
    "{path: /volume1/ca.pem, complete: true}",
    "/volume1/ca.pem",
    `${PLACE}.crt`,
    ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE"],
  ],
  ["a folder", "{path: /volume1/ca/}", "/volume1/ca", PLACE, []],
  ["a complete folder", "{path: /etc/ssl/certs/, complete: true}", "/etc/ssl/certs", PLACE, ["SSL_CERT_DIR"]],
])("certificates in %s are mounted read-only, and named to the tools that add them", (_what, said, from, to, names) => {
  const { HostConfig, Env = [] } = bodyOf(`caCertificates: ${said}`);
  expect(HostConfig?.Mounts).toEqual([{ Type: "bind", Source: from, Target: to, ReadOnly: true }]);
  expect(Env.filter((line) => line.endsWith(`=${to}`))).toEqual(names.map((name) => `${name}=${to}`));
});

test("a pool that names its own certificates in env is not overruled, and its caches stay", () => {
  const more =
    "caCertificates: {path: /ca.pem}, env: {NODE_EXTRA_CA_CERTS: /mine.pem}, caches: [{name: tools, path: /opt/tools}]";
  const { HostConfig, Env = [] } = bodyOf(more);
  expect(HostConfig?.Mounts?.map(({ Type }) => Type)).toEqual(["volume", "bind"]);
  expect(Env.filter((line) => line.startsWith("NODE_EXTRA_CA_CERTS="))).toEqual(["NODE_EXTRA_CA_CERTS=/mine.pem"]);
});

test("a runtime that the engine does not list is refused before a runner is made, with those it has", async () => {
  await using fake = await recordingEngine({ info: { Runtimes: { runc: {}, nvidia: {} } } });
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}` });
  await expect(provider.admit("one", writtenPool("runtime: runsc"), calm())).rejects.toMatchObject({
    code: "host",
    message: expect.stringMatching(/runsc.*runc, nvidia/),
    remedy: expect.stringMatching(/daemon\.json/),
  });
  for (const known of ["nvidia", "io.containerd.runsc.v1"]) {
    await provider.admit(known, writtenPool(`runtime: ${known}`), calm());
  }
});

/** https://docs.docker.com/engine/security/userns-remap/#user-namespace-known-limitations */
test("H17: the host's network on an engine with userns-remap is refused before a runner is made", async () => {
  const remapped = { SecurityOptions: ["name=seccomp,profile=default", "name=userns"] };
  await using fake = await recordingEngine({ info: remapped });
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}` });
  await expect(provider.admit("one", writtenPool("network: host"), calm())).rejects.toMatchObject({
    code: "host",
    message: expect.stringMatching(/small.*network: host.*userns-remap/),
    remedy: expect.stringMatching(/network/),
  });
  // What Docker lets through: any other network, and containers that are in the host's user namespace anyway.
  for (const fine of ["network: bridge", "network: host, docker: dind"])
    await provider.admit(fine, writtenPool(fine), calm());
});

test("an engine that does not list its runtimes is asked by trying", async () => {
  await using fake = await recordingEngine({ keeps: (asked) => asked });
  const { provider } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}` });
  const pool = writtenPool("runtime: runsc");
  await provider.admit("one", pool, calm());
  await provider.start(specOf(pool), calm());
  expect(fake.asked).toHaveLength(1);
});

/** Podman 4.3.1 on Debian 12 without catatonit: `/info` names no init, and a create with one is answered 500. */
test("H18: an engine that names no init gets containers without", () => {
  expect(bodyOf("", { InitCommit: { ID: "" }, InitBinary: "" }).HostConfig).not.toHaveProperty("Init");
  expect(bodyOf("", { InitBinary: "docker-init" }).HostConfig).toMatchObject({ Init: true });
});
