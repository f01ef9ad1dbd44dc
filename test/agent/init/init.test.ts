import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runConfigCheck } from "../../../agent/commands/config-check.ts";
import { poolsText } from "../../../agent/init/world/pools-text.ts";
import type { InitWorld } from "../../../agent/init/world/world.ts";
import { answering, startInit, type InitFixture, type Ran } from "./init-fixture.ts";
import { ACCOUNT } from "../../stand-ins/cloudflare/stand-in-cloudflare.ts";

const ORGANIZATION = ["--organization", "octo", "--yes"] as const;
const OCTO = { kind: "organization", organization: "octo" } as const;
const SECRETS = [
  "config/secrets/github_token",
  "config/secrets/github_webhook_secret",
  "config/secrets/hookline_token",
];

/** Everything that must not hold a secret, as one text. */
function publicText(fixture: InitFixture, ran: readonly Ran[]): string {
  const files = fixture.files().filter(({ path }) => !SECRETS.includes(path));
  const calls = fixture.cloudflare.calls.map(({ args, env }) => ({ args, env }));
  return JSON.stringify([files, calls, ran]);
}

test("from nothing to a deployed edge: one Worker, one hook, the agent's files and a ping that arrived", async () => {
  await using init = await startInit();

  const ran = await init.run([...ORGANIZATION, "--labels", "nas,big"], { asProgram: true });

  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(init.cloudflare.commands()).toEqual(["whoami", "deployments", "deploy"]);
  expect(init.cloudflare.calls[2]?.secrets?.mode).toBe(0o600);
  expect(init.cloudflare.calls[2]?.env["CLOUDFLARE_ACCOUNT_ID"]).toBe(ACCOUNT);
  const [hook, ...others] = init.github.hooks();
  expect(others).toEqual([]);
  expect(hook).toMatchObject({
    url: `${init.edgeUrl}/webhook`,
    contentType: "json",
    events: ["workflow_job"],
    active: true,
  });
  expect(init.files().map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
    [".hookline/init.json", "600"],
    ["config/.env", "600"],
    ["config/pools.yaml", "644"],
    ...SECRETS.map((path) => [path, "600"]),
  ]);
  expect(statSync(join(init.cwd, "config/secrets")).mode & 0o777).toBe(0o700);
  expect(init.text("config/.env")).toContain(`HOOKLINE_EDGE_URL=${init.edgeUrl}\n`);
  expect(ran.stdout).toContain("docker compose -f config/compose.yaml up -d");
  expect(ran.stdout).toContain("✓ probe: a ping went all the way to the mailbox");
});

test("what is uploaded is what the files hold and what the hook signs with, and no other place holds a secret", async () => {
  await using init = await startInit();
  const ran = await init.run(ORGANIZATION, { asProgram: true });
  const removed = await init.run(["--remove", "--dry-run"]);

  const [token, webhookSecret, linkToken] = SECRETS.map((path) => init.text(path).trim());
  expect(init.cloudflare.workers.get("hookline")).toEqual({ webhookSecret, token: linkToken });
  expect(init.github.hooks()[0]?.secret).toBe(webhookSecret);
  expect(token).toBe(init.token);
  const text = publicText(init, [ran, removed]);
  for (const secret of [token, webhookSecret, linkToken]) {
    expect(secret).toMatch(/^[\w-]{40,}$/);
    expect(text).not.toContain(secret);
  }
});

test("the files are what the agent reads: its settings from .env, and a pools file that it accepts", async () => {
  await using init = await startInit();
  await init.run(ORGANIZATION);
  const env = Object.fromEntries(
    init
      .text("config/.env")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split("=", 2) as [string, string]),
  );
  let printed = "";
  const stdout = (text: string): void => void (printed += text);
  const io = { stdout, stderr: stdout, env, cwd: init.cwd, isTerminal: false };

  expect(runConfigCheck([], io)).toBe(0);
  expect(printed).toMatch(
    /config\/pools.yaml: version 2, 1 pool[^]*private jobs of octo: all repositories[^]*labels +nas/,
  );
});

test("running it again changes nothing", async () => {
  await using init = await startInit();
  await init.run(ORGANIZATION);
  const before = init.files();

  const again = await init.run(["--yes"]);

  expect(again.exitCode).toBe(0);
  expect(init.files()).toEqual(before);
  expect(init.github.hooks()).toHaveLength(1);
  expect(init.cloudflare.commands().filter((command) => command === "deploy")).toHaveLength(1);
});

