import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";

import { AGENT_CONTAINER } from "../../agent/cli/agent-container.ts";
import { dockerAvailable, dockerRequired, dockerTest } from "../stand-ins/docker/engine.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { buildAgentImage, type AgentImage } from "./agent-image.ts";
import { AllowListProxy, shippedAllowList } from "./allow-list-proxy.ts";
import { composeFile, fileSchema, FILES, root } from "./compose-files.ts";

const run = promisify(execFile);

/** The files mount the usual one; the tests' engine may have another. */
const engineSocket = engineHost.kind === "unix" ? engineHost.socketPath : "/var/run/docker.sock";

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
  // The shipped name belongs to whoever runs an agent on this engine.
  const agent = {
    container_name: `agent-${options.instance}`,
    healthcheck: { interval: "1s" },
    environment,
    volumes: [`${engineSocket}:/var/run/docker.sock`],
    ...service,
  };
  writeFileSync(join(folder, "test.yaml"), stringify({ services: { agent } }));
  return folder;
}

/** docker-compose on the project's folder, as an operator of this chain calls it. */
function composeOf(
  chain: ChainWithoutAgent,
  folder: string,
  files: readonly string[],
  imageName: string = image?.image ?? "",
) {
  const { instance, edge } = chain.agentOptions;
  const env = {
    ...process.env,
    HOOKLINE_IMAGE: imageName,
    HOOKLINE_INSTANCE: instance,
    HOOKLINE_EDGE_URL: edge?.url ?? "",
    HOOKLINE_DOCKER_GID: String(statSync(engineSocket).gid),
  };
  const named = files.flatMap((file) => ["-f", join(folder, file)]);
  return async (...args: readonly string[]): Promise<string> =>
    (await run("docker-compose", ["-p", instance, ...named, ...args], { env })).stdout;
}

async function inspect(ref: string, format: string): Promise<string> {
  return (await run("docker", ["inspect", "-f", format, ref])).stdout.trim();
}

async function healthy(compose: ReturnType<typeof composeOf>): Promise<string> {
  const id = (await compose("ps", "-q", "agent")).trim();
  await expect.poll(() => inspect(id, "{{.State.Health.Status}}")).toBe("healthy");
  return id;
}

function queueJob(chain: ChainWithoutAgent, runsForMs: number | null): number {
  return chain.github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs, count: 1 })[0]?.id ?? 0;
}

