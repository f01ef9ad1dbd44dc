import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

import { expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";

import { realWorld } from "../../../agent/init/world/real-world.ts";
import { readDeployOutput } from "../../../agent/init/world/wrangler-output.ts";
import { Wrangler } from "../../../agent/init/world/wrangler.ts";
import type { CommandResult } from "../../../agent/init/world/world.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const root = join(import.meta.dirname, "../../..");
const WORKER_SETTINGS = ["GITHUB_WEBHOOK_SECRET", "HOOKLINE_TOKEN", "HOOKLINE_FLEET", "LOG_LEVEL", "MAILBOX"];

interface Real {
  readonly wrangler: Wrangler;
  readonly results: readonly CommandResult[];
  readonly folder: string;
}

/** The wrangler that package.json pins, logged in nowhere; `extra` is added to what init gives it. */
function realWrangler(extra: readonly string[], environment: string | null = null): Real {
  const folder = temporaryFolder();
  const results: CommandResult[] = [];
  const world = realWorld(false);
  const env = { PATH: process.env["PATH"], HOME: folder, XDG_CONFIG_HOME: folder, WRANGLER_LOG_PATH: folder, CI: "1" };
  const run: typeof world.run = async (command, signal) => {
    const result = await world.run({ ...command, args: [...command.args, ...extra] }, signal);
    results.push(result);
    return result;
  };
  const wrangler = new Wrangler({
    world: { run, files: world.files },
    program: join(root, "node_modules/.bin/wrangler"),
    cwd: root,
    env,
    environment,
    name: null,
    signal: new AbortController().signal,
  });
  return { wrangler, results, folder };
}

test("the pinned wrangler, logged in nowhere, says so in the way that init reads", async () => {
  await expect(realWrangler([]).wrangler.accounts()).rejects.toMatchObject({ code: "cloudflare-login" });
});

test.each([null, "staging"])(
  "the pinned wrangler takes every option of init's deploy and reads its secrets: environment %s",
  async (environment) => {
    const real = realWrangler(["--dry-run"], environment);
    const secrets = join(real.folder, "secrets.json");
    writeFileSync(
      secrets,
      JSON.stringify({ GITHUB_WEBHOOK_SECRET: "dry-run-secret", HOOKLINE_TOKEN: "dry-run-token" }),
    );
    const output = join(real.folder, "output.ndjson");

    const deployed = real.wrangler.deploy("0".repeat(32), secrets, output);

    // A dry run uploads nothing, so all that is missing is where.
    await expect(deployed).resolves.toEqual({
      name: environment === null ? "hookline" : "hookline-staging",
      url: null,
    });
    const [result] = real.results;
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result?.stdout).toContain("GITHUB_WEBHOOK_SECRET");
    expect(`${result?.stdout}${result?.stderr}`).not.toMatch(/dry-run-(secret|token)|Multiple environments|WARNING/);
  },
);

test("the pinned wrangler takes every option of init's delete", async () => {
  const real = realWrangler(["--dry-run"]);
  await real.wrangler.delete("0".repeat(32), "hookline");
  await real.wrangler.delete("0".repeat(32), null);
  expect(real.results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});

test.each([
  [["https://hookline.me.workers.dev"], "https://hookline.me.workers.dev"],
  [["https://hookline.me.workers.dev", "edge.example.com (custom domain)"], "https://edge.example.com"],
  [["edge.example.com (custom domain - zone name: example.com)"], "https://edge.example.com"],
  [["example.com/hooks/*"], null],
  [[], null],
])("of the targets %j a webhook goes to %s", (targets, url) => {
  const entry = { type: "deploy", version: 1, worker_name: "hookline", targets };
  expect(readDeployOutput(`{"type":"wrangler-session"}\nno json\n${JSON.stringify(entry)}\n`)).toEqual({
    name: "hookline",
    url,
  });
});

test("without an entry of a deploy init does not guess", () => {
  expect(() => readDeployOutput('{"type":"wrangler-session"}\n')).toThrow("did not say what");
});

test.each([undefined, "staging"])("wrangler.toml is complete, environment %s", (environment) => {
  const config = unstable_readConfig({
    config: join(root, "wrangler.toml"),
    ...(environment === undefined ? {} : { env: environment }),
  });

  expect(config.durable_objects.bindings).toMatchObject([{ name: "MAILBOX", class_name: "MailboxObject" }]);
  expect(config.secrets?.required).toEqual(["GITHUB_WEBHOOK_SECRET", "HOOKLINE_TOKEN"]);
  expect(Object.keys(config.vars)).toEqual([
    "HOOKLINE_FLEET",
    "LOG_LEVEL",
    "HOOKLINE_STALE_MINUTES",
    "HOOKLINE_DAILY_ROWS",
    "HOOKLINE_RETENTION_DAYS",
    "HOOKLINE_BACKLOG_SIGNALS",
    "HOOKLINE_WATCHDOG_MINUTES",
    "HOOKLINE_WATCHDOG_SILENCE_HOURS",
  ]);
  expect(config).toMatchObject({ workers_dev: true, preview_urls: false, observability: { enabled: true } });
  expect(config.durable_objects.code_update_strategy).toEqual(
    environment === undefined ? { mode: "deferred", max_delay: 60 } : { mode: "immediate" },
  );
});

test("a Deploy to Cloudflare button finds the secrets without a value, and a word on every setting", () => {
  const text = (name: string): string => readFileSync(join(root, name), "utf8");
  const described = z
    .object({ cloudflare: z.object({ bindings: z.record(z.string(), z.object({ description: z.string().min(10) })) }) })
    .parse(JSON.parse(text("package.json"))).cloudflare.bindings;

  expect(parseEnv(text(".dev.vars.example"))).toEqual({ GITHUB_WEBHOOK_SECRET: "", HOOKLINE_TOKEN: "" });
  expect(Object.keys(described)).toEqual(WORKER_SETTINGS);
  expect(existsSync(join(root, "pnpm-lock.yaml"))).toBe(true);
});
