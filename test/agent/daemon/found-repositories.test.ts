import { expect, test } from "vitest";

import type { GitHubCredential } from "../../../agent/github/auth/credential.ts";
import { poolOf } from "../../shared/controller/world.ts";
import type { LoopbackGitHub } from "../../stand-ins/github/loopback-github.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { batchOf, signalOf } from "./agent-fixture.ts";
import { loopbackAgent } from "./loopback-agent.ts";

const NOW = { runsForMs: null, labels: ["self-hosted", "nas"] } as const;
const LIST = "repos/list-for-authenticated-user";

interface Change {
  readonly more?: readonly string[];
  readonly credential?: (github: LoopbackGitHub) => GitHubCredential;
}

/** An agent that serves `me/*` but `me/legacy`, on a GitHub whose account holds some of each kind. */
async function serving({ more = [], ...options }: Change = {}) {
  const patterns = { accounts: ["me"], except: ["me/legacy"] };
  const scope = { kind: "repositories", repositories: [] } as const;
  const world = await loopbackAgent(poolOf({ scope, repositories: [], patterns }), {
    login: "me",
    prepare: (github) => {
      github.addUser("me");
      for (const name of ["me/web", "me/legacy", ...more]) github.addRepository(name);
      github.addRepository("me/copy", { fork: true });
      github.addRepository("me/old", { archived: true });
    },
    ...options,
  });
  const { agent, loopback, sweep, records } = world;
  /** Queues a job there and waits for its runner, for as many sweeps as it takes to be found. */
  const served = async (repository: string, sweeps: number): Promise<void> => {
    const before = loopback.runners().length;
    loopback.queueJob({ repository, ...NOW });
    for (let n = 0; n < sweeps; n += 1) await sweep();
    await loopback.waitFor(() => loopback.runners().length === before + 1, `a runner for ${repository}`);
  };
  const repositoriesRead = (): readonly string[] =>
    loopback.calls().flatMap(({ path }) => /\/repos\/(me\/[^/]+)\/actions\/runs\?/.exec(path)?.[1] ?? []);
  const told = () => records().filter(({ msg }) => msg === "a pattern takes in other repositories");
  return { ...world, agent, served, repositoriesRead, told };
}

/** What the same token sees no more, and sees again. */
const hides = (github: LoopbackGitHub, name: string) => [
  github.misbehave({ operation: LIST, fault: { kind: "rewrite", rewrite: (body) => without(body, name) } }),
  github.misbehave({ operation: "repos/get", fault: { kind: "status", status: 404 } }),
];

function without(body: unknown, name: string): unknown {
  return Array.isArray(body) ? body.filter((each: { full_name: string }) => each.full_name !== name) : body;
}

test("jobs of what a pattern takes in are served; of forks, archived and excluded repositories they are not", async () => {
  const { loopback, served, sweep, provider, repositoriesRead } = await serving();
  for (const repository of ["me/copy", "me/old", "me/legacy"]) loopback.queueJob({ repository, ...NOW });
  await served("me/web", 1);
  await sweep();
  expect(provider.callsOf("start")).toHaveLength(1);
  expect(new Set(repositoriesRead())).toEqual(new Set(["me/web"]));
});

test("a repository that is made while the agent runs is served from the next sweep on", async () => {
  const { loopback, served, told } = await serving();
  loopback.addRepository("me/new");
  await served("me/new", 1);
  expect(told().at(-1)).toMatchObject({ level: "info", pool: "home", added: ["me/new"], gone: [] });
});

test("a delivery of a repository that nobody has heard of is served at once, without a sweep", async () => {
  const { agent, loopback, clock, connection } = await serving();
  const { id: repositoryId } = loopback.addRepository("me/new");
  const { id } = loopback.queueJob({ repository: "me/new", ...NOW });
  const now = clock.now();
  const queued = { jobId: id, repository: "me/new", repositoryId, createdAtMs: now, startedAtMs: now };
  connection.receive(batchOf(0, [signalOf(1, queued)]));
  await agent.waitFor(({ slots }) => slots === 1, patience());
  expect(clock.now()).toBe(now);
});

test("a delivery of a new fork starts nothing", async () => {
  const { loopback, clock, connection, provider, sweep } = await serving();
  loopback.addRepository("me/fork", { fork: true });
  const { id } = loopback.queueJob({ repository: "me/fork", ...NOW });
  const now = clock.now();
  connection.receive(batchOf(0, [signalOf(1, { jobId: id, repository: "me/fork", createdAtMs: now })]));
  await sweep();
  expect(loopback.calls().some(({ path }) => path.endsWith("/repos/me/fork"))).toBe(true);
  await sweep();
  expect(provider.callsOf("start")).toEqual([]);
});

test("a repository that is renamed is served under its new name, and its old one is not read any more", async () => {
  const { loopback, served, sweep, repositoriesRead, told } = await serving();
  loopback.renameRepository("me/web", "me/site");
  await served("me/site", 1);
  expect(told().at(-1)).toMatchObject({ added: ["me/site"], gone: ["me/web"] });
  const before = repositoriesRead().length;
  await sweep();
  expect(repositoriesRead().slice(before)).toEqual(["me/site"]);
});

