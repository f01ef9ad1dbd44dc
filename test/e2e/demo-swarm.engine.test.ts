import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { dockerAvailable } from "../stand-ins/docker/engine.ts";
import { missingForOwnEngine } from "../stand-ins/docker/own-engine.ts";
import { SwarmCluster } from "../stand-ins/docker/swarm-cluster.ts";
import { ChildProcessGroup } from "../stand-ins/process/child-process-group.ts";
import { DEMO, holds, reportOf } from "./run-demo.ts";

const run = promisify(execFile);
const missing = dockerAvailable ? await missingForOwnEngine() : "there is no engine here";
if (missing !== null) console.warn(`Not run: the demo on a swarm (${missing})`);
const swarmTest = test.skipIf(missing !== null);

/** One engine in a network of its own, which the demo shares: its GitHub is on that network's loopback. */
let engine: SwarmCluster;
let before: readonly string[];

beforeAll(async () => {
  if (missing !== null) return;
  engine = new SwarmCluster({ nodes: 1, joined: false });
  await engine.start();
  before = await onEngine();
});

afterEach(async () => {
  if (missing !== null || (await state()) === "inactive") return;
  await engine.docker(0, "swarm", "leave", "--force");
  await engine.docker(0, "network", "rm", "docker_gwbridge");
});

afterAll(async () => engine?.close());

const demo = (...args: readonly string[]): readonly string[] => [...engine.within(0), process.execPath, DEMO, ...args];

const environment = (): Readonly<Record<string, string>> => ({ DOCKER_HOST: engine.address(0) });

const state = (): Promise<string> => engine.docker(0, "info", "--format", "{{.Swarm.LocalNodeState}}");

/** All that a demo may leave: containers, images and networks, by name. */
async function onEngine(): Promise<readonly string[]> {
  const listed = await Promise.all([
    engine.docker(0, "ps", "-a", "--format", "container {{.Names}}"),
    engine.docker(0, "images", "-a", "--format", "image {{.Repository}} {{.ID}}"),
    engine.docker(0, "network", "ls", "--format", "network {{.Name}}"),
  ]);
  return listed.flatMap((text) => text.split("\n").filter((line) => line !== "")).toSorted();
}

/** Runs a demo that is refused or fails; what it says, and its exit code. */
async function refused(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  const [program = "", ...words] = demo(...args);
  const ended: unknown = await run(program, words, { env: { ...process.env, ...environment() } }).catch((e) => e);
  return ended as { readonly code: number; readonly stderr: string };
}

swarmTest("without leave to make a swarm, an engine that is in none is refused with what would help", async () => {
  const { code, stderr } = await refused("--swarm");
  expect([code, stderr]).toEqual([1, expect.stringContaining("--init-swarm makes one")]);
  expect([await state(), await onEngine()]).toEqual(["inactive", before]);
});

swarmTest("the demo on a swarm that it made does the same, and leaves it and nothing else", async () => {
  holds(await reportOf(demo("--json", "--swarm", "--init-swarm", "--jobs", "4", "--burst"), environment()), 4);
  expect([await state(), await onEngine()]).toEqual(["inactive", before]);
});

swarmTest("a swarm that was there before is used and not left, whatever the demo was allowed", async () => {
  await engine.docker(0, "swarm", "init", "--advertise-addr", "127.0.0.1");
  const id = await engine.docker(0, "info", "--format", "{{.Swarm.Cluster.ID}}");
  holds(await reportOf(demo("--json", "--swarm", "--init-swarm", "--jobs", "2", "--burst"), environment()), 2);
  expect(await engine.docker(0, "info", "--format", "{{.Swarm.Cluster.ID}}")).toBe(id);
  const services = await engine.docker(0, "service", "ls", "-q");
  const left = (await onEngine()).filter((each) => !before.includes(each));
  expect([services, left]).toEqual(["", ["network docker_gwbridge", "network ingress"]]);
});

swarmTest.each(["while it starts", "under running jobs"])(
  "a demo that is ended by Ctrl-C %s leaves the swarm that it made, and nothing behind",
  async (when) => {
    const [program = "", ...words] = demo("--swarm", "--init-swarm", "--jobs", "60", "--rate", "2");
    const started = ChildProcessGroup.program(program, words, environment());
    if (when === "while it starts") await expect.poll(state).toBe("active");
    else await started.waitForLine(/hookline-demo-/);
    expect(await started.kill("SIGINT")).toBe(130);
    expect(started.output.at(-1)).toBe("Everything is cleared away.");
    expect([await state(), await onEngine()]).toEqual(["inactive", before]);
  },
);