test("a hook that goes to the Worker already is set right and not doubled, and stays when init takes its work back", async () => {
  await using init = await startInit();
  const { id } = init.github.addHook({
    scope: "octo",
    url: `${init.edgeUrl}/webhook`,
    contentType: "form",
    events: ["push"],
  });
  await init.github.deliveriesSettled();

  expect((await init.run(ORGANIZATION)).exitCode).toBe(0);
  expect(init.github.hooks()).toMatchObject([{ id, contentType: "json", events: ["workflow_job"] }]);

  const removed = await init.run(["--remove", "--yes"]);
  expect(removed.stdout).toContain("webhook of octo: left, it was there before");
  expect(init.github.hooks()).toHaveLength(1);
});

test("repositories get a hook each", async () => {
  await using init = await startInit();
  init.github.addRepository("octo/other");

  const ran = await init.run(["--repository", "octo/demo", "--repository", "octo/other", "--yes"]);

  expect(ran.exitCode).toBe(0);
  expect(init.github.hooks().map(({ scope }) => scope.kind === "repository" && scope.repository.fullName)).toEqual([
    "octo/demo",
    "octo/other",
  ]);
  expect(init.text("config/pools.yaml")).toContain('repositories: ["octo/demo","octo/other"]');
});

test("a repository that is named later gets its hook with the secret of the first, and its place in the pool", async () => {
  await using init = await startInit();
  await init.run(["--repository", "octo/demo", "--yes"]);
  init.github.addRepository("octo/other");
  const secrets = init.files().filter(({ path }) => path.startsWith("config/secrets/"));

  const dry = await init.run(["--repository", "octo/other", "--dry-run"]);
  expect(dry.stdout).toContain("make the webhook of octo/other");
  expect(init.github.hooks()).toHaveLength(1);
  const ran = await init.run(["--repository", "Octo/Demo", "--repository", "octo/other", "--yes"]);

  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(init.github.hooks().map(({ scope }) => scope.kind === "repository" && scope.repository.fullName)).toEqual([
    "octo/demo",
    "octo/other",
  ]);
  expect(init.text("config/pools.yaml")).toContain('repositories: ["octo/demo","octo/other"]');
  expect(init.files().filter(({ path }) => path.startsWith("config/secrets/"))).toEqual(secrets);
  expect(init.cloudflare.commands().filter((command) => command === "deploy")).toHaveLength(1);
  await init.run(["--remove", "--yes"]);
  expect(init.github.hooks()).toEqual([]);
});

test("a pools file that was edited is left alone by a repository that is named later, unless it serves it already", async () => {
  await using init = await startInit();
  await init.run(["--repository", "octo/demo", "--yes"]);
  init.github.addRepository("octo/other");
  const mine = `${init.text("config/pools.yaml")}# mine\n`;
  writeFileSync(join(init.cwd, "config/pools.yaml"), mine);

  const unserved = await init.run(["--repository", "octo/other", "--yes"]);
  expect(unserved.stdout).toContain("pools.yaml does not serve octo/other: write it under repositories");
  expect(init.text("config/pools.yaml")).toBe(mine);

  const both = mine.replace('"octo/demo"', '"octo/demo", "octo/other"');
  writeFileSync(join(init.cwd, "config/pools.yaml"), both);
  const served = await init.run([]);
  expect(served.stdout).not.toContain("does not serve");
  expect(init.text("config/pools.yaml")).toBe(both);
});

test("--dry-run shows every step, calls nobody and writes nothing; --json is what scripts read", async () => {
  await using init = await startInit();
  const dry = await init.run([...ORGANIZATION, "--dry-run"]);

  expect(dry.exitCode).toBe(0);
  for (const step of ["account", "secrets", "deploy", "edge", "hooks", "config", "probe"])
    expect(dry.stdout).toContain(`would ${step}: `);
  expect(init.files()).toEqual([]);
  expect(init.cloudflare.calls).toEqual([]);
  expect(init.github.calls()).toEqual([]);

  const told = JSON.parse((await init.run([...ORGANIZATION, "--json"])).stdout) as { steps: { status: string }[] };
  expect(told).toMatchObject({ ok: true, dryRun: false, edgeUrl: init.edgeUrl });
  expect(new Set(told.steps.map(({ status }) => status))).toEqual(new Set(["done"]));
});

