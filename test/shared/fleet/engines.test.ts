import { expect, test } from "vitest";

import { poolHash } from "../../../agent/slots/pool-hash.ts";
import { enginesOf } from "../../../shared/fleet/engine.ts";
import { loadText, onePool, pathsOf, problemsOf } from "./load-text.ts";

const TLS = "ca: /certs/ca.pem, cert: /certs/cert.pem, key: /certs/key.pem";
/** A file with these engines, and a pool with more keys in flow style. */
const file = (engines: string, pool = ""): string =>
  `version: 2\nengines: { ${engines} }\npools:\n  - { key: nas, organization: acme, labels: [nas]${pool} }`;

test("a pool names one engine, or several in the order of preference; without a word it is on the local one", () => {
  const mini = `mini: { host: "tcp://mini.lan:2376", ${TLS}, maxSlots: 6 }`;
  const { fleet, warnings } = loadText(file(`local: { maxSlots: 2 }, ${mini}`, ", engine: [mini, local]"));
  const tls = { ca: "/certs/ca.pem", cert: "/certs/cert.pem", key: "/certs/key.pem" };
  expect(fleet.engines).toEqual([
    { name: "local", address: null, maxSlots: 2 },
    { name: "mini", address: { host: "tcp://mini.lan:2376", tls }, maxSlots: 6 },
  ]);
  expect(warnings).toEqual([]);
  expect(fleet.pools.map(enginesOf)).toEqual([["mini", "local"]]);
  expect(loadText(file(mini, ", engine: mini")).fleet.pools.map(enginesOf)).toEqual([["mini"]]);
  expect(loadText(file(mini)).fleet.pools.map(enginesOf)).toEqual([["local"]]);
});

test("which engine a runner is on is no part of what it is made of: naming engines drains no pool", () => {
  const plain = onePool("version: 2\npools: [{ key: nas, organization: acme, labels: [nas] }]");
  const named = onePool(file('mini: { host: "unix:///run/mini.sock" }', ", engine: [mini, local]"));
  expect(poolHash(named)).toBe(poolHash(plain));
});

test.each([
  ["TCP without a word on TLS", 'mini: { host: "tcp://mini:2375" }', "engines.mini.host", /insecure: true/],
  ["half of TLS", 'mini: { host: "tcp://mini:2376", ca: /ca.pem }', "engines.mini.cert", /missing beside ca/],
  ["both", `mini: { host: "tcp://mini:2376", ${TLS}, insecure: true }`, "engines.mini.ca", /remove one/],
  ["TLS on a socket", 'mini: { host: "unix:///run/d.sock", ca: /ca.pem }', "engines.mini.ca", /socket has no TLS/],
  ["no host", "mini: { maxSlots: 3 }", "engines.mini.host", /is missing/],
  ["ssh", 'mini: { host: "ssh://me@mini" }', "engines.mini.host", /unix:.*or tcp:/],
  ["a user in the address", 'mini: { host: "tcp://me@mini:2376", insecure: true }', "engines.mini.host", /must be/],
  ["a relative file", 'mini: { host: "tcp://mini:2376", ca: ca.pem }', "engines.mini.ca", /absolute path/],
  ["a host for local", 'local: { host: "unix:///run/d.sock" }', "engines.local.host", /DOCKER_HOST/],
  ["an unknown key", 'mini: { hots: "tcp://mini:2376" }', "engines.mini.hots", /did you mean host\?/],
  ["a name in capitals", 'Mini: { host: "unix:///run/d.sock" }', "engines.Mini", /lower-case/],
  ["one host twice", 'a: { host: "unix:///d" }, b: { host: "unix:///d" }', "engines.b.host", /host of a already/],
])("an engine with %s is refused, by its place", (_what, engines, path, message) => {
  const found = problemsOf(file(engines)).find((problem) => problem.path === path);
  expect(found?.message).toMatch(message);
});

test.each([
  ["an engine that there is not", ", engine: maxi", "pools[0].engine", /names maxi, and engines has local, mini/],
  ["no engine at all", ", engine: []", "pools[0].engine", /at least one|name of an engine/],
  ["a number", ", engine: 3", "pools[0].engine", /name of an engine, or a list/],
  [
    "a socket that a machine elsewhere cannot share",
    ", size: 1, engine: mini, docker: socket, workFolder: /srv/w",
    "pools[0].docker",
    /mini has none/,
  ],
])("a pool that names %s is refused", (_what, pool, path, message) => {
  const problems = problemsOf(file(`mini: { host: "tcp://mini:2376", ${TLS} }`, pool));
  expect(pathsOf(problems)).toContain(path);
  expect(problems.find((problem) => problem.path === path)?.message).toMatch(message);
});

test("plain TCP loads and is warned of; so is an engine that no pool names", () => {
  const { warnings } = loadText(file('mini: { host: "tcp://mini:2375", insecure: true }'));
  expect(pathsOf(warnings)).toEqual(expect.arrayContaining(["engines.mini", "engines.mini.insecure"]));
});

test("a pool that heeds this machine's other work and has no slot on it is warned of", () => {
  const mini = `mini: { host: "tcp://mini.lan:2376", ${TLS} }`;
  const warned = (engine: string) =>
    pathsOf(loadText(file(mini, `, engine: ${engine}, holdWhile: { load: 6 }`)).warnings);
  expect(warned("mini")).toContain("pools[0].holdWhile");
  expect(warned("[mini, local]")).not.toContain("pools[0].holdWhile");
});

test("engines are not for a version 1 file", () => {
  const problems = problemsOf("version: 1\nengines: {}\npools: []");
  expect(problems.find(({ path }) => path === "engines")?.message).toMatch(/key of version 2/);
});
