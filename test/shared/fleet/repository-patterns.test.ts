import * as fc from "fast-check";
import { expect, test } from "vitest";

import { refusal, servingPool } from "../../../shared/controller/pool-choice.ts";
import { fillIn } from "../../../shared/fleet/fill-in.ts";
import { statedRepositories, type ListedRepository } from "../../../shared/fleet/repository-patterns.ts";
import { routesOfFleet } from "../../../shared/fleet/routes-of-fleet.ts";
import { foreignTo } from "../../../shared/link/route.ts";
import { loadText, onePool, pathsOf, problemsOf } from "./load-text.ts";

const fileOf = (repositories: string, more = ""): string =>
  `version: 2\npools: [{ key: home, labels: [nas], repositories: [${repositories}]${more} }]`;

const listed = (fullName: string, change: Partial<ListedRepository> = {}): ListedRepository => ({
  fullName,
  isPrivate: true,
  fork: false,
  archived: false,
  ...change,
});

test.each([
  ['"me/*"', [], ["me"], []],
  ['"me/*", "!me/legacy"', [], ["me"], ["me/legacy"]],
  ['you/app, "me/*", "ME/*", "!me/a", "!Me/A", you/App', ["you/app"], ["me"], ["me/a"]],
  ['me/fork, "me/*", "you/*"', ["me/fork"], ["me", "you"], []],
])("repositories: [%s] names %j and takes in all of %j but %j", (written, named, accounts, except) => {
  const pool = onePool(fileOf(written));
  expect(pool).toMatchObject({
    scope: { kind: "repositories", repositories: named },
    repositories: named,
    patterns: { accounts, except },
  });
});

test("a list of names alone has no pattern", () => {
  expect(onePool(fileOf("me/app"))).not.toHaveProperty("patterns");
});

test.each([
  ['"*"', "pools[0].repositories[0]", /must be a repository as owner\/name, .* all of an account as owner\/\*/],
  ['"*/*"', "pools[0].repositories[0]", /must be a repository/],
  ['"me/web-*"', "pools[0].repositories[0]", /must be a repository/],
  ['"me/*", "!me/*"', "pools[0].repositories[1]", /must be a repository/],
  ['"!me/legacy"', "pools[0].repositories[0]", /leaves me\/legacy out of nothing; add me\/\*, or remove it/],
  ['"me/*", "!you/app"', "pools[0].repositories[1]", /out of nothing; add you\/\*/],
  ['"me/*", me/a, "!ME/a"', "pools[0].repositories[2]", /leaves out ME\/a, which is named beside it/],
])("repositories: [%s] is refused at %s", (written, path, message) => {
  expect(pathsOf(problemsOf(fileOf(written)))).toEqual([path]);
  expect(problemsOf(fileOf(written))[0]?.message).toMatch(message);
});

test("a pattern is for repositories' own runners: an organization's list takes none", () => {
  const file = 'version: 2\npools: [{ key: nas, organization: acme, allowedRepositories: ["acme/*"] }]';
  expect(pathsOf(problemsOf(file))).toEqual(["pools[0].allowedRepositories[0]"]);
});

test.each<[string, Partial<ListedRepository>, unknown]>([
  ["me/app", {}, null],
  ["ME/App", {}, null],
  ["me/legacy", {}, { code: "other-repository", leftOut: "excluded" }],
  ["me/copy", { fork: true }, { code: "other-repository", leftOut: "fork" }],
  ["me/old", { archived: true }, { code: "other-repository", leftOut: "archived" }],
  ["me/site", { isPrivate: false }, { code: "visibility", expected: "private" }],
  ["me/chosen", { fork: true, archived: true }, null],
  ["you/app", {}, { code: "other-repository" }],
])("of me/*, !me/legacy and me/chosen a private pool is refused %s %j: %j", (fullName, change, expected) => {
  const pool = fillIn(onePool(fileOf('me/chosen, "me/*", "!me/legacy"')), [listed(fullName, change)]);
  const job = { repository: fullName, isPrivate: change.isPrivate ?? true, labels: ["nas"] };
  expect(refusal(servingPool(pool, "amd64"), job)).toEqual(expected);
});

