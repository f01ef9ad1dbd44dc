import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { ConnectProxy } from "../stand-ins/http/connect-proxy.ts";
import { AgentProcess } from "./agent-process.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent } from "./docker-chain.ts";

const run = promisify(execFile);
const main = join(import.meta.dirname, "../../agent/main.ts");
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("Not run: a proxy as the only way out (a network namespace needs root)");
const rootTest = isRoot ? dockerTest : dockerTest.skip;

const NETWORK = { name: `hookline${process.pid}`, outside: "10.213.77.1", inside: "10.213.77.2" };

/** A network with one neighbor, this machine, and no route to anywhere else: not even its loopback is ours. */
async function isolatedNetwork(): Promise<string> {
  const { name, outside, inside } = NETWORK;
  const ip = (...args: readonly string[]) => run("ip", [...args]);
  const [near, far] = [`hl${process.pid}a`, `hl${process.pid}b`];
  await ip("netns", "add", name);
  onTestFinished(async () => void (await ip("netns", "delete", name)));
  await ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
  await ip("address", "add", `${outside}/30`, "dev", near);
  await ip("link", "set", near, "up");
  await ip("-n", name, "address", "add", `${inside}/30`, "dev", far);
  await ip("-n", name, "link", "set", far, "up");
  await ip("-n", name, "link", "set", "lo", "up");
  return name;
}

/** A program that runs hookline inside the network, with its arguments and environment. */
function programIn(network: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hookline-netns-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "agent.mjs");
  const command = ["ip", "netns", "exec", network, process.execPath, main];
  writeFileSync(
    file,
    `import { spawn } from "node:child_process";
     const [command, ...args] = ${JSON.stringify(command)};
     const child = spawn(command, [...args, ...process.argv.slice(2)], { stdio: "inherit" });
     for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => {});
     child.once("exit", (code) => process.exit(code ?? 1));`,
  );
  return file;
}

rootTest.each([
  ["by webhook", true, 3600],
  ["by sweep", false, 2],
] as const)("H9: an agent whose only way out is a proxy serves a job %s", async (_how, edge, sweepIntervalSeconds) => {
  const network = await isolatedNetwork();
  const proxy = await ConnectProxy.start(NETWORK.outside);
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge, sweepIntervalSeconds });
  const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
  const agent = new AgentProcess({ ...chain.agentOptions, program: programIn(network), env });
  try {
    agent.start();
    await agent.waitForLine(edge ? /"msg":"link up"/ : /"msg":"sweep done"/);
    const { github } = chain;
    const [job] = github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: 200, count: 1 });
    await github.waitFor(() => github.job(job?.id ?? 0).status === "completed", "the job");
    expect(github.job(job?.id ?? 0).conclusion).toBe("success");
    expect(proxy.tunnels.length + proxy.requests.length).toBeGreaterThan(0);
  } finally {
    await agent.close();
    await chain.close();
  }
});
