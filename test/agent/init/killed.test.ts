import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { expect, test } from "vitest";

import { startInit, type InitFixture } from "./init-fixture.ts";

const main = join(import.meta.dirname, "../../../agent/main.ts");

/** The command as a shell runs it, without a terminal. */
function start({ cwd, github, token, program }: InitFixture): ChildProcess {
  const env = { PATH: process.env["PATH"] ?? "", GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: token };
  const args = [main, "init", "--organization", "octo", "--yes", "--json", "--wrangler", program];
  return spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
}

test("killed while wrangler deploys, the command ends up where it would have, when it is run again", async () => {
  await using init = await startInit();
  const address = init.cloudflare.onDeploy;
  const killed = start(init);
  const gone = new Promise((resolve) => killed.once("exit", (_code, signal) => resolve(signal)));
  // The wrangler that it leaves behind never ends, so that it does not meddle with the next.
  init.cloudflare.onDeploy = () => {
    killed.kill("SIGKILL");
    return new Promise(() => {});
  };
  expect(await gone).toBe("SIGKILL");
  expect(init.files().filter(({ path, mode }) => path.includes("secret") && mode !== 0o600)).toEqual([]);

  init.cloudflare.onDeploy = address;
  const again = start(init);
  let printed = "";
  again.stdout?.on("data", (text: Buffer) => void (printed += text.toString("utf8")));
  expect(await new Promise((resolve) => again.once("close", resolve))).toBe(0);

  expect(JSON.parse(printed)).toMatchObject({ ok: true, edgeUrl: init.edgeUrl });
  expect(init.github.hooks()).toHaveLength(1);
  expect(init.files().map(({ path }) => path)).toEqual([
    ".hookline/init.json",
    "config/.env",
    "config/pools.yaml",
    "config/secrets/github_token",
    "config/secrets/github_webhook_secret",
    "config/secrets/hookline_token",
  ]);
});
