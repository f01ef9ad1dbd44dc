import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, expect, test } from "vitest";

import { mint } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const script = fileURLToPath(new URL("runner-image/run.sh", import.meta.url));
const job = { repository: "octo/demo", labels: ["linux"] };
const scratch = mkdtempSync(join(tmpdir(), "hookline-run-script-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const hasBusybox = spawnSync("busybox", ["true"]).status === 0;
if (!hasBusybox) console.warn("skipped: run.sh of the runner image needs busybox, and there is none here");
const withBusybox = test.skipIf(!hasBusybox);

interface Script {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

function start(jitConfig: string, args: readonly string[] = []): Script {
  const configured = jitConfig === "" ? {} : { ACTIONS_RUNNER_INPUT_JITCONFIG: jitConfig };
  const env = { PATH: process.env["PATH"] ?? "", TMPDIR: scratch, ...configured };
  const child = spawn("busybox", ["sh", script, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => output.push(part));
  child.stderr.on("data", (part: Buffer) => output.push(part));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output: Buffer.concat(output).toString() }));
  });
  return { process: child, ended };
}

withBusybox(
  "the image's run.sh takes its configuration from the environment, runs one job and ends with 0",
  async () => {
    await using octo = await startOcto({ pollMs: 50 });
    const { github, token } = octo;
    const runner = start(await mint(github, token, "slot-1"));
    await github.waitFor(() => github.runners()[0]?.status === "online");

    const queued = github.queueJob({ ...job, runsForMs: 20 });

    const { code, output } = await runner.ended;
    expect(code).toBe(0);
    expect(output).toContain(`Running job: ${queued.id}`);
    expect(output).toContain("Job completed with result: success");
    expect(github.job(queued.id)).toMatchObject({ conclusion: "success", runnerName: "slot-1" });
    expect(github.runners()).toEqual([]);
  },
);

withBusybox("SIGTERM ends run.sh with 143 at once: idle it goes offline, at work it cancels its job", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const idle = start(await mint(github, token, "slot-1"));
  await github.waitFor(() => github.runners()[0]?.status === "online");
  idle.process.kill("SIGTERM");
  expect((await idle.ended).code).toBe(143);
  await github.waitFor(() => github.runners()[0]?.status === "offline");

  const queued = github.queueJob({ ...job, runsForMs: null });
  const busy = start("", ["--jitconfig", await mint(github, token, "slot-2")]);
  await github.waitFor(() => github.job(queued.id).status === "in_progress");
  busy.process.kill("SIGTERM");
  expect((await busy.ended).code).toBe(143);
  expect(github.job(queued.id).conclusion).toBe("cancelled");
});

withBusybox("run.sh that is killed in the middle of its job leaves a job that fails later", async () => {
  await using octo = await startOcto({ lostRunnerMs: 10 });
  const { github, token } = octo;
  const queued = github.queueJob({ ...job, runsForMs: null });
  const runner = start(await mint(github, token, "slot-1"));
  await github.waitFor(() => github.job(queued.id).status === "in_progress");

  endAtOnce(runner.process);

  await github.waitFor(() => github.job(queued.id).conclusion === "failure");
  await runner.ended;
});

withBusybox("run.sh says what is missing, and ends when nobody knows it", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const gone = await mint(github, token, "slot-1");
  github.removeRunner(github.runners()[0]?.id ?? 0);

  expect(await start("").ended).toMatchObject({ code: 1, output: expect.stringContaining("Not configured") });
  expect(await start("bm9uc2Vuc2U=").ended).toMatchObject({ code: 1, output: expect.stringContaining("unreadable") });
  expect((await start(gone).ended).code).toBe(0);
});

/** As the end of a container does: the script and the call that it has under way, without a word to either. */
function endAtOnce(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
}
