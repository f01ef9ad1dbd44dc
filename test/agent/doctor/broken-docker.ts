import { statfs } from "node:fs/promises";

import { deadAddress } from "../../stand-ins/http/local-server.ts";
import type { Alteration } from "./altering-front.ts";
import type { BrokenWorld } from "./broken-world.ts";

const NO_DOCKER = /^(docker-(?!engine)|agent-(slots|alone))/;
const GIB = 2 ** 30;

const info = (change: Record<string, unknown>): Alteration => ({
  path: /\/info$/,
  json: (body) => ({ ...body, ...change }),
});

function altered(row: Omit<BrokenWorld, "breakIt">, ...alterations: readonly Alteration[]): BrokenWorld {
  return { ...row, breakIt: ({ dockerFront }) => ({ undo: dockerFront.alter(...alterations) }) };
}

const refused = (path: RegExp, method?: string): Alteration => ({
  path,
  status: 403,
  text: "Forbidden",
  ...(method === undefined ? {} : { method }),
});

/** The socket, the engine's version and what its host can do. */
export const BROKEN_ENGINES: readonly BrokenWorld[] = [
  {
    name: "no socket where Docker should be",
    check: "docker-engine",
    status: "fail",
    summary: /There is no Docker socket at/,
    remedy: /Start Docker/,
    skips: NO_DOCKER,
    breakIt: () => ({ env: { DOCKER_HOST: "unix:///nonexistent/docker.sock" } }),
  },
  {
    name: "a folder in place of the socket",
    check: "docker-engine",
    status: "fail",
    summary: /is a folder, not the Docker socket/,
    remedy: /remove the folder/,
    skips: NO_DOCKER,
    breakIt: ({ data }) => ({ env: { DOCKER_HOST: `unix://${data}` } }),
  },
  {
    name: "nobody at the address of the engine",
    check: "docker-engine",
    status: "fail",
    summary: /No Docker Engine answers at tcp:/,
    remedy: /DOCKER_HOST/,
    skips: NO_DOCKER,
    breakIt: async () => ({ env: { DOCKER_HOST: (await deadAddress()).replace("http", "tcp") } }),
  },
  altered(
    {
      name: "N2 an engine that is too old",
      check: "docker-engine",
      status: "fail",
      summary: /speaks API 1\.38 at most/,
      remedy: /Update Docker/,
      skips: NO_DOCKER,
    },
    { path: /_ping$/, headers: { "api-version": "1.38" } },
  ),
  altered(
    {
      name: "N2 an engine that is too new",
      check: "docker-engine",
      status: "fail",
      summary: /accepts API 1\.90 or newer/,
      remedy: /Update Hookline/,
      skips: NO_DOCKER,
    },
    { path: /_ping$/, headers: { "api-version": "1.99" } },
    { path: /\/version$/, json: (body) => ({ ...body, MinAPIVersion: "1.90" }) },
  ),
  altered(
    {
      name: "N5 a kernel without getrandom",
      check: "docker-kernel",
      status: "fail",
      summary: /kernel 3\.10\.108 .*getrandom/,
      remedy: /DOCKER_HOST/,
    },
    info({ KernelVersion: "3.10.108" }),
  ),
  altered(
    {
      name: "N1 a kernel without CPU quotas",
      check: "docker-limits",
      status: "warn",
      summary: /not enforced on this host: cpus/,
      remedy: /cpus .*config\/pools\.yaml/,
    },
    info({ CpuCfsQuota: false, CpuCfsPeriod: false }),
  ),
  altered(
    {
      name: "N16 less memory than all slots together may take",
      check: "docker-memory",
      status: "warn",
      summary: /may take 0\.5 GiB of 0\.4 GiB/,
      remedy: /scaling\.max/,
    },
    info({ MemTotal: 400 * 2 ** 20 }),
  ),
  {
    name: "N7 a disk too small for all slots",
    check: "docker-disk",
    status: "warn",
    summary: /slots are reckoned with/,
    remedy: /docker system prune/,
    breakIt: async ({ pools, dockerFront, data }) => {
      const { bavail, bsize } = await statfs(data);
      const max = Math.min(1000, Math.ceil((bavail * bsize) / GIB) + 10);
      // Where Docker keeps its data is named, so that the pool's size and the disk that was measured belong together.
      const undo = dockerFront.alter(info({ DockerRootDir: data }));
      return { env: { HOOKLINE_CONFIG: pools({ scaling: { max }, resources: {} }) }, undo };
    },
  },
  altered(
    {
      name: "N6 a log driver that keeps nothing",
      check: "docker-logs",
      status: "warn",
      summary: /log driver none keeps nothing/,
      remedy: /"log-driver": "json-file"/,
    },
    info({ LoggingDriver: "none" }),
  ),
];

