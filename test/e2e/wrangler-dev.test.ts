import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { workflowJob } from "../samples/payload.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { ChildProcessGroup } from "../stand-ins/process/child-process-group.ts";
import { freePort } from "../stand-ins/process/free-port.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = readFileSync(join(ROOT, ".dev.vars.local.example"), "utf8");

/** `pnpm dev` with these secrets; resolves with its address once it answers. */
async function wranglerDev(secrets: string): Promise<{ readonly edge: string; readonly dev: ChildProcessGroup }> {
  const folder = temporaryFolder();
  const file = join(folder, "secrets");
  writeFileSync(file, secrets);
  const port = String(await freePort());
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const args = ["dev", "--config", join(ROOT, "wrangler.toml"), "--env=local", "--port", port, "--ip", "127.0.0.1"];
  const dev = ChildProcessGroup.node(wrangler, [...args, "--env-file", file, "--persist-to", folder], {
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    WRANGLER_LOG_PATH: folder,
    CI: "1",
  });
  onTestFinished(async () => void (await dev.kill("SIGKILL")));
  await dev.waitForLine(/Ready on http/);
  return { edge: `http://127.0.0.1:${port}`, dev };
}

async function deliver(edge: string, secret: string, n: number): Promise<number> {
  const body = JSON.stringify(workflowJob(n));
  const headers = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "workflow_job",
    "X-GitHub-Delivery": `0b989ba4-242f-11e5-81e1-c7b6966d251${n}`,
    "X-Hub-Signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  };
  return (await fetch(`${edge}/webhook`, { method: "POST", headers, body })).status;
}

test("E-9: pnpm dev serves the Worker: 202 for the secret and for the one before it, 401 for any other", async () => {
  const { edge } = await wranglerDev(EXAMPLE.replace("PREVIOUS=", "PREVIOUS=the-secret-before"));

  expect(await deliver(edge, "a-secret-for-this-machine", 1)).toBe(202);
  expect(await deliver(edge, "the-secret-before", 2)).toBe(202);
  expect(await deliver(edge, "a-stranger's-guess", 3)).toBe(401);

  const read = async (token: string) => fetch(`${edge}/freshness`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await read("a-token-for-this-machine")).status).toBe(200);
  expect((await read("another-token")).status).toBe(401);
  expect((await read("a-token-that-may-only-read")).status).toBe(200);
  const monitor = { Authorization: `Basic ${btoa("monitor:a-token-that-may-only-read")}` };
  expect((await fetch(`${edge}/healthz/deep`, { headers: monitor })).status).toBe(503);
});

test("a sample that is signed by the command of the page is stored, and says that no agent is there", async () => {
  const page = readFileSync(join(ROOT, "docs/deploy-cloudflare.md"), "utf8");
  const home = [...page.matchAll(/^(\S.*?) +# home$/gm)].map(([, command = ""]) => command);
  expect(home.filter((command) => !command.startsWith("export "))).toEqual([
    "cp .dev.vars.local.example .dev.vars.local",
    "npx -y pnpm@12 dev",
    "npx -y pnpm@12 hookline send-sample",
  ]);
  const exported = home.flatMap((command) => /^export (\w+)=(.*)$/.exec(command)?.slice(1) ?? []);
  const env = { ...pairs(exported), HOOKLINE_DATA: temporaryFolder(), PATH: process.env["PATH"] };
  const { edge } = await wranglerDev(EXAMPLE);

  const program = [join(ROOT, "agent/main.ts"), "send-sample"];
  const { stdout } = await run(process.execPath, program, { cwd: ROOT, env: { ...env, HOOKLINE_EDGE_URL: edge } });
  expect(stdout).toBe("The edge answered 202: stored, as number 1.\nTaken: no agent is linked: it waits.\n");
});

function pairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? ""]] : [])));
}

test("the example of its secrets leaves nothing out, and an empty one counts as absent", async () => {
  const { edge, dev } = await wranglerDev(EXAMPLE);
  expect(await deliver(edge, "a-secret-for-this-machine", 4)).toBe(202);
  expect(await deliver(edge, "", 5)).toBe(401);
  expect(dev.output.join("\n")).not.toContain("setting ignored");
});
