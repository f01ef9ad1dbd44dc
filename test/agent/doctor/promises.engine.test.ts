import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

import { CHECK_DEADLINE_MS } from "../../../agent/doctor/check/check.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { dockerAvailable, dockerTest } from "../../stand-ins/docker/engine.ts";
import { discard, engineHost, rawCall } from "../../stand-ins/docker/raw-call.ts";
import { AlteringFront } from "./altering-front.ts";
import { REPOSITORY, startDoctorWorld, type DoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;

beforeAll(async () => {
  if (dockerAvailable) world = await startDoctorWorld();
});

afterAll(async () => {
  if (dockerAvailable) await world.close();
});

/** Ids of this world's containers and images, whatever their state; other tests have theirs beside them. */
async function inDocker(): Promise<string> {
  const containers = encodeURIComponent(JSON.stringify({ ancestor: [world.image] }));
  const images = encodeURIComponent(JSON.stringify({ reference: [world.image] }));
  const answers = await Promise.all([
    rawCall("GET", `/containers/json?all=1&filters=${containers}`),
    rawCall("GET", `/images/json?filters=${images}`),
  ]);
  return JSON.stringify(answers.map((text) => (JSON.parse(text) as { Id: string }[]).map(({ Id }) => Id).toSorted()));
}

dockerTest("O5 the doctor writes nothing to GitHub, and to Docker two containers that it removes again", async () => {
  const { github, dockerFront } = world;
  const before = await inDocker();
  const asked = { github: github.calls().length, docker: dockerFront.calls.length };
  await world.doctor();
  const writes = github
    .calls()
    .slice(asked.github)
    .filter(({ method }) => method !== "GET");
  expect(writes).toEqual([]);
  const docker = dockerFront.calls.slice(asked.docker).filter((call) => !call.startsWith("GET "));
  const harmless = /^POST \/v[\d.]+\/containers\/_nobody\/(start|stop|kill)/;
  const changes = docker.filter((call) => !harmless.test(call));
  const kinds = changes.map((call) => call.replace(/\/v[\d.]+|\?.*|\/[0-9a-f]{64}/g, "")).toSorted();
  expect(kinds).toEqual([
    ...Array.from({ length: 2 }, () => "DELETE /containers"),
    ...Array.from({ length: 2 }, () => "POST /containers/create"),
    "POST /containers/start",
  ]);
  const names = changes.flatMap((call) => /name=hookline\.([\w-]+\.\w+)\./.exec(call)?.[1] ?? []);
  expect(names.toSorted()).toEqual(["dry-run.nas", "network.bridge"]);
  expect(await inDocker()).toBe(before);
});

dockerTest.each(["hookline.helper", "hookline.dry-run"])(
  "a helper of a doctor that was killed (%s) is never taken for a slot, and goes once it is old by the engine's own clock",
  async (label) => {
    const name = `hookline.dry-run.left.${world.instance}`;
    const body = { Image: world.image, Cmd: ["/bin/sh"], Labels: { [label]: world.instance } };
    await rawCall("POST", `/containers/create?name=${name}`, JSON.stringify(body));
    // A machine whose clock is off must not make a helper old that is at work.
    const young = await world.doctor({ args: ["--only", "docker"], clockAheadMs: 61_000 });
    expect(young.ok).toBe(true);
    expect(await rawCall("GET", `/containers/${name}/json`)).toContain(label);
    const slots = await world.doctor({ args: ["--only", "agent"] });
    expect(slots.checks.find(({ id }) => id === "agent-slots")?.status).toBe("pass");
    const later = new Date(Date.now() + 61_000).toISOString();
    const undo = world.dockerFront.alter({ path: /\/info$/, json: (info) => ({ ...info, SystemTime: later }) });
    await world.doctor({ args: ["--only", "docker"] });
    undo();
    await expect(rawCall("GET", `/containers/${name}/json`)).rejects.toThrow("404");
  },
);

/**
 * A container that runs, whose id begins with this digit: an engine takes the beginning of an id for the id where it
 * is one container's alone. https://docs.docker.com/reference/cli/docker/container/stop/
 */
async function runningAs(digit: string): Promise<string> {
  const body = JSON.stringify({ Image: world.image, Entrypoint: ["/bin/sleep"], Cmd: ["600"] });
  for (;;) {
    const { Id } = JSON.parse(await rawCall("POST", "/containers/create", body)) as { readonly Id: string };
    if (!Id.startsWith(digit)) {
      await discard(`/containers/${Id}`);
      continue;
    }
    onTestFinished(() => discard(`/containers/${Id}?force=1`));
    await rawCall("POST", `/containers/${Id}/start`);
    return Id;
  }
}

dockerTest("promise 12: the doctor stops nobody's container, whatever its id begins with", async () => {
  const id = await runningAs("0");
  const asked = world.dockerFront.calls.length;
  expect((await world.doctor({ args: ["--only", "docker"] })).ok).toBe(true);
  expect(await rawCall("GET", `/containers/${id}/json`)).toContain('"Running":true');
  const refs = world.dockerFront.calls.slice(asked).flatMap((call) => {
    return /^POST \S*\/containers\/([^/]+)\/(?:stop|kill)/.exec(call)?.[1] ?? [];
  });
  expect(refs.length).toBeGreaterThan(0);
  // Beside other containers the beginning may be two's: then the engine refuses, and nothing of the above is seen.
  for (const ref of refs) expect(ref).not.toMatch(/^[0-9a-f]*$|^[a-z0-9]/i);
});

dockerTest("O7 one command replays a delivery that failed; twice, it is one runner all the same", async () => {
  const { github } = world;
  const outage = github.misdeliver({ fault: { kind: "fail", statusCode: 503 }, times: 1 });
  const { id } = github.queueJob({ repository: REPOSITORY, labels: ["self-hosted", "nas"], runsForMs: null });
  await github.deliveriesSettled();
  outage.stop();
  const report = await world.doctor({ args: ["--only", "edge"] });
  const failed = github.deliveries().findLast(({ statusCode }) => statusCode === 503);
  expect(report.checks.find((check) => check.id === "webhook-freshness")?.remedy).toContain("gh api");
  const registrations = () => github.calls().filter(({ operation }) => operation?.includes("jitconfig")).length;
  const before = registrations();
  for (let time = 0; time < 2; time++) {
    github.redeliver(failed?.id ?? 0);
    await github.deliveriesSettled();
  }
  await github.waitFor(() => github.job(id).status === "in_progress", "the job to run");
  await github.deliveriesSettled();
  expect(registrations() - before).toBe(1);
  github.completeJob(id);
  await github.waitFor(() => github.job(id).status === "completed", "the job to be done");
  await world.idle();
});

dockerTest("no secret of this world is in what the doctor prints, in its JSON, or in the agent's log", async () => {
  const args = ["--probe"];
  const { text } = await world.doctor({ args });
  const seen = [text, await world.doctorText({ args }), ...world.log].join("\n");
  expect(world.log.length).toBeGreaterThan(3);
  for (const secret of world.secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(seen).not.toContain(secret);
  }
});

dockerTest("--only asks the groups that are named and leaves the rest of the world alone", async () => {
  const asked = world.github.calls().length;
  const report = await world.doctor({
    args: ["--only", "docker", "--only", "agent"],
    env: { GITHUB_TOKEN: undefined },
  });
  expect(new Set(report.checks.map(({ group }) => group))).toEqual(new Set(["docker", "agent"]));
  expect(report.freshness).toBeNull();
  expect(world.github.calls().length).toBe(asked);
});

dockerTest("--probe times every leg: GitHub, edge, mailbox, link, acknowledgement; and starts no runner", async () => {
  const { github } = world;
  const runners = github.runners().length;
  const report = await world.doctor({ args: ["--probe"] });
  const legs = ["github", "edge", "mailbox", "link", "ack"];
  expect(Object.keys(report.probe ?? {})).toEqual(legs);
  expect(report.checks.filter(({ id }) => id.startsWith("probe-")).map(({ status }) => status)).toEqual(
    legs.map(() => "pass"),
  );
  const text = await world.doctorText({ args: ["--probe"] });
  for (const leg of legs) expect(text).toMatch(new RegExp(`^ok {4}probe-${leg} .*: \\d+ ms$`, "m"));
  expect(github.runners().length).toBe(runners);
  expect((await world.doctor()).ok).toBe(true);
});

dockerTest("--probe without the webhook's secret says what it lacks, and still pings through GitHub", async () => {
  const report = await world.doctor({ args: ["--probe"], env: { GITHUB_WEBHOOK_SECRET: undefined } });
  const statuses = Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));
  expect(statuses).toMatchObject({
    "probe-github": "pass",
    "probe-edge": "pass",
    "probe-mailbox": "skip",
    "probe-link": "skip",
    "probe-ack": "skip",
  });
  expect(report.checks.find(({ id }) => id === "probe-mailbox")?.summary).toContain("GITHUB_WEBHOOK_SECRET");
});