test("what GitHub has not listed yet is not served, and said so", () => {
  const pool = fillIn(onePool(fileOf('"me/*"')), []);
  const job = { repository: "me/new", isPrivate: true, labels: ["nas"] };
  expect(refusal(servingPool(pool, "amd64"), job)).toEqual({ code: "other-repository", leftOut: "unlisted" });
});

test("the edge is told the pattern of its own account, and of an account with names alone no names", () => {
  const { fleet } = loadText(fileOf('you/app, me/fork, "me/*", "!me/legacy"'));
  expect(routesOfFleet(fleet).map(({ owner, repositories }) => [owner, repositories])).toEqual([
    ["you", undefined],
    ["me", ["me/*", "!me/legacy"]],
  ]);
});

test.each([
  ['"me/*"', '"me/*"', true],
  ['"me/*"', "me/app", true],
  ['"me/*"', '"me/*", "!me/a"', true],
  ['"me/*", "!me/a"', '"me/*"', false],
  ['"me/*", "!me/a"', '"me/*", "!ME/A"', true],
  ['"me/*", "!me/a"', "me/a", false],
  ["me/app", '"me/*"', false],
  ['"me/*"', '"you/*"', false],
])("a pool of %s before one of %s leaves it nothing: %j", (earlier, later, isShadowed) => {
  const pools = [earlier, later].map((list, n) => `{ key: p${n}, labels: [nas], repositories: [${list}] }`);
  const { warnings } = loadText(`version: 2\npools: [${pools.join(", ")}]`);
  expect(warnings.some(({ message }) => message.startsWith("is reached only while"))).toBe(isShadowed);
});

const name = fc.constantFrom("me/a", "me/b", "me/c", "you/a", "you/b", "ME/A");
const words = fc.uniqueArray(
  fc.oneof(
    name,
    fc.constantFrom("me/*", "you/*"),
    name.map((each) => `!${each}`),
  ),
  {
    minLength: 1,
  },
);
const repository = fc.record({
  fullName: name,
  isPrivate: fc.boolean(),
  fork: fc.boolean(),
  archived: fc.boolean(),
});

test("property: what is served is named, or taken in by a pattern and neither left out, a fork, archived nor of another visibility", () => {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  fc.assert(
    fc.property(words, fc.array(repository), (list, all) => {
      const { named, patterns } = statedRepositories(list);
      const base = onePool(fileOf("me/x"));
      const pool = fillIn(
        {
          ...base,
          scope: { kind: "repositories", repositories: named },
          repositories: named,
          ...(patterns === null ? {} : { patterns }),
        },
        all,
      );
      const isNamed = (fullName: string): boolean => list.some((word) => same(word, fullName));
      const isTakenIn = (each: ListedRepository): boolean =>
        list.some((word) => same(word, `${each.fullName.split("/")[0] ?? ""}/*`)) &&
        !list.some((word) => same(word, `!${each.fullName}`)) &&
        !each.fork &&
        !each.archived &&
        each.isPrivate;
      for (const served of pool.repositories ?? []) {
        expect(isNamed(served) || all.some((each) => same(each.fullName, served) && isTakenIn(each))).toBe(true);
      }
      for (const each of all.filter(isTakenIn))
        expect(pool.repositories?.some((one) => same(one, each.fullName))).toBe(true);
      expect(pool.scope).toEqual({ kind: "repositories", repositories: pool.repositories });
    }),
    { numRuns: 500 },
  );
});

test("property: the edge turns away nothing that the fleet may serve", () => {
  fc.assert(
    fc.property(words, repository, (list, each) => {
      let fleet;
      try {
        ({ fleet } = loadText(fileOf(list.map((word) => JSON.stringify(word)).join(", "), ", visibility: any")));
      } catch {
        return;
      }
      const filled = fleet.pools.map((pool) => servingPool(fillIn(pool, [each]), "amd64"));
      const job = { repository: each.fullName, isPrivate: each.isPrivate, labels: ["nas"] };
      if (filled.some((pool) => refusal(pool, job) === null)) expect(foreignTo(routesOfFleet(fleet), job)).toBeNull();
    }),
    { numRuns: 500 },
  );
});
