import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";

import { runCli } from "../../agent/commands/commands.ts";
import { REPOSITORY, startDemoWorld, type DemoWorld } from "../demo/demo-world.ts";
import { patience } from "../stand-ins/process/patience.ts";

let world: DemoWorld;

beforeAll(async () => {
  world = await startDemoWorld({ slots: "in-process", maxSlots: 2 });
});

afterAll(() => world.close());

const at = z.number().nullable();
const reportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      status: z.enum(["pass", "warn", "fail", "skip"]),
      summary: z.string(),
      detail: z.string().optional(),
      remedy: z.string().optional(),
      ms: z.number(),
    }),
  ),
  freshness: z
    .object({
      lastDeliveryAt: at,
      lastSignalAt: at,
      lastAckAt: at,
      oldestUnackedMs: at,
      unacked: z.number(),
      dead: z.number(),
      rejectedSinceAccepted: z.number(),
      agent: z.object({ connected: z.boolean(), since: at, fence: z.number() }),
    })
    .nullable(),
  latency: z.record(z.string(), z.object({ p50: z.number(), p95: z.number() })),
});

type Report = z.output<typeof reportSchema>;

interface Told {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function hookline(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  let stdout = "";
  let stderr = "";
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    env: { ...world.env, ...env },
    cwd: process.cwd(),
    isTerminal: false,
  };
  const exitCode = await runCli(args, io, new AbortController().signal);
  return { exitCode, stdout, stderr };
}

async function doctor(
  env: Readonly<Record<string, string>> = {},
): Promise<Report & { exitCode: number; text: string }> {
  const { exitCode, stdout, stderr } = await hookline(["doctor", "--json"], env);
  return { ...reportSchema.parse(JSON.parse(stdout)), exitCode, text: stdout + stderr };
}

const NO_ENGINE = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };

const failed = ({ checks }: Report): readonly string[] =>
  checks.flatMap(({ id, status }) => (status === "fail" ? [id] : []));

test("a chain that works is told as such, with the freshness of its last job and the split of its time", async () => {
  const queuedAtMs = Date.now();
  const { id } = world.github.queueJob({ repository: REPOSITORY, labels: world.labels, runsForMs: 10 });
  await world.github.waitFor((github) => github.job(id).status === "completed");
  await world.github.deliveriesSettled();
  await world.agent.waitFor(({ slots }) => slots === 0, patience());
  const report = await doctor();
  const ofChain = report.checks.filter(({ group }) => group !== "docker");
  expect(ofChain.filter(({ status }) => status !== "pass")).toEqual([]);
  expect(ofChain.map((check) => check.id)).toContain("webhook-freshness");
  expect(report.freshness).toMatchObject({ unacked: 0, dead: 0, rejectedSinceAccepted: 0, agent: { connected: true } });
  expect(report.freshness?.lastSignalAt).toBeGreaterThanOrEqual(queuedAtMs);
  expect(Object.keys(report.latency)).toEqual(expect.arrayContaining(["edge", "link", "jit", "container", "total"]));
});

test("no engine: the Docker check alone fails, names the socket, and the exit code is 1", async () => {
  const report = await doctor(NO_ENGINE);
  expect(failed(report)).toEqual(expect.arrayContaining(["docker-engine"]));
  expect(failed(report).every((id) => id.startsWith("docker-"))).toBe(true);
  const check = report.checks.find(({ id }) => id === "docker-engine");
  expect(check?.summary).toContain("/nonexistent/docker.sock");
  expect(check?.remedy).toBeTruthy();
  expect({ ok: report.ok, exitCode: report.exitCode }).toEqual({ ok: false, exitCode: 1 });
});

test("an edge that cannot be reached fails one check; what hangs on it is skipped, not failed", async () => {
  const report = await doctor({ HOOKLINE_EDGE_URL: "http://127.0.0.1:9", ...NO_ENGINE });
  expect(failed(report)).toContain("edge-reachable");
  expect(report.checks.find(({ id }) => id === "webhook-freshness")?.status).toBe("skip");
  expect(report.freshness).toBeNull();
});

