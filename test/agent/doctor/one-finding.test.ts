import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runDoctor } from "../../../agent/commands/doctor.ts";
import type { CheckResult } from "../../../agent/doctor/check/check.ts";
import { describeLatency } from "../../../agent/doctor/print.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { startVirtualWorld } from "./virtual-world.ts";

const wrong = (checks: readonly CheckResult[]): readonly string[] =>
  checks.filter(({ status }) => status === "fail" || status === "warn").map(({ id }) => id);

/** Every check that a skip names is there, and found something. */
function expectLeads(checks: readonly CheckResult[]): void {
  const found = new Set(wrong(checks));
  for (const { status, summary } of checks) {
    const [, lead] = status === "skip" ? (/; see (\S+)$/.exec(summary) ?? []) : [];
    if (lead !== undefined) expect(found).toContain(lead);
  }
}

test("promise 19: an address of the edge that is mistyped is told once, and no hook that is right is to be changed for it", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  const checks = await world.checks({ HOOKLINE_EDGE_URL: "https://hookline.invalid" });
  expect(wrong(checks)).toEqual(["edge-reachable"]);
  expectLeads(checks);
  expect(checks.find(({ id }) => id === "edge-reachable")?.remedy).toContain("name in HOOKLINE_EDGE_URL");
  const hook = checks.find(({ id }) => id === "github-hook:acme");
  expect(hook).toMatchObject({ status: "skip", summary: "the edge could not be asked; see edge-reachable" });
  expect(JSON.stringify(checks)).not.toContain("PATCH");
});

test("promise 19: where no name resolves, that is the one finding", async () => {
  const world = await startVirtualWorld();
  const checks = await world.checks({
    HOOKLINE_EDGE_URL: "https://hookline.invalid",
    GITHUB_API_URL: "https://github.invalid/api/v3",
  });
  expect(wrong(checks)).toEqual(["github-host:github.invalid"]);
  expectLeads(checks);
  for (const { summary } of checks.filter(({ status }) => status === "skip")) {
    expect(summary).toContain("see github-host:github.invalid");
  }
});

/** A doctor with nothing but what is given. */
async function doctorWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  let stdout = "";
  let stderr = "";
  const folder = temporaryFolder();
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    env: { DOCKER_HOST: `unix://${folder}/none.sock`, GITHUB_API_URL: "http://127.0.0.1:1", ...env },
    cwd: folder,
    isTerminal: false,
  };
  const exitCode = await runDoctor(args, io);
  return { exitCode, stdout, stderr };
}

test("with nothing set up the first line says so and what to type first, and the groups come in their order", async () => {
  const { stdout, exitCode } = await doctorWith({});
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^FAIL {2}setup +nothing is set up yet/);
  expect(lines[1]).toContain("hookline init --organization");
  expect(exitCode).toBe(1);
  const ids = lines.flatMap((line) => /^(?:ok|warn|FAIL|skip) +([a-z-]+)/.exec(line)?.[1] ?? []);
  const groups = ids.map((id) =>
    /^(setup|edge|webhook)/.test(id) ? 0 : id.startsWith("github") ? 1 : id.startsWith("docker") ? 2 : 3,
  );
  expect(groups).toEqual(groups.toSorted((a, b) => a - b));
  expect(lines.find((line) => line.startsWith("skip  edge-reachable"))).toContain("see setup");
  expect(lines.find((line) => line.startsWith("skip  github-token"))).toContain("see setup");
});

test("with nothing set up, neither the pools file nor the journal that init and the agent will make is a finding of its own", async () => {
  const { stdout } = await doctorWith({}, "--only", "agent", "--json");
  const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
  for (const id of ["config-pools", "agent-journal"])
    expect(checks.find((check) => check.id === id)).toMatchObject({ status: "skip" });
});

test("a pools file that is missing where an edge is set comes with the command that makes one", async () => {
  const { stdout } = await doctorWith({ HOOKLINE_EDGE_URL: "http://127.0.0.1:9" }, "--only", "agent", "--json");
  const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
  expect(checks.find(({ id }) => id === "config-pools")).toMatchObject({
    status: "fail",
    remedy: expect.stringContaining("cp config/pools.example.yaml config/pools.yaml") as string,
  });
});

test("the name that the example file has in place of yours is a warning", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "pools.yaml");
  writeFileSync(file, "version: 2\npools: [{key: nas, organization: my-organization, labels: [nas]}]\n");
  const { stdout } = await doctorWith({ HOOKLINE_CONFIG: file }, "--only", "agent", "--json");
  const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
  expect(checks.find(({ id }) => id === "config-pools")).toMatchObject({
    status: "warn",
    detail: expect.stringContaining("my-organization, the example's own") as string,
  });
});

test("a secret that this user may not read is told with its owner, its mode, the user and the cure", async () => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, "secret");
  chmodSync(file, 0o000);
  const { stderr, exitCode } = await doctorWith({ GITHUB_TOKEN_FILE: `${file}/..` });
  const ours = `${process.getuid?.()}:${process.getgid?.()}`;
  const [uid, gid] = ours.split(":");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/owner \d+:\d+, mode 0\d{3}/);
  expect(stderr).toContain(`let this user (${ours}) read it`);
  expect(stderr).toContain(`HOOKLINE_UID=${uid} HOOKLINE_GID=${gid}`);
});

test("which secret matched is not told as none either", async () => {
  const world = await startVirtualWorld();
  world.agent.close(1006, "");
  expect(await world.text()).toMatch(/skip +edge-secret .*not known .*; see webhook-freshness/);
});

test("what the edge cannot count while no agent is connected is not told as none", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  expect(await world.text()).toMatch(/rejected +0 since the last accepted one/);
  world.agent.close(1006, "");
  const text = await world.text();
  expect(text).toMatch(/rejected +not known while no agent is connected/);
  expect(text).not.toMatch(/rejected +0/);
  expect(((await world.report())["freshness"] as { rejectedSinceAccepted: unknown }).rejectedSinceAccepted).toBeNull();
  // The receiver in one process counts for itself, whoever is connected.
  world.edge.kind = "standalone";
  expect(await world.text()).toMatch(/rejected +0 since the last accepted one/);
});

test("a remedy for the standalone receiver names no Worker and no wrangler", async () => {
  const world = await startVirtualWorld();
  world.edge.kind = "standalone";
  const hook = await world.addHook();
  await world.clock.advance(60_000);
  world.github.editHook(hook.id, { secret: "another" });
  await world.queue();
  const { summary, remedy } = await world.freshness();
  expect(summary).toMatch(/^rejecting: /);
  expect(remedy).toContain("set GITHUB_WEBHOOK_SECRET for the standalone receiver");
  expect(await world.text()).not.toMatch(/wrangler|Worker/);
});

test("jobs whose signals were sent again years later keep the table of times in its columns", () => {
  const text = describeLatency({ edge: { p50: 113_640_065_757, p95: 164_079_124_667 }, jit: { p50: 9, p95: 4000 } });
  expect(text).toContain("1315 d      1899 d");
  expect(
    new Set(
      text
        .trimEnd()
        .split("\n")
        .slice(1)
        .map(({ length }) => length),
    ).size,
  ).toBe(1);
});
