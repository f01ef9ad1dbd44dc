import { expect, test } from "vitest";

import { repositoryScope, scopeName } from "../../../agent/github/model/scope.ts";
import type { RunnerScope } from "../../../agent/github/model/types.ts";
import { InventoryTurns } from "../../../agent/sweeps/inventory-turns.ts";

const NAMES = Array.from({ length: 300 }, (_each, n) => `me/r${n}`);
const FLEET: readonly RunnerScope[] = [{ kind: "organization", organization: "acme" }, ...NAMES.map(repositoryScope)];

test("of three hundred repositories a sweep lists those with slots and one more, and each has its turn", () => {
  const turns = new InventoryTurns();
  const held = [repositoryScope("me/r7"), repositoryScope("ME/R7"), repositoryScope("you/gone")];
  const seen = new Set<string>();
  for (let sweep = 0; sweep < 299; sweep += 1) {
    const names = turns.next(FLEET, held).map(scopeName);
    expect(names).toHaveLength(4);
    expect(names).toEqual(expect.arrayContaining(["acme", "me/r7", "you/gone"]));
    for (const name of names) seen.add(name);
  }
  expect(seen).toEqual(new Set(["acme", "you/gone", ...NAMES]));
});

test("a repository that is new has its turn before those that had one", () => {
  const turns = new InventoryTurns();
  const three = ["me/a", "me/b", "me/c"].map(repositoryScope);
  for (let sweep = 0; sweep < 3; sweep += 1) turns.next(three, []);
  expect(turns.next([...three, repositoryScope("me/new")], []).map(scopeName)).toEqual(["me/new"]);
});
