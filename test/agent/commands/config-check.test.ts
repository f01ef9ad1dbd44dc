import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runConfigCheck } from "../../../agent/commands/config-check.ts";

const folder = mkdtempSync(join(tmpdir(), "hookline-check-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, "good.yaml"),
  "version: 2\npools:\n  - {key: nas, organization: acme, labels: [x], resources: {cpus: 1}}\n",
);
writeFileSync(join(folder, "bad.yaml"), "version: 2\npools:\n  - {key: nas, organization: '${ORG}'}\n  - {key: NAS}\n");

function run(args: readonly string[], env: Record<string, string> = {}) {
  const printed = { stdout: "", stderr: "" };
  const code = runConfigCheck(args, {
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    env,
    cwd: folder,
    isTerminal: false,
  });
  return { code, ...printed };
}

test("a good file is shown as it will work, with its warnings apart", () => {
  const { code, stdout, stderr } = run(["good.yaml"]);
  expect(code).toBe(0);
  expect(stdout).toBe(`good.yaml: version 2, 1 pool

pool nas
  serves  private jobs of acme: all repositories; runner group Default
  labels  x
  slots   0 to 2, growing at the first waiting job, shrinking after 120 s idle
  image   ghcr.io/actions/actions-runner:latest (architecture of the host)
  limits  1 CPUs
`);
  expect(stderr).toMatch(/^warning: good\.yaml:3 pools\[0\]\.resources\.cpus: /);
});

test("what a pool says of its hardening is shown in one line, and whole to scripts", () => {
  const said =
    "runtime: runsc, capDrop: [ALL], capAdd: [CAP_CHOWN], noNewPrivileges: true, user: '1001', devices: [/dev/kvm], " +
    "gpus: 'device=0,1', extraHosts: {nas: 10.0.0.2}, caCertificates: {path: /ca.pem}, " +
    "ulimits: [{name: nofile, soft: 1024}], proxy: inherit";
  writeFileSync(
    join(folder, "hard.yaml"),
    `version: 2\npools:\n  - {key: nas, organization: acme, labels: [x], ${said}}\n`,
  );
  expect(run(["hard.yaml"]).stdout).toContain(
    "  bounds  runtime runsc; capDrop ALL; capAdd CHOWN; noNewPrivileges true; user 1001; devices /dev/kvm:/dev/kvm:rwm; " +
      "gpus 0, 1; extraHosts nas=10.0.0.2; caCertificates /ca.pem; ulimits nofile=1024:1024; proxy inherit\n",
  );
  const { pools } = JSON.parse(run(["hard.yaml", "--json"]).stdout);
  expect(pools[0].container).toMatchObject({ runtime: "runsc", caCertificates: { path: "/ca.pem", complete: false } });
});

test("scripts get pools, warnings and errors of a good file", () => {
  const { code, stdout, stderr } = run(["--json", "good.yaml"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    engines: [],
    pools: [expect.objectContaining({ key: "nas", labels: ["x"], resources: { cpus: 1 } })],
    warnings: [{ path: "pools[0].resources.cpus", message: expect.any(String), line: 3 }],
    errors: [],
  });
});

test("a bad file ends with 2 and every error, by path, for people and for scripts", () => {
  const { code, stdout, stderr } = run(["bad.yaml", "--json"]);
  expect(code).toBe(2);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ ok: false, pools: [], warnings: [], error: { code: "config-invalid" } });
  expect(result.errors.map(({ path }: { path: string }) => path)).toEqual([
    "pools[0].organization",
    "pools[1].key",
    "pools[1]",
  ]);
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^error: bad\.yaml:3 pools\[0\]\.organization: /),
    expect.stringMatching(/^error: bad\.yaml:4 pools\[1\]\.key: /),
    expect.stringMatching(/^error: bad\.yaml:4 pools\[1\]: /),
    "bad.yaml cannot be used: 3 problems.",
    "Correct the file and check again.",
    "",
  ]);
  expect(run(["bad.yaml"])).toEqual({ code: 2, stdout: "", stderr });
});

test("without a file the one of HOOKLINE_CONFIG is checked, or else config/pools.yaml", () => {
  expect(run([], { HOOKLINE_CONFIG: "good.yaml" }).code).toBe(0);
  expect(run([])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: config\/pools\.yaml: cannot be read/),
  });
});

test.each([[["a", "b"]], [["--jsn"]], [["--json=yes"]]])("%j is wrong usage and ends with 2", (args) => {
  const { code, stdout, stderr } = run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/\nSee hookline config check --help\n$/);
});

test("wrong usage under --json is told to scripts as well", () => {
  const { code, stdout } = run(["a", "b", "--json"]);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    error: { code: "usage", message: expect.any(String), remedy: expect.any(String) },
  });
});

test("--help tells the usage", () => {
  expect(run(["--help"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: hookline config check/) });
});

test("what a pattern takes in and leaves out is shown in words", () => {
  const list = 'repositories: [you/app, "me/*", "!me/legacy"]';
  writeFileSync(join(folder, "pattern.yaml"), `version: 2\npools:\n  - {key: home, labels: [x], ${list}}\n`);
  expect(run(["pattern.yaml"]).stdout).toContain(
    "  serves  private jobs of you/app, me/* (no forks, no archived ones nor me/legacy)\n",
  );
});
