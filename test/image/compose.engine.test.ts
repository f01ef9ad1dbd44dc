import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect } from "vitest";
import { parse, stringify } from "yaml";

import { dockerAvailable, dockerRequired, dockerTest } from "../docker/engine.ts";
import { engineHost } from "../docker/raw-call.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { buildAgentImage, type AgentImage } from "./agent-image.ts";
import { AllowListProxy, shippedAllowList } from "./allow-list-proxy.ts";
import { fileSchema, FILES, root } from "./compose-files.ts";

const run = promisify(execFile);

let image: AgentImage | null = null;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired) image = await buildAgentImage();
});

afterAll(async () => image?.remove());

/** The files of an operator: the compose files as shipped, secrets and pools beside them, and what the test needs. */
function projectFolder(chain: ChainWithoutAgent, service: object): string {
  const folder = mkdtempSync(join(tmpdir(), "hookline-compose-"));
  const { agentOptions: options } = chain;
  for (const name of FILES) cpSync(join(root, "config", name), join(folder, name));
  mkdirSync(join(folder, "secrets"));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "secrets/github_token"), options.githubToken, { mode: 0o644 });
  writeFileSync(join(folder, "secrets/hookline_token"), options.edge?.token ?? "", { mode: 0o644 });
  writeFileSync(join(folder, "pools.yaml"), stringify(options.pools), { mode: 0o644 });
  const environment = { GITHUB_API_URL: options.githubApiUrl, HOOKLINE_SWEEP_INTERVAL_SECONDS: "3600" };
  const agent = { healthcheck: { interval: "1s" }, environment, ...service };
  writeFileSync(join(folder, "test.yaml"), stringify({ services: { agent } }));
  return folder;
}

async function servesAJob(chain: ChainWithoutAgent, folder: string, file: string, services: readonly string[]) {
  const { instance, edge } = chain.agentOptions;
  const socket = engineHost.kind === "unix" ? engineHost.socketPath : "/var/run/docker.sock";
  const env = {
    ...process.env,
    HOOKLINE_IMAGE: image?.image ?? "",
    HOOKLINE_INSTANCE: instance,
    HOOKLINE_EDGE_URL: edge?.url ?? "",
    HOOKLINE_DOCKER_GID: String(statSync(socket).gid),
  };
  const compose = (...args: readonly string[]) =>
    run("docker-compose", ["-p", instance, "-f", join(folder, file), "-f", join(folder, "test.yaml"), ...args], {
      env,
    });
  try {
    await compose("up", "-d", ...services);
    const agentId = (await compose("ps", "-q", "agent")).stdout.trim();
    const health = async () => (await run("docker", ["inspect", "-f", "{{.State.Health.Status}}", agentId])).stdout;
    await expect.poll(health).toBe("healthy\n");
    const [job] = chain.github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: 200, count: 1 });
    await chain.github.waitFor(() => chain.github.job(job?.id ?? 0).status === "completed", "the job");
    await expect.poll(chain.containers).toEqual([]);
  } finally {
    await compose("down", "-v");
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

dockerTest.each(FILES)("N18 docker-compose 1.29, older than what any NAS ships, accepts %s", async (name) => {
  const { stdout } = await run("docker-compose", ["-f", join(root, "config", name), "config"]);
  expect(fileSchema.parse(parse(stdout)).services).toHaveProperty("agent");
});

dockerTest("N18 docker-compose 1.29 accepts the few lines of the README, which mount what they name", async () => {
  const snippet = /```yaml\n(services:[\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "hookline-snippet-"));
  writeFileSync(join(folder, "compose.yaml"), snippet);
  const { stdout } = await run("docker-compose", ["-f", join(folder, "compose.yaml"), "config"]);
  rmSync(folder, { recursive: true });
  const { agent } = parse(stdout).services;
  expect(agent.environment.GITHUB_TOKEN_FILE).toMatch(/^\/config\//);
  expect(agent.volumes.map((volume: string) => volume.split(":")[1])).toEqual([
    "/var/run/docker.sock",
    "/config",
    "/data",
  ]);
});

dockerTest("docker-compose up brings the agent up healthy on the socket, and it serves a job", async () => {
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
  const folder = projectFolder(chain, { network_mode: "host" });
  await servesAJob(chain, folder, "compose.yaml", []);
});

dockerTest(
  "docker-compose up brings the agent up healthy behind the socket proxy's rules, and it serves a job",
  async () => {
    await using proxy = await AllowListProxy.start({ allow: shippedAllowList() });
    const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
    const folder = projectFolder(chain, {});
    // The proxy's image cannot be had without a registry: the test's own proxy stands in, on the host's network.
    const file = join(folder, "compose.socket-proxy.yaml");
    const shipped = parse(readFileSync(file, "utf8"));
    delete shipped.services.agent.networks;
    delete shipped.services.agent.depends_on;
    shipped.services.agent.network_mode = "host";
    shipped.services.agent.environment.DOCKER_HOST = proxy.address;
    writeFileSync(file, stringify(shipped));
    await servesAJob(chain, folder, "compose.socket-proxy.yaml", ["agent"]);
    expect(proxy.refused).toEqual([]);
  },
);
