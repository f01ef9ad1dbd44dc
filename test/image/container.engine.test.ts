import { chmodSync } from "node:fs";

import { afterAll, afterEach, beforeAll, expect } from "vitest";

import { startCuttableProxy } from "../stand-ins/docker/cuttable-proxy.ts";
import { dockerAvailable, dockerRequired, dockerTest } from "../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../stand-ins/docker/raw-call.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { buildAgentImage, type AgentImage } from "./agent-image.ts";
import { AllowListProxy, shippedAllowList } from "./allow-list-proxy.ts";
import { ContainerAgent } from "./container-agent.ts";

let image: AgentImage | null = null;
let chain: ChainWithoutAgent | null = null;
let agent: ContainerAgent | null = null;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired) image = await buildAgentImage();
});

afterEach(async () => {
  await agent?.close();
  await chain?.close();
  agent = null;
  chain = null;
});

afterAll(async () => image?.remove());

async function world(docker: { readonly dockerHost?: string; readonly socketPath?: string } = {}) {
  chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 3600 });
  agent = new ContainerAgent({ ...chain.agentOptions, image: image?.image ?? "", dockerHost: null, ...docker });
  await agent.create();
  await agent.waitForLine(/"msg":"link up"/);
  return { ...chain, agent };
}

function queue({ github }: ChainWithoutAgent, runsForMs: number | null): number {
  return github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs, count: 1 })[0]?.id ?? 0;
}

const jobIs = ({ github }: ChainWithoutAgent, id: number, status: string) =>
  github.waitFor(() => github.job(id).status === status, `the job to be ${status}`);

dockerTest(
  "the image runs the agent through the mounted socket, not as root, read-only and without capabilities; a job runs in a sibling",
  async () => {
    const here = await world();
    const job = queue(here, 300);
    await jobIs(here, job, "completed");
    expect(here.github.job(job).conclusion).toBe("success");
    await expect.poll(() => here.agent.inspect("{{.State.Health.Status}}")).toBe("healthy");
    expect(await here.agent.exec("id", "-u")).toBe("1000\n");
    const status = await here.agent.exec("cat", "/proc/1/status");
    expect(await here.agent.exec("cat", "/proc/1/cmdline")).toBe("node\0/usr/local/bin/hookline\0agent\0");
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    await expect(here.agent.exec("touch", "/opt/hookline/x")).rejects.toThrow(/[Rr]ead-only/);
    expect(await here.agent.exec("hookline", "version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    const labels = JSON.parse(await here.agent.inspect("{{json .Config.Labels}}"));
    expect(labels).toMatchObject({ "org.opencontainers.image.title": "Hookline agent" });
    const files = (await here.agent.exec("ls", "-A", "/opt/hookline")).trim().split("\n");
    expect(files).toContain("hookline.mjs");
    // What the status page serves lies beside the programs, as it is.
    expect(files.filter((file) => !file.endsWith(".mjs"))).toEqual(["assets", "licenses.txt"]);
    // Nothing is left of the commands that ran in it: process 1 had nothing to reap.
    expect(await here.agent.exec("ps", "-o", "stat,comm")).not.toMatch(/^Z/m);
  },
);

dockerTest(
  "through the shipped allow-list of the socket proxy a job runs, and nothing that the agent asks is refused",
  async () => {
    await using proxy = await AllowListProxy.start({ allow: shippedAllowList() });
    const here = await world({ dockerHost: proxy.address });
    const job = queue(here, 300);
    await jobIs(here, job, "completed");
    expect(here.github.job(job).conclusion).toBe("success");
    await expect.poll(here.containers).toEqual([]);
    expect(proxy.refused).toEqual([]);
  },
);

dockerTest(
  "N9 docker stop of the agent leaves the busy runner running, and the restarted agent adopts it and clears it away",
  async () => {
    const here = await world();
    const job = queue(here, null);
    await jobIs(here, job, "in_progress");
    expect(await here.agent.stop()).toBe(0);
    const [runner = ""] = await here.containers();
    expect(JSON.parse(await rawCall("GET", `/containers/${runner}/json`))).toMatchObject({ State: { Running: true } });
    await here.agent.start();
    await here.agent.waitForLine(/"msg":"slot adopted"/);
    here.github.completeJob(job);
    await jobIs(here, job, "completed");
    await expect.poll(here.containers).toEqual([]);
    expect(here.registered()).toBe(1);
  },
);

dockerTest(
  "N17 a runner has no socket, no host folder, no privilege, and no credential but its JIT configuration in inspect, environment or log",
  async () => {
    const here = await world();
    const job = queue(here, null);
    await jobIs(here, job, "in_progress");
    const [runner = ""] = await here.containers();
    const inspected = await rawCall("GET", `/containers/${runner}/json`);
    const { Config, HostConfig, Mounts } = JSON.parse(inspected);
    expect(Mounts).toEqual([]);
    expect(HostConfig).toMatchObject({ Privileged: false, Binds: null, CapAdd: null, PidMode: "" });
    const { githubToken, edge } = here.agentOptions;
    for (const secret of [githubToken, edge?.token ?? ""]) {
      expect(secret).not.toBe("");
      expect(inspected).not.toContain(secret);
      expect(here.agent.output.join("\n")).not.toContain(secret);
      expect(await here.agent.inspect("{{json .}}")).not.toContain(secret);
    }
    const named = (Config.Env as string[]).filter((line) =>
      /token|secret|password|key/i.test(line.split("=")[0] ?? ""),
    );
    expect(named).toEqual([]);
    here.github.completeJob(job);
    await jobIs(here, job, "completed");
  },
);

dockerTest(
  "N3 without permission on the socket the agent says whose it is and what to do, and goes on by itself when it may",
  async () => {
    await using proxy = await startCuttableProxy(engineHost);
    const { socketPath } = proxy.host;
    chmodSync(socketPath, 0o600);
    const here = await world({ socketPath });
    const job = queue(here, 300);
    const told = await here.agent.waitForLine(/"msg":"cannot see what runs/);
    expect(told).toMatch(/Permission denied.*uid 0.*mode 0600.*group_add/);
    expect(here.registered()).toBe(0);
    chmodSync(socketPath, 0o666);
    await jobIs(here, job, "completed");
    expect(here.github.job(job).conclusion).toBe("success");
  },
);
