import { expect, test } from "vitest";

import { repositoryScope, scopeName } from "../../../agent/github/model/scope.ts";
import type { RunnerScope } from "../../../agent/github/model/types.ts";
import { InventoryTurns } from "../../../agent/sweeps/inventory-turns.ts";

const NAMES = Array.from({ length: 300 }, (_each, n) => `me/r${n}`);
const FLEET: readonly RunnerScope[] = [{ kind: "organization", organization: "acme" }, ...NAMES.map(repositoryScope)];

const turnsOf = (): InventoryTurns => new InventoryTurns((name) => name.startsWith("hookline-nas--"));

/** A list of a repository's runners by their names; null where it could not be read. */
function listOf(repository: string, names: readonly string[] | null) {
  const items = (names ?? []).map((name, id) => ({ id, name, busy: false, status: "offline", labels: [] }));
  return { scope: repositoryScope(repository), complete: names !== null, items };
}

test("promise 7: a repository that the fleet has left is listed until no runner of ours is in it", () => {
  const turns = turnsOf();
  turns.next([], [repositoryScope("me/old")]);
  turns.listed(listOf("me/old", ["hookline-nas--home-a"]));
  expect(turns.next([], []).map(scopeName)).toEqual(["me/old"]);
  turns.listed(listOf("ME/old", null));
  expect(turns.next([], []).map((scope) => scopeName(scope).toLowerCase())).toEqual(["me/old"]);
  turns.listed(listOf("me/old", ["somebody-else"]));
  expect(turns.next([], [])).toEqual([]);
});

test("promise 7: a runner of ours that no slot is known of is asked for until it is gone, whatever the fleet serves", () => {
  const turns = turnsOf();
  expect(turns.next([repositoryScope("me/old")], []).map(scopeName)).toEqual(["me/old"]);
  turns.listed(listOf("me/old", ["hookline-nas--home-a"]));
  expect(turns.next([], []).map(scopeName)).toEqual(["me/old"]);
});

test("a repository that the fleet has left and that cannot be listed is given up after ten lists, not before", () => {
  const turns = turnsOf();
  turns.next([], [repositoryScope("me/gone")]);
  for (let list = 1; list < 10; list += 1) {
    turns.listed(listOf("me/gone", null));
    expect(turns.next([], [])).toHaveLength(1);
  }
  turns.listed(listOf("me/gone", null));
  expect(turns.next([], [])).toEqual([]);
});

test("of three hundred repositories a sweep lists those with slots and one more, and each has its turn", () => {
  const turns = turnsOf();
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
  const turns = turnsOf();
  const three = ["me/a", "me/b", "me/c"].map(repositoryScope);
  for (let sweep = 0; sweep < 3; sweep += 1) turns.next(three, []);
  expect(turns.next([...three, repositoryScope("me/new")], []).map(scopeName)).toEqual(["me/new"]);
});
