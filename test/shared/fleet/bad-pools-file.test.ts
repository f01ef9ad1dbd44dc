import { expect, test } from "vitest";
import { pathsOf, problemsOf } from "./load-text.ts";

/** A pool that is fine, with more keys in flow style. */
const pool = (more: string): string => `version: 2\npools:\n  - { key: nas, organization: acme${more} }`;
/** A pool without a scope, with more keys. */
const bare = (more: string): string => `version: 2\npools:\n  - { key: nas${more} }`;

const HOURS = '{from: "22:00", to: "07:00", timeZone: UTC';

test.each([
  ["an empty file", "", "", /file is empty/],
  ["a file of comments", "# nothing\n", "", /file is empty/],
  ["a list", "- version: 2", "", /mapping with version and pools; found a list/],
  ["a text", "hello", "", /mapping with version and pools; found "hello"/],
  ["no version", "pools: []", "version", /must be 2, or 1 .* missing/],
  ["a version of the future", "version: 3\npools: []", "version", /found 3/],
  ["a version as text", "version: '2'\npools: []", "version", /found "2"/],
  ["no pools", "version: 2", "pools", /is missing; it must be a list/],
  ["an empty list of pools", "version: 2\npools: []", "pools", /at least one pool/],
  ["pools as a mapping", "version: 2\npools: {nas: {}}", "pools", /must be a list; found a mapping/],
  ["a pool that is a text", "version: 2\npools: [nas]", "pools[0]", /mapping of keys/],
  ["an unknown key of the file", `${pool("")}\nimgae: x`, "imgae", /did you mean image\?/],
  ["an unknown key of a pool", pool(", lables: [x]"), "pools[0].lables", /did you mean labels\?/],
  [
    "an unknown key of scaling",
    pool(", scaling: {cooldown: 3}"),
    "pools[0].scaling.cooldown",
    /did you mean cooldownSeconds\?/,
  ],
  [
    "an unknown key of resources",
    pool(", resources: {ram: 1g}"),
    "pools[0].resources.ram",
    /known here: cpus, memory, pidsLimit/,
  ],
  ["hours that change nothing", pool(`, schedule: [${HOURS}}]`), "pools[0].schedule[0]", /give it min or max/],
  [
    "hours of no zone",
    pool(`, schedule: [${HOURS.replace("UTC", "Europe/Atlantis")}, max: 0}]`),
    "pools[0].schedule[0].timeZone",
    /time zone of the IANA/,
  ],
  [
    "hours without a zone",
    pool(', schedule: [{from: "22:00", to: "07:00", max: 0}]'),
    "pools[0].schedule[0].timeZone",
    /time zone of the IANA/,
  ],
  [
    "a day that there is not",
    pool(`, schedule: [${HOURS}, max: 0, days: mon-fry}]`),
    "pools[0].schedule[0].days",
    /mon-fri/,
  ],
  [
    "a time without quotes",
    pool(", schedule: [{from: 22:00, to: 7, timeZone: UTC, max: 0}]"),
    "pools[0].schedule[0].to",
    /text/,
  ],
  [
    "more warm slots than the hours let be",
    pool(`, schedule: [${HOURS}, min: 2, max: 1}]`),
    "pools[0].schedule[0].min",
    /which is 1/,
  ],
  [
    "an unknown key of hours",
    pool(`, schedule: [${HOURS}, max: 0, until: "07:00"}]`),
    "pools[0].schedule[0].until",
    /entry of schedule/,
  ],
  ["an unknown size", pool(", sizes: {memory: {max: 1g}}"), "pools[0].sizes.memory", /known here: mem, cpu/],
  [
    "an unknown key of one size",
    pool(", sizes: {mem: {max: 1g, mx: 1g}}"),
    "pools[0].sizes.mem.mx",
    /not a key of mem; did you mean max\?/,
  ],
  [
    "an unknown pressure",
    pool(", holdWhile: {pressure: {disk: 5}}"),
    "pools[0].holdWhile.pressure.disk",
    /not a key of pressure; known here: cpu, memory, io/,
  ],
  [
    "an unknown key of a cache",
    pool(", caches: [{name: npm, path: /npm, size: 1g}]"),
    "pools[0].caches[0].size",
    /not a key of an entry of caches; known here: name, path/,
  ],
  ["sizes that give none", pool(", sizes: {}"), "pools[0].sizes", /name mem or cpu/],
  ["a size below Docker's least", pool(", sizes: {mem: {max: 1m}}"), "pools[0].sizes.mem.max", /at least 6m/],
  [
    "a label that sizes give out",
    pool(", labels: [nas, Mem=4g], sizes: {mem: {max: 8g}}"),
    "pools[0].labels[1]",
    /begins with mem=/,
  ],
  ["an unknown key with a dot", pool(", a.b: 1"), 'pools[0]["a.b"]', /not a key of a pool/],
  ["a key named __proto__", pool(", __proto__: {visibility: any}"), "pools[0].__proto__", /not a key of a pool/],
  ["a key of version 1", pool(", runnerRoot: /srv"), "pools[0].runnerRoot", /key of version 1; remove it/],
  ["a pool without key", "version: 2\npools: [{organization: acme}]", "pools[0].key", /is missing/],
  [
    "a key in capitals",
    "version: 2\npools: [{key: NAS, organization: acme}]",
    "pools[0].key",
    /lower-case.*found "NAS"/,
  ],
  ["a key too long", `version: 2\npools: [{key: ${"k".repeat(64)}, organization: acme}]`, "pools[0].key", /1 to 63/],
  [
    "a key twice",
    "version: 2\npools: [{key: a, organization: acme}, {key: a, organization: beta}]",
    "pools[1].key",
    /key of pools\[0\]/,
  ],
  ["neither organization nor repositories", bare(""), "pools[0]", /names neither/],
  ["both", pool(", repositories: [acme/a]"), "pools[0].repositories", /beside organization/],
  ["an empty list of repositories", bare(", repositories: []"), "pools[0].repositories", /at least one/],
  [
    "a repository without owner",
    bare(", repositories: [site]"),
    "pools[0].repositories[0]",
    /owner\/name.*found "site"/,
  ],
  [
    "a repository as address",
    bare(", repositories: ['https://github.com/me/site']"),
    "pools[0].repositories[0]",
    /without an address/,
  ],
  ["a repository that climbs", bare(", repositories: [me/..]"), "pools[0].repositories[0]", /owner\/name/],
  [
    "a group for repositories",
    bare(", repositories: [me/a], runnerGroup: x"),
    "pools[0].runnerGroup",
    /pools of an organization/,
  ],
  [
    "a list for repositories",
    bare(", repositories: [me/a], allowedRepositories: [me/a]"),
    "pools[0].allowedRepositories",
    /pools of an organization/,
  ],
  [
    "group-only for repositories",
    bare(", repositories: [me/a], groupOnly: true"),
    "pools[0].groupOnly",
    /pools of an organization/,
  ],
  ["an organization that climbs", bare(", organization: ../acme"), "pools[0].organization", /name of an account/],
  [
    "a repository of another organization",
    pool(", allowedRepositories: [acme/a, beta/b]"),
    "pools[0].allowedRepositories[1]",
    /outside the pool's organization "acme".*found "beta\/b"/,
  ],
  [
    "selected without a list",
    pool(", repositoryAccess: selected"),
    "pools[0].allowedRepositories",
    /at least one repository, or set repositoryAccess: all/,
  ],
  [
    "all with a list",
    pool(", repositoryAccess: all, allowedRepositories: [acme/a]"),
    "pools[0].allowedRepositories",
    /must be absent/,
  ],
  ["min above max", pool(", scaling: {min: 3, max: 2}"), "pools[0].scaling.min", /above scaling\.max/],
  ["min above the default max", pool(", scaling: {min: 3}"), "pools[0].scaling.min", /\(the default\)/],
  ["min above size", pool(", size: 1, scaling: {min: 2}"), "pools[0].scaling.min", /\(from size\)/],
  ["size against max", pool(", size: 1, scaling: {max: 2}"), "pools[0].size", /remove size/],
  ["a negative min", pool(", scaling: {min: -1}"), "pools[0].scaling.min", /from 0 to 1000; found -1/],
  ["no slots at all", pool(", scaling: {max: 0}"), "pools[0].scaling.max", /from 1 to 1000/],
  ["half a slot", pool(", scaling: {max: 1.5}"), "pools[0].scaling.max", /whole number/],
  ["a number in words", pool(", scaling: {max: four}"), "pools[0].scaling.max", /number; found "four"/],
  [
    "a cooldown of months",
    pool(", scaling: {cooldownSeconds: 9999999}"),
    "pools[0].scaling.cooldownSeconds",
    /from 0 to 604800/,
  ],
  ["an unknown visibility", pool(", visibility: secret"), "pools[0].visibility", /private or public or any/],
  [
    "an unknown architecture",
    pool(", architecture: x64"),
    "pools[0].architecture",
    /auto or amd64 or arm64; found "x64"/,
  ],
  ["a label with a comma", pool(`, labels: ["big,gpu"]`), "pools[0].labels[0]", /without commas/],
  ["a label with a space at its end", pool(`, labels: ["gpu "]`), "pools[0].labels[0]", /space at either end/],
  ["a label too long", pool(`, labels: [${"l".repeat(257)}]`), "pools[0].labels[0]", /1 to 256 characters/],
  ["a label that is a number", pool(", labels: [24]"), "pools[0].labels[0]", /put it in quotes; found 24/],
  [
    "too many labels",
    pool(`, labels: [${Array.from({ length: 98 }, (_, index) => `l${index}`).join()}]`),
    "pools[0].labels",
    /more than 97/,
  ],
  ["labels as a text", pool(", labels: nas"), "pools[0].labels", /must be a list/],
  [
    "a memory size with a wrong unit",
    pool(", resources: {memory: 2q}"),
    "pools[0].resources.memory",
    /such as 2g.*found "2q"/,
  ],
  ["a memory size without unit", pool(", resources: {memory: 2}"), "pools[0].resources.memory", /such as 2g/],
  ["a memory size that Docker refuses", pool(", resources: {memory: 5m}"), "pools[0].resources.memory", /at least 6m/],
  [
    "a memory size beyond counting",
    pool(", resources: {memory: 99999999t}"),
    "pools[0].resources.memory",
    /at least 6m/,
  ],
  ["no CPU", pool(", resources: {cpus: 0}"), "pools[0].resources.cpus", /above 0/],
  ["no process", pool(", resources: {pidsLimit: 0}"), "pools[0].resources.pidsLimit", /from 1/],
  ["an image in capitals", pool(", image: Ghcr.io/ACME/x"), "pools[0].image", /image reference/],
  [
    "the image of version 1",
    `${pool("")}\nimage: {repository: a, tag: b}`,
    "image",
    /must be one image reference|must be a text/,
  ],
  ["an empty command", pool(", command: []"), "pools[0].command", /must name a program/],
  ["a command as a text", pool(", command: run.sh"), "pools[0].command", /must be a list/],
  ["a work folder that climbs", pool(", workFolder: ../x"), "pools[0].workFolder", /below the runner's folder/],
  [
    "another container's network",
    pool(', network: "container:other"'),
    "pools[0].network",
    /the name of a Docker network/,
  ],
  ["an absolute work folder", pool(", workFolder: /x"), "pools[0].workFolder", /must be relative/],
  ["a group name over two lines", pool(', runnerGroup: "a\\nb"'), "pools[0].runnerGroup", /on one line/],
  [
    "a variable that is not set",
    pool(", runnerGroup: '${GROUP}'"),
    "pools[0].runnerGroup",
    /GROUP is not set; set it, or write \$\{GROUP:-default\}/,
  ],
  ["a variable in small letters", pool(", runnerGroup: '${group}'"), "pools[0].runnerGroup", /capital letters/],
  [
    "a credential of the agent",
    pool(", command: [echo, '${GITHUB_TOKEN:-x}']"),
    "pools[0].command[1]",
    /GITHUB_TOKEN\} is a credential/,
  ],
])("%s is refused by its path, with what to do", (_name, text, path, message) => {
  expect(problemsOf(text, { GITHUB_TOKEN: "hidden" }, ["GITHUB_TOKEN"])).toEqual([
    expect.objectContaining({ path, message: expect.stringMatching(message) }),
  ]);
});

test("all mistakes of a file are told at once, in its order, with their lines", () => {
  const problems = problemsOf(
    [
      "version: 2", //
      "pools:",
      "  - key: a",
      "    organization: ${MISSING}",
      "    scaling: { min: 4, max: 2 }",
      "    lables: []",
      "  - key: a",
      "    organization: acme",
      "    allowedRepositories:",
      "      - acme/a",
      "      - beta/b",
      "    resources:",
      "      memory: lots",
    ].join("\n"),
  );
  expect(problems.map(({ path, line }) => `${line} ${path}`)).toEqual([
    "4 pools[0].organization",
    "5 pools[0].scaling.min",
    "6 pools[0].lables",
    "7 pools[1].key",
    "11 pools[1].allowedRepositories[1]",
    "13 pools[1].resources.memory",
  ]);
});

test("a variable that is missing is told once, not again by each rule that needed it", () => {
  const text =
    "version: 2\npools: [{key: '${KEY}', organization: '${ORG}', allowedRepositories: ['${ORG}/a', acme/b]}]";
  expect(pathsOf(problemsOf(text)).toSorted()).toEqual([
    "pools[0].allowedRepositories[0]",
    "pools[0].key",
    "pools[0].organization",
  ]);
});