test("--remove takes back what init made, and nothing else", async () => {
  await using init = await startInit();
  mkdirSync(join(init.cwd, "config"));
  writeFileSync(join(init.cwd, "config/mine.txt"), "mine");
  const other = init.github.addHook({ scope: "octo", url: "http://127.0.0.1:9/other" });
  init.cloudflare.workers.set("other", { webhookSecret: "x", token: "y" });
  await init.run(ORGANIZATION);

  const unsure = await init.run(["--remove"]);
  expect(unsure.exitCode).toBe(1);
  expect(init.github.hooks()).toHaveLength(2);

  const removed = await init.run(["--remove", "--yes"]);
  expect(removed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(init.files()).toEqual([{ path: "config/mine.txt", mode: 0o644, text: "mine" }]);
  expect(existsSync(join(init.cwd, ".hookline"))).toBe(false);
  expect(existsSync(join(init.cwd, "config/secrets"))).toBe(false);
  expect(init.github.hooks().map(({ id }) => id)).toEqual([other.id]);
  expect([...init.cloudflare.workers.keys()]).toEqual(["other"]);
  expect((await init.run(["--remove", "--yes"])).stdout).toContain("has made nothing here");
});

test("a file that was there stays as it is; --force keeps it beside, and --remove brings it back", async () => {
  await using init = await startInit();
  mkdirSync(join(init.cwd, "config"));
  for (const name of [".env", "pools.yaml"]) writeFileSync(join(init.cwd, "config", name), "# mine\n");

  const kept = await init.run(ORGANIZATION);
  expect(kept.exitCode).toBe(0);
  expect(kept.stdout).toContain("pools.yaml does not serve octo: edit it, or say --force");
  expect([init.text("config/.env"), init.text("config/pools.yaml")]).toEqual(["# mine\n", "# mine\n"]);

  await init.run(["--yes", "--force"]);
  expect(init.text("config/.env")).toContain("HOOKLINE_EDGE_URL=");
  expect(init.text("config/.env.before-init")).toBe("# mine\n");

  await init.run(["--remove", "--yes"]);
  expect(init.files().map(({ path, text }) => [path, text])).toEqual([
    ["config/.env", "# mine\n"],
    ["config/pools.yaml", "# mine\n"],
  ]);
});

test("a copy of the example makes way if a person says so, and only then", async () => {
  await using init = await startInit();
  const example = readFileSync(join(import.meta.dirname, "../../../config/pools.example.yaml"), "utf8");
  mkdirSync(join(init.cwd, "config"));
  writeFileSync(join(init.cwd, "config/pools.yaml"), example);
  const asked = (answer: string) => answering([[/pools\.yaml exists\. Replace it\?/, answer]]);
  const saying = (answer: string) => ({ world: (world: InitWorld) => ({ ...world, ask: asked(answer) }) });

  await init.run(["--organization", "octo"], saying("no"));
  expect(init.text("config/pools.yaml")).toBe(example);
  await init.run([], saying("yes"));
  expect(init.text("config/pools.yaml")).toContain('organization: "octo"');
  expect(init.text("config/pools.yaml.before-init")).toBe(example);
});

test("a pools file that serves what was chosen is kept without a question", async () => {
  await using init = await startInit();
  mkdirSync(join(init.cwd, "config"));
  writeFileSync(join(init.cwd, "config/pools.yaml"), poolsText({ target: OCTO, labels: ["mine"] }));

  const ran = await init.run(ORGANIZATION);

  expect(ran.stdout).not.toContain("does not serve");
  expect(init.text("config/pools.yaml")).toContain("mine");
});

test("what was written by init and changed since is neither overwritten nor removed", async () => {
  await using init = await startInit();
  await init.run(ORGANIZATION);
  writeFileSync(join(init.cwd, "config/pools.yaml"), `${init.text("config/pools.yaml")}# mine\n`);

  await init.run(["--yes"]);
  expect(init.text("config/pools.yaml")).toContain("# mine");
  const removed = await init.run(["--remove", "--yes"]);

  expect(removed.stdout).toContain("pools.yaml: left, it was changed since");
  expect(init.files().map(({ path }) => path)).toEqual(["config/pools.yaml"]);
});

test("a Worker that init has not made is not deployed over, nor taken away after --force", async () => {
  await using init = await startInit();
  const theirs = { webhookSecret: "theirs", token: "theirs" };
  init.cloudflare.workers.set("hookline", theirs);

  const refused = await init.run(ORGANIZATION);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/deployed already[^]*--name/);
  expect(init.cloudflare.workers.get("hookline")).toBe(theirs);

  expect((await init.run(["--yes", "--force"])).exitCode).toBe(0);
  await init.run(["--remove", "--yes"]);
  expect(init.cloudflare.workers.has("hookline")).toBe(true);
});

