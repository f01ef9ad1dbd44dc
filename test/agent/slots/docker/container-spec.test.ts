import { expect, test } from "vitest";
import { systemClock } from "../../../../agent/clock/system-clock.ts";
import { containerSpec, settingsLeftOut } from "../../../../agent/slots/docker/container-spec.ts";
import { readSlotLabels } from "../../../../agent/slots/docker/container-labels.ts";
import { poolHash } from "../../../../agent/slots/pool-hash.ts";
import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import { hostFeatures } from "../../../../agent/slots/docker/host-features.ts";
import { DockerSlotProvider } from "../../../../agent/slots/docker/docker-provider.ts";
import { silentLogger } from "../../../../shared/log/logger.ts";
import { CAPABLE_INFO, FakeEngine, json, SYNOLOGY_INFO } from "../../../stand-ins/docker/fake-engine.ts";
import { calm, JIT_CONFIG, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

const capable = hostFeatures(CAPABLE_INFO);
const synology = hostFeatures(SYNOLOGY_INFO);
const limited = poolOf({ resources: { cpus: 1.5, memoryBytes: 2 ** 30, pidsLimit: 512 } });

function bodyOn(host = capable, pool = limited, network = "bridge") {
  return containerSpec({
    spec: specOf(pool, { name: "hl-one" }),
    instance: "mine",
    host,
    network,
    createdAtMs: 1_700_000_000_000,
  });
}

test("on a capable host every limit of the pool is asked for", () => {
  expect(bodyOn().body.HostConfig).toEqual({
    NetworkMode: "bridge",
    RestartPolicy: { Name: "no" },
    Init: true,
    LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
    Memory: 2 ** 30,
    NanoCpus: 1_500_000_000,
    PidsLimit: 512,
  });
  expect(settingsLeftOut(limited, capable)).toEqual([]);
});

test("N1 on a Synology host without CPU quotas and pids cgroup those limits are left out and named, the memory limit stays", () => {
  expect(bodyOn(synology).body.HostConfig).toEqual({
    NetworkMode: "bridge",
    RestartPolicy: { Name: "no" },
    Init: true,
    Memory: 2 ** 30,
    CpuShares: 1536,
  });
  expect(settingsLeftOut(limited, synology)).toEqual([
    { setting: "cpus", reason: expect.stringMatching(/CpuCfsQuota.*weight/) },
    { setting: "pidsLimit", reason: expect.stringContaining("PidsLimit") },
  ]);
});

test("a runner of a size has that size's limits, its labels on the container, and its pool's hash", () => {
  const spec = { ...specOf(limited), sizeLabels: ["cpu=3", "mem=4g"] };
  const input = { instance: "mine", host: capable, network: "bridge", createdAtMs: 1_700_000_000_000 };
  const { body } = containerSpec({ ...input, spec });
  expect(body.HostConfig).toMatchObject({ Memory: 4 * 2 ** 30, NanoCpus: 3_000_000_000, PidsLimit: 512 });
  expect(body.Labels).toMatchObject({ "hookline.size": "cpu=3,mem=4g", "hookline.pool-hash": poolHash(limited) });
  expect(readSlotLabels(body.Labels ?? {}, "mine")).toMatchObject({ sizeLabels: ["cpu=3", "mem=4g"] });
  expect(readSlotLabels(bodyOn().body.Labels ?? {}, "mine")).toMatchObject({ sizeLabels: [] });
});

test("a host that says nothing of its limits gets none, and each is named", () => {
  const { MemoryLimit: _m, CpuCfsQuota: _q, CPUShares: _s, PidsLimit: _p, ...bare } = CAPABLE_INFO;
  const host = hostFeatures(bare);
  expect(bodyOn(host).body.HostConfig).not.toHaveProperty("Memory");
  expect(settingsLeftOut(limited, host).map(({ setting }) => setting)).toEqual(["memory", "cpus", "pidsLimit"]);
});

test("more CPUs than the host has are cut to what it has, which Docker would refuse", () => {
  const pool = poolOf({ resources: { cpus: 16 } });
  expect(bodyOn(capable, pool).body.HostConfig).toMatchObject({ NanoCpus: 4_000_000_000 });
  expect(settingsLeftOut(pool, capable)).toMatchObject([{ setting: "cpus" }]);
});

test("a host without docker-init gets a container without it", () => {
  const host = hostFeatures({ ...CAPABLE_INFO, InitCommit: { ID: "N/A" } });
  expect(bodyOn(host).body.HostConfig).not.toHaveProperty("Init");
  expect(settingsLeftOut(limited, host)).toMatchObject([{ setting: "init" }]);
});

test("N8 N17 only the JIT configuration enters the container: no other credential, no Docker socket, no host network", () => {
  const { body } = bodyOn();
  expect(body.Env).toEqual([
    `ACTIONS_RUNNER_INPUT_JITCONFIG=${JIT_CONFIG}`,
    "ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE=1",
    "RUNNER_MANUALLY_TRAP_SIG=1",
  ]);
  const rest = JSON.stringify({ ...body, Env: [] });
  expect(rest).not.toContain("docker.sock");
  expect(rest).not.toContain(JIT_CONFIG);
  expect(body.HostConfig).not.toHaveProperty("Binds");
  expect(body.HostConfig).not.toHaveProperty("Privileged");
  expect(body.HostConfig).not.toHaveProperty("AutoRemove");
});

test("N9 the labels are enough to adopt the slot, and keep image updaters away", () => {
  const { body } = bodyOn();
  expect(body.Hostname).toBe("hl-one");
  expect(body.Cmd).toEqual(["/home/runner/run.sh"]);
  expect(body.Labels).toEqual({
    "hookline.instance": "mine",
    "hookline.pool": "small",
    "hookline.scope": "acme",
    "hookline.runner-id": "17",
    "hookline.created": "1700000000000",
    "hookline.pool-hash": expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    "hookline.spec-hash": expect.stringMatching(/^[0-9a-f]{12}$/),
    "com.centurylinklabs.watchtower.enable": "false",
    "wud.watch": "false",
    "diun.enable": "false",
  });
});

test("the spec hash tells changed settings from the same settings for another runner", () => {
  const hash = (pool = limited, name = "hl-one") =>
    containerSpec({
      spec: specOf(pool, { name, jitConfig: name }),
      instance: "mine",
      host: capable,
      network: "bridge",
      createdAtMs: 1,
    }).body.Labels?.["hookline.spec-hash"];
  expect(hash(limited, "hl-two")).toBe(hash());
  expect(hash(poolOf({ ...limited, image: "other:1" }))).not.toBe(hash());
  expect(hash(poolOf({ ...limited, resources: { cpus: 1 } }))).not.toBe(hash());
});

test.each([
  ["auto", null],
  ["amd64", null],
  ["arm64", "linux/arm64"],
] as const)("on an amd64 host a pool of architecture %s asks for platform %s", (architecture, platform) => {
  expect(bodyOn(capable, poolOf({ architecture })).platform).toBe(platform);
});

test("N1 what the host cannot enforce is not sent to the engine and is in the log once", async () => {
  let sent: unknown = null;
  await using engine = await FakeEngine.start({
    info: SYNOLOGY_INFO,
    answer: ({ path, body }, response) => {
      if (path === "/containers/create") {
        sent = JSON.parse(body).HostConfig;
        json(response, 201, { Id: "c0ffee" });
      } else if (path === "/containers/c0ffee/start") response.writeHead(204).end();
      else if (path.startsWith("/images/")) json(response, 200, { Id: "sha256:1" });
      else return false;
      return true;
    },
  });
  const { provider, lines } = providerOn(engine.host, "mine");
  await provider.prepare([limited], calm());
  await provider.start(specOf(limited), calm());
  expect(sent).toEqual({
    NetworkMode: "host",
    RestartPolicy: { Name: "no" },
    Init: true,
    Memory: 2 ** 30,
    CpuShares: 1536,
  });
  expect(lines.filter((line) => line.includes("CpuCfsQuota"))).toHaveLength(1);
});

test.each([
  { asked: undefined, sent: "runners" },
  { asked: "host", sent: "host" },
])("a slot joins its pool's network unless the provider has one for all ($asked)", async ({ asked, sent }) => {
  let network: unknown = null;
  await using engine = await FakeEngine.start({
    answer: ({ path, body }, response) => {
      if (path === "/containers/create") {
        network = JSON.parse(body).HostConfig.NetworkMode;
        json(response, 201, { Id: "c0ffee" });
      } else if (path === "/containers/c0ffee/start") response.writeHead(204).end();
      else return false;
      return true;
    },
  });
  const options = { client: new DockerClient(engine.host), instance: "mine", clock: systemClock, random: Math.random };
  const provider = new DockerSlotProvider({
    ...options,
    log: silentLogger,
    ...(asked === undefined ? {} : { network: asked }),
  });
  await provider.start(specOf(poolOf({ network: "runners" })), calm());
  expect(network).toBe(sent);
});