dockerTest("--probe with a secret that the edge does not know fails at the mailbox, where the fault is", async () => {
  const report = await world.doctor({ args: ["--probe"], env: { GITHUB_WEBHOOK_SECRET: "not-the-one" } });
  const check = report.checks.find(({ id }) => id === "probe-mailbox");
  expect(check).toMatchObject({ status: "fail", remedy: expect.stringContaining("wrangler secret put") as string });
  expect(report.exitCode).toBe(1);
  world.github.ping(world.hook.id);
  await world.github.deliveriesSettled();
});

dockerTest("the latency of the last jobs is told by leg, median and p95", async () => {
  const { latency } = await world.doctor();
  expect(Object.keys(latency)).toEqual(expect.arrayContaining(["edge", "link", "jit", "container", "total"]));
  const text = await world.doctorText();
  expect(text).toMatch(/leg +median +p95\n +edge +\d+ ms +\d+ ms\n/);
  for (const line of text.split("latency of")[1]?.split("\n") ?? []) expect(line.length).toBeLessThanOrEqual(80);
});

dockerTest(
  "with every network target silent the doctor ends within fifteen seconds, each fault told once",
  async () => {
    const silent = await AlteringFront.onPort({ host: "127.0.0.1", port: 9 });
    silent.alter({ path: /./, silent: true });
    const clock = new VirtualClock(Date.now());
    const env = {
      HOOKLINE_EDGE_URL: silent.url,
      GITHUB_API_URL: silent.url,
      DOCKER_HOST: silent.url.replace("http", "tcp"),
    };
    const reported = world.doctor({ env, clock });
    // Well within the fifteen seconds: no further timer has to fire for it to end.
    await clock.advance(CHECK_DEADLINE_MS - 1);
    const report = await reported;
    await silent.close();
    const failed = report.checks.filter(({ status }) => status === "fail" || status === "warn");
    expect(failed.map(({ id }) => id).toSorted()).toEqual(["docker-engine", "edge-reachable", "github-token"]);
    for (const check of failed) expect(check.remedy).toMatch(/./);
  },
);

