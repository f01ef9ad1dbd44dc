import { expect, test } from "vitest";

import type { AccountRepository } from "../../../agent/github/model/types.ts";
import { FoundRepositories } from "../../../agent/sweeps/found-repositories.ts";
import { SweepFailures } from "../../../agent/sweeps/sweep-failures.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { FakeGitHub, gitHubError, type Facts } from "./fake-github.ts";

const GO = new AbortController().signal;
const SWEEP_MS = 60_000;

const repository = (id: number, fullName: string, change: Partial<AccountRepository> = {}): AccountRepository => ({
  id,
  fullName,
  isPrivate: true,
  fork: false,
  archived: false,
  pushedAtMs: null,
  ...change,
});
const WEB = repository(1, "me/web");
const API = repository(2, "me/api");

function looking(facts: Facts) {
  const github = new FakeGitHub(facts);
  const clock = new VirtualClock();
  const found = new FoundRepositories({ github, clock, changed: () => {} });
  const look = async (accounts: readonly string[] = ["me"]) => {
    const failures = new SweepFailures();
    const complete = await found.look(accounts, failures, GO);
    await clock.advance(SWEEP_MS);
    return { complete, failures: failures.all.map(({ what }) => what), names: names() };
  };
  const names = (): readonly string[] => found.listed.map(({ fullName }) => fullName).toSorted();
  return { github, clock, found, look, names };
}

test("a list is whole where every account's is; what fails is named and lets nothing go", async () => {
  const { github, look } = looking({ accounts: { me: [WEB, API], you: [repository(3, "you/app")] } });
  expect(await look(["me", "you"])).toEqual({ complete: true, failures: [], names: ["me/api", "me/web", "you/app"] });
  github.facts = { accounts: { me: gitHubError("unavailable", 502), you: [repository(3, "you/app")] } };
  const all = ["me/api", "me/web", "you/app"];
  expect(await look(["me", "you"])).toEqual({ complete: false, failures: ["repositories of me"], names: all });
});

test("a list that was cut adds what it holds, asks for nothing and lets nothing go", async () => {
  const { github, look } = looking({ accounts: { me: [WEB, API] } });
  await look();
  const shortfall = "1 of the 3 entries that GitHub counts were listed";
  github.facts = { accounts: { me: { items: [repository(3, "me/new")], complete: false, shortfall } } };
  const before = github.asked.length;
  expect(await look()).toEqual({
    complete: false,
    failures: ["repositories of me"],
    names: ["me/api", "me/new", "me/web"],
  });
  expect(github.asked.slice(before)).toEqual(["repositories of me"]);
});

test("what a whole list lacks is let go after two answers of 404, two minutes apart; an answer that failed counts for neither", async () => {
  const { github, look } = looking({ accounts: { me: [WEB, API] } });
  await look();
  github.facts = { accounts: { me: [WEB] } };
  expect((await look()).names).toEqual(["me/api", "me/web"]);
  github.facts = { accounts: { me: [WEB] }, repositoryByName: { "me/api": gitHubError("timeout") } };
  expect((await look()).names).toEqual(["me/api", "me/web"]);
  expect((await look()).names).toEqual(["me/api", "me/web"]);
  github.facts = { accounts: { me: [WEB] } };
  expect((await look()).names).toEqual(["me/web"]);
});

test("a 404 is forgotten once the repository is shown again", async () => {
  const { github, look } = looking({ accounts: { me: [WEB, API] } });
  const [whole, lacking] = [{ accounts: { me: [WEB, API] } }, { accounts: { me: [WEB] } }];
  for (const facts of [whole, lacking, lacking, whole, lacking, lacking]) {
    github.facts = facts;
    expect((await look()).names).toEqual(["me/api", "me/web"]);
  }
});

test.each([
  ["under the same name", API, ["me/api", "me/web"]],
  ["under another name", repository(2, "me/service"), ["me/service", "me/web"]],
  ["with another account", repository(2, "you/api"), ["me/web"]],
  ["gone, and its name another's", repository(9, "me/api"), ["me/web"]],
])("what a list lacks and GitHub shows %s is served as GitHub shows it", async (_how, shown, expected) => {
  const { github, look } = looking({ accounts: { me: [WEB, API] } });
  await look();
  github.facts = { accounts: { me: [WEB] }, repositoryByName: { "me/api": shown } };
  expect((await look()).names).toEqual(expected);
});

test("two that swap their names keep their ids", async () => {
  const { github, found, look } = looking({ accounts: { me: [WEB, API] } });
  await look();
  github.facts = { accounts: { me: [repository(1, "me/api"), repository(2, "me/web")] } };
  await look();
  expect(new Map(found.listed.map(({ id, fullName }) => [id, fullName]))).toEqual(
    new Map([
      [1, "me/api"],
      [2, "me/web"],
    ]),
  );
});

test("a list that was asked for before a delivery was looked up does not undo what the lookup found", async () => {
  const { github, clock, found, look, names } = looking({ accounts: { me: [WEB] } });
  await look();
  let answer = (): void => {};
  github.gate = new Promise((resolve) => (answer = resolve));
  const late = found.look(["me"], new SweepFailures(), GO);
  await clock.advance(1);
  github.gate = Promise.resolve();
  github.facts = {
    ...github.facts,
    repositoryByName: { "me/site": repository(1, "me/site"), "me/new": repository(4, "me/new") },
  };
  await found.heard("me/site", 1, GO);
  await found.heard("me/new", 4, GO);
  answer();
  await late;
  expect(names()).toEqual(["me/new", "me/site"]);
});

test("a name that GitHub does not show is asked for once a minute, however many deliveries name it", async () => {
  const { github, clock, found, names } = looking({ repositoryByName: { "me/new": gitHubError("unavailable", 502) } });
  for (let n = 0; n < 5; n += 1) await found.heard("me/new", 4, GO);
  expect(github.asked).toEqual(["repository me/new"]);
  expect(names()).toEqual([]);
  await clock.advance(SWEEP_MS);
  github.facts = { repositoryByName: { "me/new": repository(4, "me/new") } };
  await found.heard("me/new", 4, GO);
  await found.heard("me/new", 4, GO);
  expect(names()).toEqual(["me/new"]);
  expect(github.asked).toHaveLength(2);
});

test("an account that no pattern names any more is forgotten", async () => {
  const { look, names } = looking({ accounts: { me: [WEB], you: [repository(3, "you/app")] } });
  await look(["me", "you"]);
  await look(["you"]);
  expect(names()).toEqual(["you/app"]);
});
