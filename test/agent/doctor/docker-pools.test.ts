import { writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runDoctor } from "../../../agent/commands/doctor.ts";
import type { CheckResult } from "../../../agent/doctor/check/check.ts";
import { recordingEngine, type RecordingOptions } from "../../stand-ins/docker/recording-engine.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

interface Asked {
  readonly pool?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly engine?: RecordingOptions;
  /** Whether the engine is reached at an address in place of its socket. */
  readonly overTcp?: boolean;
}

/** What the doctor says of Docker for one pool, by the check's id, and what it asked the engine for. */
async function doctorOn({ pool = "size: 1", env = {}, engine = {}, overTcp = false }: Asked) {
  await using fake = await recordingEngine(engine);
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "pools.yaml"),
    `version: 2\npools:\n  - {key: small, organization: acme, labels: [nas], ${pool}}\n`,
  );
  let stdout = "";
  const exitCode = await runDoctor(["--only", "docker", "--json"], {
    stdout: (text: string) => void (stdout += text),
    stderr: () => undefined,
    env: {
      DOCKER_HOST: overTcp ? await tcpFront(fake.engine.host.socketPath) : `unix://${fake.engine.host.socketPath}`,
      HOOKLINE_CONFIG: "pools.yaml",
      HOOKLINE_DATA: "data",
      HOOKLINE_INSTANCE: "mine",
      ...env,
    },
    cwd: folder,
    isTerminal: false,
  });
  const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
  const check = (id: string) => checks.find((each) => each.id === id);
  return { exitCode, check, calls: fake.engine.calls, asked: fake.asked, text: stdout };
}

/** The engine on loopback; resolves with its address. */
async function tcpFront(socketPath: string): Promise<string> {
  const server = createServer((socket) => {
    const behind = connect(socketPath);
    socket.on("error", () => behind.destroy()).on("close", () => behind.destroy());
    behind.on("error", () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CREATE = "docker-create:small";

test("H18: the doctor's dry run names what the engine drops in silence, with the engine", async () => {
  const { check, exitCode } = await doctorOn({
    pool: "resources: {memory: 1g, pidsLimit: 512}",
    engine: { keeps: () => ({ Memory: 0, PidsLimit: 0 }), warnings: ["Limitation discarded."] },
  });
  expect(check(CREATE)).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/20\.10\.23 on Debian.* dropped memory, pidsLimit/),
    detail: "Limitation discarded.",
    remedy: expect.stringMatching(/memory, pidsLimit.*config\/pools\.yaml/),
  });
  expect(exitCode).toBe(0);
});

test("H18: a sandbox that the engine leaves out is a failure, and its container is not started", async () => {
  const { check, calls, asked } = await doctorOn({
    pool: "runtime: runsc",
    engine: { info: { Runtimes: { runsc: {} } }, keeps: (spec) => ({ ...spec, Runtime: "oci" }) },
  });
  expect(check(CREATE)).toMatchObject({ status: "fail", summary: expect.stringMatching(/without runtime/) });
  const sandboxed = asked.findIndex(({ HostConfig }) => HostConfig["Runtime"] === "runsc");
  expect(calls).toContain(`DELETE /containers/c${sandboxed}`);
  expect(calls).not.toContain(`POST /containers/c${sandboxed}/start`);
});

test("a pool of plain containers is created and not started; one with devices is, with nothing to do and no network", async () => {
  const plain = await doctorOn({});
  expect(plain.check(CREATE)).toMatchObject({ status: "pass" });
  const started = ({ calls }: { calls: readonly string[] }) => calls.filter((call) => call.endsWith("/start")).length;
  const withDevice = await doctorOn({ pool: "devices: [/dev/kvm]" });
  expect(withDevice.check(CREATE)).toMatchObject({ status: "pass" });
  expect(started(withDevice)).toBe(started(plain) + 1);
  const tried = withDevice.asked.find(({ HostConfig }) => HostConfig["Devices"] !== undefined);
  expect(tried).toMatchObject({ Entrypoint: ["/bin/sh"], HostConfig: { NetworkMode: "none" } });
});

test.each([
  ["runtime: runsc", false, /runtime runsc.*runc/, /daemon\.json/],
  ["docker: socket, workFolder: /w, scaling: {max: 1}", true, /no Docker socket to share/, /DOCKER_HOST/],
])("what cannot be had here fails before anything is made: %s", async (pool, overTcp, summary, remedy) => {
  const { check, exitCode } = await doctorOn({ pool, overTcp, engine: { info: { Runtimes: { runc: {} } } } });
  expect(check(CREATE)).toMatchObject({
    status: "fail",
    summary: expect.stringMatching(summary),
    remedy: expect.stringMatching(remedy),
  });
  expect(exitCode).toBe(1);
});

const PROXY = { HTTPS_PROXY: "http://nas:s3cret@proxy.home:3128" };

test.each([
  ["warn", PROXY, { HttpProxy: "", HttpsProxy: "" }, /engine has none/, /daemon\.json/],
  ["pass", PROXY, { HttpProxy: "", HttpsProxy: "http://xxxxx:xxxxx@proxy.home:3128" }, /proxy of its own/, null],
  ["skip", PROXY, {}, /does not tell/, null],
  ["pass", {}, { HttpProxy: "", HttpsProxy: "" }, /agent has no proxy/, null],
] as const)(
  "H9: the doctor says whether dockerd has the proxy that pulls need: %s",
  async (status, env, info, says, remedy) => {
    const { check, text } = await doctorOn({ env, engine: { info } });
    const found = check("docker-proxy");
    expect(found).toMatchObject({ status, summary: expect.stringMatching(says) });
    if (remedy !== null) expect(found?.remedy).toMatch(remedy);
    expect(text).not.toContain("s3cret");
  },
);

test("H9: a pool that wants the agent's proxy and will not get it whole is named", async () => {
  const { check } = await doctorOn({ pool: "proxy: inherit", env: { HTTPS_PROXY: "http://127.0.0.1:3128" } });
  expect(check("docker-limits")).toMatchObject({ status: "warn", detail: expect.stringMatching(/proxy: .*loopback/) });
});
