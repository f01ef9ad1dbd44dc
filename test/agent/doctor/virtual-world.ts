import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";
import { onTestFinished } from "vitest";

import { runDoctor } from "../../../agent/commands/doctor.ts";
import type { CheckResult } from "../../../agent/doctor/check/check.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { startGitHub } from "../../stand-ins/github/start-github.ts";
import { AlteringFront } from "./altering-front.ts";
import { VirtualEdge } from "./virtual-edge.ts";

const SECRET = "webhook-secret-of-the-virtual-world";
const TOKEN = "token-of-the-virtual-world";

/** GitHub and the edge on one clock that a test moves, for outages that last for days. It goes with the test. */
export async function startVirtualWorld() {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  onTestFinished(() => github.close());
  github.addOrganization("acme");
  github.addRepository("acme/web");
  const edge = new VirtualEdge(clock, SECRET, TOKEN);
  onTestFinished(() => edge.close());
  const front = await AlteringFront.onPort(await edge.listen());
  onTestFinished(() => front.close());
  const { url } = front;
  const agent = edge.connect("nas", "nas.local");
  const folder = temporaryFolder();
  const pool = { key: "nas", organization: "acme", allowedRepositories: ["acme/web"], labels: ["nas"] };
  writeFileSync(join(folder, "pools.yaml"), stringify({ version: 2, pools: [pool] }));
  const env = {
    HOOKLINE_EDGE_URL: url,
    HOOKLINE_TOKEN: TOKEN,
    HOOKLINE_INSTANCE: "nas",
    HOOKLINE_CONFIG: "pools.yaml",
    HOOKLINE_DATA: "data",
    GITHUB_API_URL: github.apiUrl,
    GITHUB_TOKEN: github.addToken(),
  };
  const addHook = async () => {
    const hook = github.addHook({ scope: "acme", url: `${url}/webhook`, secret: SECRET });
    await github.deliveriesSettled();
    return hook;
  };
  const queue = async (): Promise<void> => {
    github.queueJob({ repository: "acme/web", labels: ["self-hosted", "nas"], runsForMs: 1 });
    await github.deliveriesSettled();
  };
  const run = async (args: readonly string[], change: Readonly<Record<string, string>> = {}) => {
    let stdout = "";
    const io = {
      stdout: (text: string) => void (stdout += text),
      stderr: () => undefined,
      env: { ...env, ...change },
      cwd: folder,
      isTerminal: false,
    };
    const exitCode = await runDoctor(["--only", "edge", "--only", "github", ...args], io, { clock });
    return { exitCode, stdout };
  };
  /** What the doctor says of the freshness of webhooks, and its exit code. */
  const freshness = async (): Promise<CheckResult & { exitCode: number; others: readonly string[] }> => {
    const { exitCode, stdout } = await run(["--json"]);
    const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
    const check = checks.find(({ id }) => id === "webhook-freshness");
    if (check === undefined) throw new Error("the doctor has a check for the freshness of webhooks");
    const bad = checks.filter(({ id, status }) => id !== check.id && (status === "fail" || status === "warn"));
    return { ...check, exitCode, others: bad.map(({ id }) => id) };
  };
  const text = async (change: Readonly<Record<string, string>> = {}): Promise<string> => (await run([], change)).stdout;
  const report = async () => JSON.parse((await run(["--json"])).stdout) as Record<string, unknown>;
  /** All checks, with some variables set otherwise. */
  const checks = async (change: Readonly<Record<string, string>> = {}): Promise<readonly CheckResult[]> =>
    (JSON.parse((await run(["--json"], change)).stdout) as { checks: readonly CheckResult[] }).checks;
  return {
    clock,
    github,
    edge,
    front,
    url,
    agent,
    env,
    addHook,
    queue,
    freshness,
    text,
    report,
    checks,
    secret: SECRET,
  };
}
