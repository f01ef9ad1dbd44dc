import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { expect, onTestFinished, test } from "vitest";

import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { PrintedLines } from "../../stand-ins/process/printed-lines.ts";

const MAIN = join(import.meta.dirname, "../../../agent/main.ts");
/** What serves and what tells people, and the packages that only they need. */
const SERVES = /\/agent\/(?:web|notices|doctor)\/|\/node_modules\/(?:prom-client|uplot)\//;
const HOOK = `import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
const file = process.env.LOADED;
registerHooks({ load: (url, context, next) => { appendFileSync(file, url + "\\n"); return next(url, context); } });`;

/** An agent of its own process, and what it has loaded so far of what serves. */
async function agentProcess(change: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const loaded = join(folder, "loaded");
  const hook = join(folder, "hook.mjs");
  writeFileSync(hook, HOOK);
  writeFileSync(
    join(folder, "pools.yaml"),
    JSON.stringify({ version: 2, pools: [{ key: "home", organization: "acme", labels: ["nas"] }] }),
  );
  const env = {
    LOADED: loaded,
    HOOKLINE_CONFIG: join(folder, "pools.yaml"),
    HOOKLINE_DATA: join(folder, "data"),
    GITHUB_API_URL: "http://127.0.0.1:1",
    GITHUB_TOKEN: "ghp_of_this_test",
    DOCKER_HOST: `unix://${join(folder, "docker.sock")}`,
    ...change,
  };
  const words = ["--import", pathToFileURL(hook).href, MAIN, "agent"];
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  const printed = new PrintedLines();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => printed.add(line)).on("close", () => printed.end());
  const serving = (): readonly string[] =>
    readFileSync(loaded, "utf8")
      .split("\n")
      .filter((url) => SERVES.test(url));
  return { printed, serving };
}

test("an agent at work that serves nothing and tells nobody has loaded nothing of what would", async () => {
  const { printed, serving } = await agentProcess({});
  await printed.waitFor(/"runner group not found/);
  expect(serving()).toEqual([]);
});

test("page, metrics and doctor are loaded by the first who asks for them", async () => {
  const { printed, serving } = await agentProcess({ HOOKLINE_HTTP: "127.0.0.1:0", HOOKLINE_HTTP_READ: "open" });
  const url = /"url":"([^"]+)"/.exec(await printed.waitFor(/"serving over HTTP"/))?.[1] ?? "";
  const has = (part: string): boolean => serving().some((loaded) => loaded.includes(part));
  expect({ web: has("/web/web-app.ts"), page: has("/web/page/page-app.ts"), metrics: has("prom-client") }).toEqual({
    web: true,
    page: false,
    metrics: false,
  });
  await fetch(url);
  await fetch(`${url}/metrics`);
  expect({ page: has("/web/page/page-app.ts"), metrics: has("prom-client"), doctor: has("/doctor/") }).toEqual({
    page: true,
    metrics: true,
    doctor: false,
  });
});