/** Images, the dry run, and proxies before the engine. */
export const BROKEN_CONTAINERS: readonly BrokenWorld[] = [
  {
    name: "an image that is not on the host",
    check: "docker-image:hookline-none:2.336.0",
    status: "warn",
    summary: /is not here/,
    remedy: /docker pull hookline-none:2\.336\.0/,
    skips: /^docker-(create:nas|network:)/,
    breakIt: ({ pools }) => ({ env: { HOOKLINE_CONFIG: pools({ image: "hookline-none:2.336.0" }) } }),
  },
  altered(
    {
      name: "an image for another architecture",
      check: "docker-image:",
      status: "fail",
      summary: /is for riscv64, its pool wants/,
      remedy: /docker pull --platform linux\//,
    },
    { path: /\/images\/.*\/json$/, json: (body) => ({ ...body, Architecture: "riscv64" }) },
  ),
  altered(
    {
      name: "N1 a limit that the engine refuses to a container, whatever /info says",
      check: "docker-create:nas",
      status: "fail",
      summary: /no container of the pool nas can be made: .*400 "NanoCPUs can not be set/,
      remedy: /resources/,
      skips: /^docker-network:/,
    },
    {
      method: "POST",
      path: /\/containers\/create/,
      status: 400,
      text: JSON.stringify({ message: "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler" }),
    },
  ),
  altered(
    {
      name: "a proxy that refuses /info",
      check: "docker-access",
      status: "fail",
      summary: /refuses 1 of the calls/,
      remedy: /"-allowGET=.*\/info"/,
      skips: /^docker-/,
    },
    refused(/\/info$/),
  ),
  altered(
    {
      name: "a proxy that refuses to start and stop",
      check: "docker-access",
      status: "fail",
      summary: /refuses 1 of the calls/,
      remedy: /"-allowPOST=.*\(start\|stop\|kill\)"/,
      skips: /^docker-network:/,
    },
    refused(/\/(start|stop|kill)(\?|$)/, "POST"),
  ),
  altered(
    {
      name: "a proxy that refuses events",
      check: "docker-access",
      status: "fail",
      summary: /refuses 1 of the calls/,
      remedy: /"-allowGET=.*\/events"/,
    },
    refused(/\/events/),
  ),
  altered(
    {
      name: "a proxy that refuses images",
      check: "docker-access",
      status: "fail",
      summary: /refuses 1 of the calls/,
      remedy: /"-allowGET=.*\/images/,
      skips: /^docker-(image|create|network)/,
    },
    refused(/\/images\/.*\/json/),
  ),
  altered(
    {
      name: "a proxy that refuses to create containers",
      check: "docker-create:nas",
      status: "fail",
      summary: /proxy before Docker refuses to create/,
      remedy: /-allowPOST=.*containers\/create/,
      skips: /^docker-network:/,
    },
    refused(/\/containers\/create/, "POST"),
  ),
];

const NO_INTERFACE =
  "failed to create endpoint x on network bridge: adding interface veth0 to bridge docker0 failed: could not find bridge docker0: route ip+net: no such network interface";
const START = { method: "POST", path: /\/containers\/[0-9a-f]{64}\/start/ } as const;
/** As Docker 20.10.24 answers once another engine on the machine has deleted its docker0. */
const BRIDGE_GONE: Alteration = { ...START, status: 500, text: JSON.stringify({ message: NO_INTERFACE }) };
/** As it answers with `"bridge": "none"`: it starts the container and leaves it without a network. */
const BRIDGE_OFF: readonly Alteration[] = [
  { ...START, status: 204, text: "" },
  {
    path: /\/containers\/[0-9a-f]{64}\/json/,
    json: (body) => ({ ...body, NetworkSettings: { Networks: { bridge: { NetworkID: "", EndpointID: "" } } } }),
  },
];

function onNetwork(network: string, row: Omit<BrokenWorld, "breakIt">, ...alterations: readonly Alteration[]) {
  const breakIt: BrokenWorld["breakIt"] = ({ dockerFront, pools }) => ({
    env: { HOOKLINE_CONFIG: pools({ network }) },
    undo: dockerFront.alter(...alterations),
  });
  return { ...row, breakIt };
}

/** Networks of the pools, and Docker's default one. */
export const BROKEN_NETWORKS: readonly BrokenWorld[] = [
  onNetwork("no-such-network", {
    name: "a network that is not there, although a container can be created for it",
    check: "docker-network:no-such-network",
    status: "fail",
    summary: /the network no-such-network cannot be used: Docker has none; no job of nas can run/,
    detail: /404 "network no-such-network not found"/,
    remedy: /docker network create no-such-network/,
  }),
  onNetwork(
    "bridge",
    {
      name: "N19 a default bridge that another engine has taken away, and a pool on it",
      check: "docker-network:bridge",
      status: "fail",
      summary: /the engine's default bridge is missing on the host; no job of nas can run/,
      detail: /could not find bridge docker0/,
      remedy: /systemctl restart docker/,
    },
    BRIDGE_GONE,
  ),
  onNetwork(
    "host",
    {
      name: "N19 a default bridge that another engine has taken away, and no pool on it",
      check: "docker-network:bridge",
      status: "warn",
      summary: /the engine's default bridge is missing on the host; no pool uses it/,
      remedy: /systemctl restart docker/,
    },
    BRIDGE_GONE,
  ),
  onNetwork(
    "bridge",
    {
      name: "a default bridge that is switched off, so that containers start without a network",
      check: "docker-network:bridge",
      status: "fail",
      summary: /Docker has no network bridge, and starts containers without any; no job of nas can run/,
      remedy: /"bridge": "none" .*network: host/,
    },
    ...BRIDGE_OFF,
  ),
];
