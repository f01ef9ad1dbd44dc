import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { GitHubFacts } from "../../../agent/doctor/github/github-facts.ts";
import { judgePatternHooks } from "../../../agent/doctor/github/pattern-check.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { startVirtualWorld } from "./virtual-world.ts";

/** A fleet of `me/*`, whose account holds these beside a fork, an archived and a public repository. */
async function serving(repositories: readonly string[], credential: "good" | "revoked" = "good") {
  const world = await startVirtualWorld();
  const { github, env, secret } = world;
  github.addUser("me");
  for (const name of repositories) github.addRepository(name);
  github.addRepository("me/copy", { fork: true });
  github.addRepository("me/old", { archived: true });
  github.addRepository("me/site", { private: false });
  const file = join(temporaryFolder(), "pools.yaml");
  writeFileSync(file, 'version: 2\npools: [{ key: home, labels: [nas], repositories: ["me/*", "!me/legacy"] }]');
  const url = `${env.HOOKLINE_EDGE_URL}/webhook`;
  const change: Record<string, string> = { HOOKLINE_CONFIG: file, GITHUB_TOKEN: github.addToken({ login: "me" }) };
  if (credential === "revoked") github.revokeToken(change["GITHUB_TOKEN"] ?? "");
  await github.deliveriesSettled();
  const hook = async (scope: string): Promise<void> => {
    github.addHook({ scope, url, secret });
    await github.deliveriesSettled();
  };
  const checks = async () => {
    const all = (await world.checks(change)).filter(({ group }) => group === "github");
    const of = (id: string) => all.find((check) => check.id === id);
    const bad = all.filter(({ status }) => status === "warn" || status === "fail").map(({ id }) => id);
    return { all, of, bad };
  };
  return { github, hook, checks };
}

test("a repository of a pattern without a hook is named, by one check, with the init line that makes it", async () => {
  const { hook, checks } = await serving(["me/web", "me/new", "me/legacy"]);
  await hook("me/web");
  const { of, bad } = await checks();
  expect(bad).toEqual(["github-hook:home"]);
  expect(of("github-hook:home")).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/^no hook of me\/new sends workflow_job here: sweeps find the jobs/),
    remedy: expect.stringMatching(/hookline init --repository me\/new$/),
  });
  await hook("me/new");
  const after = await checks();
  expect(after.bad).toEqual([]);
  expect(after.of("github-hook:home")).toMatchObject({ status: "pass" });
});

test("what a pattern takes in and leaves out is counted", async () => {
  const { checks, hook } = await serving(["me/web", "me/legacy"]);
  await hook("me/web");
  const { of } = await checks();
  expect(of("github-repositories:home")).toMatchObject({
    status: "pass",
    summary: expect.stringMatching(/^1 repository of me\/\*, !me\/legacy is served; left out: /),
  });
  expect(of("github-repositories:home")?.summary).toMatch(/1 fork/);
  expect(of("github-repositories:home")?.summary).toMatch(/1 archived/);
  expect(of("github-repositories:home")?.summary).toMatch(/1 excluded/);
  expect(of("github-repositories:home")?.summary).toMatch(/1 of another visibility/);
});

test("an App's hook tells of every repository of a pattern, one that was made today as well", async () => {
  const hook = { home: { kind: "app" }, id: null, url: "https://edge.test/webhook", active: true } as const;
  const facts = {
    appHook: () => Promise.resolve({ ...hook, events: ["workflow_job"], contentType: "json", verifiesTls: true }),
    foundBy: (pool: Pool) => Promise.resolve({ ...pool, repositories: ["me/web", "me/new"], named: [] }),
  };
  const pool = poolOf({ patterns: { accounts: ["me"], except: [] } });
  const judged = (edgeUrl: string) => judgePatternHooks(facts as unknown as GitHubFacts, pool, edgeUrl);
  expect(await judged("https://edge.test")).toMatchObject({ status: "pass" });
  expect(await judged("https://other.test")).toMatchObject({ status: "warn" });
});

test("where the credential itself is refused, the check about it tells, and no other", async () => {
  const { checks } = await serving(["me/web"], "revoked");
  const { bad, of } = await checks();
  expect(bad).toEqual(["github-token"]);
  expect(of("github-repositories:home")).toMatchObject({ status: "skip" });
});

test("a pattern that takes in nothing is warned of, and no hook is missed", async () => {
  const { checks } = await serving([]);
  const { of, bad } = await checks();
  expect(bad).toEqual(["github-repositories:home"]);
  expect(of("github-repositories:home")).toMatchObject({ summary: expect.stringMatching(/^no repository of me/) });
  expect(of("github-hook:home")).toMatchObject({ status: "skip" });
});

test("where the list may not be read, that alone is told, with what is missing", async () => {
  const { github, checks } = await serving(["me/web"]);
  github.misbehave({ operation: "repos/list-for-authenticated-user", fault: { kind: "status", status: 403 } });
  const { of, bad } = await checks();
  expect(bad).toEqual(["github-repositories:home"]);
  expect(of("github-repositories:home")).toMatchObject({ status: "fail", remedy: expect.stringMatching(/./) });
  expect(of("github-hook:home")).toMatchObject({ status: "skip" });
});