async function servesAJob(chain: ChainWithoutAgent, folder: string, file: string, services: readonly string[]) {
  const compose = composeOf(chain, folder, [file, "test.yaml"]);
  try {
    await compose("up", "-d", ...services);
    await healthy(compose);
    const job = queueJob(chain, 200);
    await chain.github.waitFor(() => chain.github.job(job).status === "completed", "the job");
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

dockerTest("N18 the few lines of the README bring the agent up healthy, and it serves a job", async () => {
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
  const folder = projectFolder(chain, { network_mode: "host" });
  writeFileSync(join(folder, "compose.yaml"), snippetOf("README.md"));
  await servesAJob(chain, folder, "compose.yaml", []);
});

/** The compose file on a page. */
function snippetOf(page: string): string {
  return /```yaml\n(services:[\s\S]*?)```/.exec(readFileSync(join(root, page), "utf8"))?.[1] ?? "";
}

test("the few lines of the README are the shipped compose file with lines left out", () => {
  const shipped = readFileSync(join(root, "config/compose.yaml"), "utf8").split("\n");
  let at = 0;
  for (const line of snippetOf("README.md").trimEnd().split("\n")) {
    const found = shipped.indexOf(line, at);
    expect(found, line).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
});

/** What docs/getting-started.md says to type to be rid of it at home. */
const UNINSTALL = [
  "docker exec hookline-agent hookline pause --for 1d",
  "docker ps -aq --filter label=hookline.instance | xargs -r docker rm -f",
  "docker exec hookline-agent hookline caches prune",
  "docker-compose -f config/compose.yaml down -v --rmi all",
];

dockerTest(
  "what the page says to type at the end leaves nothing at home: no container, volume, network or image",
  async () => {
    const pool = { caches: [{ name: "tools", path: "/var/tools" }] };
    const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600, pool });
    const { instance } = chain.agentOptions;
    const folder = projectFolder(chain, { network_mode: "host" });
    // A name of its own for the image, which goes as well.
    const tag = `hookline-uninstall-${instance}:test`;
    await run("docker", ["tag", image?.image ?? "", tag]);
    const files = ["compose.yaml", "test.yaml"];
    const compose = composeOf(chain, folder, files, tag);
    try {
      await compose("up", "-d");
      await healthy(compose);
      queueJob(chain, null);
      await expect.poll(async () => (await chain.containers()).length).toBe(1);
      const named = files.map((file) => `-f ${join(folder, file)}`).join(" ");
      const here = UNINSTALL.map((line) =>
        line
          .replace("hookline-agent", `agent-${instance}`)
          .replace("label=hookline.instance", `label=hookline.instance=${instance}`)
          .replace("-f config/compose.yaml", `-p ${instance} ${named}`),
      );
      const env = { ...process.env, HOOKLINE_IMAGE: tag, HOOKLINE_INSTANCE: instance };
      await run("sh", ["-ec", here.join("\n")], { env });
      const left = async (...args: readonly string[]): Promise<readonly string[]> =>
        (await run("docker", args)).stdout.split("\n").filter((line) => line.includes(instance));
      expect(await left("ps", "-a", "--format", "{{.Names}} {{.Labels}}")).toEqual([]);
      expect(await left("volume", "ls", "--format", "{{.Name}}")).toEqual([]);
      expect(await left("network", "ls", "--format", "{{.Name}}")).toEqual([]);
      expect(await left("image", "ls", "--format", "{{.Repository}}")).toEqual([]);
    } finally {
      await compose("down", "-v");
      await chain.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

dockerTest("what is written into compose.override.yaml by the page comes on top of the shipped file", async () => {
  const page = readFileSync(join(root, "docs/synology.md"), "utf8");
  const own = /### Your own lines[\s\S]*?```yaml\n(services:[\s\S]*?)```/.exec(page)?.[1] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "hookline-override-"));
  cpSync(join(root, "config/compose.yaml"), join(folder, "compose.yaml"));
  writeFileSync(join(folder, "compose.override.yaml"), own);
  writeFileSync(join(folder, ".env"), "MY_NAME=acme\n");
  const files = ["-f", join(folder, "compose.yaml"), "-f", join(folder, "compose.override.yaml")];
  const { agent } = parse((await run("docker-compose", [...files, "config"])).stdout).services;
  rmSync(folder, { recursive: true });
  expect(agent.ports).toEqual([{ published: 8124, target: 8124 }]);
  expect(agent.environment).toMatchObject({ MY_NAME: "acme", GITHUB_TOKEN_FILE: "/config/secrets/github_token" });
});

dockerTest(
  "promise 20: an edit that puts another pools file in place is seen in the container, and reload says so",
  async () => {
    const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
    const folder = projectFolder(chain, { network_mode: "host" });
    const compose = composeOf(chain, folder, ["compose.yaml", "test.yaml"]);
    try {
      await compose("up", "-d");
      const id = await healthy(compose);
      const edited = readFileSync(join(folder, "pools.yaml"), "utf8").replace("labels:", "labels:\n      - edited");
      writeFileSync(join(folder, "new.yaml"), edited, { mode: 0o644 });
      renameSync(join(folder, "new.yaml"), join(folder, "pools.yaml"));
      const log = async (): Promise<string> => (await run("docker", ["logs", id])).stdout;
      await expect.poll(log).toMatch(/pools file taken up.*edited/);
      const { stdout } = await run("docker", ["exec", id, "hookline", "reload"]);
      expect(stdout).toBe("Nothing has changed.\n");
    } finally {
      await compose("down", "-v");
      await chain.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

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

test.each(FILES)("%s gives the agent's container the name that pages and remedies use", (name) => {
  expect(composeFile(name).services["agent"]).toMatchObject({ container_name: AGENT_CONTAINER });
});

dockerTest(
  "from the compose file of 0.1.0 upwards: the same volume and instance, and a running job's container is adopted",
  async () => {
    const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
    const folder = projectFolder(chain, { network_mode: "host" });
    cpSync(join(root, "test/fixtures/releases/0.1.0/compose.yaml"), join(folder, "old.yaml"));
    const environment = { GITHUB_API_URL: chain.agentOptions.githubApiUrl, HOOKLINE_SWEEP_INTERVAL_SECONDS: "3600" };
    const volumes = [`${engineSocket}:/var/run/docker.sock`];
    const agent = { network_mode: "host", healthcheck: { interval: "1s" }, environment, volumes };
    writeFileSync(join(folder, "old-test.yaml"), stringify({ services: { agent } }));
    const [before, after] = [
      composeOf(chain, folder, ["old.yaml", "old-test.yaml"]),
      composeOf(chain, folder, ["compose.yaml", "test.yaml"]),
    ];
    const { github, agentOptions } = chain;
    const facts = (id: string) =>
      inspect(
        id,
        '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}} {{range .Config.Env}}{{println .}}{{end}}',
      );
    try {
      await before("up", "-d");
      const old = await healthy(before);
      expect(await inspect(old, "{{.Name}}")).toBe(`/${agentOptions.instance}_agent_1`);
      const job = queueJob(chain, null);
      await github.waitFor(() => github.job(job).status === "in_progress", "the job to run");
      const [volume, instance] = volumeAndInstance(await facts(old));
      const running = await chain.containers();
      await after("up", "-d");
      const fresh = await healthy(after);
      expect(await inspect(fresh, "{{.Name}}")).toBe(`/agent-${agentOptions.instance}`);
      expect(volumeAndInstance(await facts(fresh))).toEqual([volume, instance]);
      await expect(inspect(old, "{{.Id}}")).rejects.toThrow(/No such/);
      expect(await chain.containers()).toEqual(running);
      github.completeJob(job);
      await github.waitFor(() => github.job(job).status === "completed", "the job");
      await expect.poll(chain.containers).toEqual([]);
      expect(github.job(job).conclusion).toBe("success");
    } finally {
      await after("down", "-v");
      await chain.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

function volumeAndInstance(text: string): readonly [string | undefined, string | undefined] {
  return [/^\S+/.exec(text)?.[0], /HOOKLINE_INSTANCE=(\S+)/.exec(text)?.[1]];
}