test("a person is asked for what was not said, and nobody else is", async () => {
  await using init = await startInit();
  init.cloudflare.accounts = [...init.cloudflare.accounts, { id: "f".repeat(32), name: "work" }];
  const ask = answering([
    [/Whose jobs/, "octo"],
    [/Which account/, "2"],
    [/GitHub token/, init.token],
  ]);
  const noToken = { GITHUB_TOKEN: "" };

  expect((await init.run(["--yes"])).exitCode).toBe(2);
  expect((await init.run(["--organization", "octo", "--yes"])).stderr).toContain("Which account is meant?");
  const ran = await init.run([], { world: (world) => ({ ...world, ask }), env: noToken });

  expect(ran.stderr).toBe("");
  expect(ran.exitCode).toBe(0);
  expect(init.cloudflare.calls.at(-1)?.env["CLOUDFLARE_ACCOUNT_ID"]).toBe("f".repeat(32));
  expect(init.text("config/secrets/github_token").trim()).toBe(init.token);
});

interface Trouble {
  readonly cause: (init: InitFixture) => void;
  readonly told: RegExp;
  /** Puts it right; gives what the environment says from then on. */
  readonly mend: (init: InitFixture) => Readonly<Record<string, string>>;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  "nobody is logged in": {
    cause: ({ cloudflare }) => void (cloudflare.loggedIn = false),
    told: /not logged in[^]*wrangler login/,
    mend: ({ cloudflare }) => ((cloudflare.loggedIn = true), {}),
  },
  "the deploy fails": {
    cause: ({ cloudflare }) => void (cloudflare.refusal = "no workers.dev yet"),
    told: /exit code 1[^]*no workers.dev yet[^]*again/,
    mend: ({ cloudflare }) => ((cloudflare.refusal = null), {}),
  },
  "the token is revoked": {
    cause: ({ github, token }) => github.revokeToken(token),
    told: /401[^]*GITHUB_TOKEN/,
    mend: ({ github }) => ({ GITHUB_TOKEN: github.addToken() }),
  },
};

test.each(Object.keys(TROUBLES))("%s: it says so, exits with 1, and goes on once that is put right", async (name) => {
  const { cause, told, mend } = TROUBLES[name] ?? expect.fail();
  await using init = await startInit();
  cause(init);

  const failed = await init.run([...ORGANIZATION, "--json"], { asProgram: true });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(told);
  const error = { code: expect.any(String), remedy: expect.any(String) };
  expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, error });

  const mended = await init.run(ORGANIZATION, { env: mend(init) });
  expect(mended).toMatchObject({ exitCode: 0, stderr: "" });
});

test("stopped while it waits, it says so and goes on later", async () => {
  await using init = await startInit(() => Promise.resolve("http://127.0.0.1:9"));
  const stop = new AbortController();
  const heard = (text: string): void => void (text.includes("deploy:") && stop.abort());

  const stopped = await init.run(ORGANIZATION, { signal: stop.signal, heard });

  expect(stopped).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("goes on where it stopped") });
  expect(init.github.hooks()).toEqual([]);
  expect(init.files().map(({ path }) => path)).toContain(".hookline/init.json");
});

test("another choice than the one that init began with is refused", async () => {
  await using init = await startInit();
  await init.run(ORGANIZATION);

  const other = await init.run(["--organization", "other", "--yes"]);
  expect(other.exitCode).toBe(1);
  expect(other.stderr).toContain("another choice of what to serve");
});

test.each([
  [["--organization", "a b"]],
  [["--organization", "octo", "--repository", "octo/demo"]],
  [["--bogus"]],
  [["--repository", "octo"]],
])("%j is wrong usage", async (args) => {
  await using init = await startInit();
  expect((await init.run(args)).exitCode).toBe(2);
  expect(init.files()).toEqual([]);
});
