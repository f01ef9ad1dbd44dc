import { expect, test } from "vitest";

import { PLAIN_CONTAINER } from "../../../../shared/fleet/container-options.ts";
import { cacheVolumeName, ownCaches } from "../../../../agent/slots/docker/cache-volumes.ts";
import { poolOf } from "../../../stand-ins/docker/slot-fixtures.ts";

const caching = (key: string, ...names: readonly string[]) =>
  poolOf({ key, container: { ...PLAIN_CONTAINER, caches: names.map((name) => ({ name, path: `/${name}` })) } });

const named = (...names: readonly string[]) => names.map((name, n) => ({ name, sizeBytes: n }));

test("C-13: a cache is told by its volume's name: pool and name, in the file's order", () => {
  const volumes = named("hookline-nas--b--npm", "hookline-nas--a--tools", "hookline-nas--a--npm");
  const caches = ownCaches(volumes, "nas", [caching("a", "npm", "tools"), caching("b", "npm")]);
  expect(caches.map(({ pool, name, sizeBytes, isConfigured }) => [pool, name, sizeBytes, isConfigured])).toEqual([
    ["a", "npm", 2, true],
    ["a", "tools", 1, true],
    ["b", "npm", 0, true],
  ]);
});

test("C-13, promise 12: volumes of other instances, of other programs and of nobody's pool are not ours", () => {
  const volumes = named("hookline-nas-2--a--npm", "hookline-na--a--npm", "nas--a--npm", "hookline-nas--a", "data");
  expect(ownCaches(volumes, "nas", [caching("a", "npm")])).toEqual([]);
});

test("C-13: what a pool or a cache that was taken out has left is shown as such", () => {
  const caches = ownCaches(named("hookline-nas--gone--npm", "hookline-nas--a--old"), "nas", [caching("a", "npm")]);
  expect(caches).toMatchObject([
    { pool: "a", name: "old", isConfigured: false },
    { pool: "gone", name: "npm", isConfigured: false },
  ]);
});

test("a pool or a cache with two dashes in its name is found by the pools file", () => {
  const pools = [caching("a--b", "c"), caching("x", "y--z")];
  const volumes = named(cacheVolumeName("nas", "a--b", "c"), cacheVolumeName("nas", "x", "y--z"));
  expect(ownCaches(volumes, "nas", pools).map(({ pool, name }) => [pool, name])).toEqual([
    ["a--b", "c"],
    ["x", "y--z"],
  ]);
});

test("H17: the volume of jobs in the host's user namespace is the same cache's", () => {
  const volumes = named("hookline-nas--a--npm", "hookline-nas--a--npm.host", "hookline-nas--gone--old.host");
  const caches = ownCaches(volumes, "nas", [caching("a", "npm")]);
  expect(caches.map(({ pool, name, isConfigured }) => [pool, name, isConfigured])).toEqual([
    ["a", "npm", true],
    ["a", "npm", true],
    ["gone", "old", false],
  ]);
});