dockerTest("N3 a socket that is not for us is told with its owner, its mode and what DSM does", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hookline-socket-"));
  const front = await AlteringFront.onSocket(
    engineHost.kind === "unix"
      ? { socketPath: engineHost.socketPath }
      : { host: engineHost.hostname, port: engineHost.port },
  );
  chmodSync(front.path, 0o660);
  chmodSync(join(front.path, ".."), 0o755);
  if (process.getuid?.() === 0) chownSync(front.path, 0, 0);
  const script = fileURLToPath(new URL("unprivileged-doctor.ts", import.meta.url));
  const env = {
    PATH: process.env["PATH"] ?? "",
    DOCKER_HOST: `unix://${front.path}`,
    HOOKLINE_DATA: folder,
    HOOKLINE_CONFIG: "/nonexistent",
  };
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
  await front.close();
  rmSync(folder, { recursive: true, force: true });
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; status: string; summary: string; remedy?: string }[];
  };
  expect(checks.filter(({ status }) => status === "fail").map(({ id }) => id)).toEqual(["docker-engine"]);
  const engine = checks.find(({ id }) => id === "docker-engine");
  expect(engine?.summary).toMatch(/Permission denied on the Docker socket .*uid 0, gid 0, mode 0660/);
  expect(engine?.remedy).toMatch(/root:root 0660 .*group_add: \["0"\]/);
});