test("a token that the edge does not take is told with the command that mends it", async () => {
  const report = await doctor({ HOOKLINE_TOKEN: "another-token-altogether", ...NO_ENGINE });
  const check = report.checks.find(({ id }) => id === "edge-reachable");
  expect(check).toMatchObject({ status: "fail", remedy: expect.stringContaining("wrangler secret put") as string });
  expect(report.text).not.toContain("another-token-altogether");
});

test("a GitHub token that is no longer valid fails GitHub's checks", async () => {
  const report = await doctor({ GITHUB_TOKEN: "ghp_000000000000000000000000000000000000", ...NO_ENGINE });
  expect(failed(report)).toContain("github-token");
  expect(report.checks.find(({ id }) => id === "github-token")?.remedy).toContain("GITHUB_TOKEN");
});

test("E-4: what a stranger sends is refused and counted, and breaks no check: GitHub's log knows of no refusal", async () => {
  const answer = await fetch(world.edge.webhookUrl, {
    method: "POST",
    headers: {
      "x-hub-signature-256": `sha256=${"0".repeat(64)}`,
      "x-github-delivery": crypto.randomUUID(),
      "x-github-event": "workflow_job",
      "content-type": "application/json",
    },
    body: "{}",
  });
  expect(answer.status).toBe(401);
  const report = await doctor(NO_ENGINE);
  expect(report.checks.find(({ id }) => id === "webhook-freshness")).toMatchObject({
    status: "pass",
    detail: expect.stringContaining("1 request of a stranger") as string,
  });
  expect(report.freshness?.rejectedSinceAccepted).toBe(1);
});

test("promise 11: no secret of this world is in what the doctor prints, in either form", async () => {
  const names = ["HOOKLINE_TOKEN", "GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET"];
  const secrets = names.map((name) => world.env[name] ?? "");
  expect(secrets.every((secret) => secret.length > 20)).toBe(true);
  const { text } = await doctor(NO_ENGINE);
  const { stdout, stderr } = await hookline(["doctor"], NO_ENGINE);
  for (const secret of secrets) expect(text + stdout + stderr).not.toContain(secret);
});

test("a pools file that cannot be used is one failed check with the line, and GitHub is asked all the same", async () => {
  const report = await doctor({ HOOKLINE_CONFIG: "/nonexistent/pools.yaml", ...NO_ENGINE });
  expect(failed(report)).toEqual(expect.arrayContaining(["config-pools"]));
  expect(report.checks.find(({ id }) => id === "github-token")?.status).toBe("pass");
});

test("--probe prints every leg of the chain, from GitHub's ping to the agent's acknowledgement", async () => {
  const { stdout } = await hookline(["doctor", "--only", "edge", "--probe"]);
  for (const leg of ["github", "edge", "mailbox", "link", "ack"]) {
    expect(stdout).toMatch(new RegExp(`^ok {4}probe-${leg} .*: \\d+ ms$`, "m"));
  }
});

test("--deep would start a container of each pool, and says why it did not where there is no engine", async () => {
  const { stdout } = await hookline(["doctor", "--only", "docker", "--deep", "--json"], NO_ENGINE);
  const { checks } = reportSchema.parse(JSON.parse(stdout));
  const started = checks.filter(({ id }) => id.startsWith("docker-start:"));
  expect(started.length).toBeGreaterThan(0);
  for (const { status, summary } of started) {
    expect({ status, summary }).toMatchObject({
      status: "skip",
      summary: expect.stringContaining("see docker-engine"),
    });
  }
});

test("a group that does not exist is refused with the nearest that does", async () => {
  const { stderr, exitCode } = await hookline(["doctor", "--only", "dokcer"]);
  expect(stderr).toContain("There is no group dokcer of checks; did you mean docker?");
  expect(exitCode).toBe(2);
  expect((await hookline(["doctor", "--prob"])).stderr).toContain("did you mean --probe?");
});