test("an excluded repository that is renamed stays excluded, and the file's line is asked for", async () => {
  const { loopback, sweep, provider, records } = await serving();
  loopback.renameRepository("me/legacy", "me/older");
  loopback.queueJob({ repository: "me/older", ...NOW });
  for (let n = 0; n < 3; n += 1) await sweep();
  expect(provider.callsOf("start")).toEqual([]);
  const said = records().filter(({ msg }) => msg === "repository was renamed");
  expect(said).toMatchObject([{ level: "warn", from: "me/legacy", to: "me/older" }]);
});

test("an archived repository is let go at the next sweep; one that is brought back is served again", async () => {
  const { loopback, sweep, served, told } = await serving();
  loopback.archiveRepository("me/web");
  await sweep();
  expect(told().at(-1)).toMatchObject({ added: [], gone: ["me/web"] });
  loopback.archiveRepository("me/web", false);
  await served("me/web", 1);
});

test("a repository that was given to another account is let go at the next sweep, with nothing to do for anybody", async () => {
  const { loopback, sweep, told, records } = await serving();
  loopback.addUser("you");
  loopback.renameRepository("me/web", "you/web");
  await sweep();
  expect(told().at(-1)).toMatchObject({ added: [], gone: ["me/web"] });
  expect(records().filter(({ level, plane }) => level === "warn" && plane !== "edge")).toEqual([]);
});

test("a repository that was deleted is let go after GitHub has said twice that it has none", async () => {
  const { loopback, sweep, told } = await serving();
  const before = told().length;
  loopback.deleteRepository("me/web");
  await sweep();
  await sweep();
  expect(told()).toHaveLength(before);
  await sweep();
  expect(told().at(-1)).toMatchObject({ added: [], gone: ["me/web"] });
});

test("promise 9: a page that is missing lets no repository go, and the sweep says that it is not whole", async () => {
  const more = Array.from({ length: 120 }, (_each, n) => `me/r${String(n).padStart(3, "0")}`);
  const { agent, loopback, sweep, told, served } = await serving({ more });
  const before = told().length;
  const cut = loopback.misbehave({
    operation: LIST,
    fault: { kind: "status", status: 403 },
    match: (url) => url.searchParams.get("page") === "2",
  });
  const whole = agent.state().lastCompleteSweepAt;
  await sweep();
  await sweep();
  expect(cut.hits).toBeGreaterThan(1);
  expect(told()).toHaveLength(before);
  expect(agent.state().lastCompleteSweepAt).toBe(whole);
  cut.stop();
  await served("me/web", 1);
});

test("promise 9: a list that is refused altogether lets no repository go", async () => {
  const { loopback, sweep, told, served } = await serving();
  const before = told().length;
  const refused = loopback.misbehave({ operation: LIST, fault: { kind: "status", status: 403 } });
  await sweep();
  await sweep();
  expect(told()).toHaveLength(before);
  refused.stop();
  await served("me/web", 1);
});

test("promise 9: a list that lacks a repository lets it go neither while GitHub shows it by name nor for a moment's 404", async () => {
  const { loopback, sweep, told, served } = await serving();
  const before = told().length;
  const empty = loopback.misbehave({ operation: LIST, fault: { kind: "empty" } });
  for (let n = 0; n < 5; n += 1) await sweep();
  expect(told()).toHaveLength(before);
  empty.stop();
  const [list, read] = hides(loopback, "me/web");
  await sweep();
  list?.stop();
  read?.stop();
  for (let n = 0; n < 3; n += 1) await sweep();
  expect(told()).toHaveLength(before);
  await served("me/web", 1);
});

test("promise 14: an idle sweep over a pattern costs nothing of the primary limit", async () => {
  const { loopback, sweep } = await serving({ more: ["me/api", "me/lib"] });
  // Runners are listed of one repository in turn, each for the first time.
  for (let n = 0; n < 3; n += 1) await sweep();
  for (let n = 0; n < 3; n += 1) {
    const before = loopback.calls().length;
    await sweep();
    const calls = loopback.calls().slice(before);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.filter(({ counted }) => counted)).toEqual([]);
  }
});

test("with an App on the account the installation's repositories are those that are served", async () => {
  const { loopback, served, told } = await serving({
    credential: (github) => {
      const app = github.addApp({ owner: "me" });
      github.installApp({ app, account: "me" });
      return { kind: "app", appId: app.id, privateKeyPem: app.privateKey };
    },
  });
  loopback.addRepository("me/new");
  await served("me/new", 1);
  expect(told().at(-1)).toMatchObject({ added: ["me/new"] });
  expect(loopback.calls().some(({ path }) => path.includes("/installation/repositories"))).toBe(true);
});

test("a push to one of many repositories makes one page of the list new, and no other", async () => {
  const more = Array.from({ length: 250 }, (_each, n) => `me/r${String(n).padStart(3, "0")}`);
  const { loopback, sweep } = await serving({ more });
  await sweep();
  loopback.pushTo("me/r240");
  const before = loopback.calls().length;
  await sweep();
  const pages = loopback
    .calls()
    .slice(before)
    .filter(({ path }) => path.includes("/user/repos"));
  expect(pages.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 304, 304]));
  expect(pages.filter(({ counted }) => counted)).toHaveLength(1);
});
