import { expect, test } from "vitest";
import { loadText } from "./load-text.ts";

const warningsOf = (text: string) => loadText(text).warnings.map(({ path, message }) => `${path}: ${message}`);
const pools = (...all: string[]) =>
  warningsOf(`version: 2\npools:\n${all.map((pool) => `  - { ${pool} }`).join("\n")}`);

test("a fleet without surprises gives no warning", () => {
  expect(
    pools(
      "key: a, organization: acme, labels: [x], architecture: amd64, resources: {memory: 2g}",
      "key: b, organization: acme, labels: [x], architecture: arm64",
      "key: c, repositories: [me/site], labels: [x]",
    ),
  ).toEqual([]);
});

test.each([
  [
    "limits that many NAS kernels lack",
    "labels: [x], resources: {cpus: 1, memory: 1g}",
    /^pools\[0\]\.resources\.cpus: .*NAS kernels/,
  ],
  [
    "a limit on processes",
    "labels: [x], resources: {pidsLimit: 9}",
    /^pools\[0\]\.resources\.pidsLimit: .*NAS kernels/,
  ],
  ["sizes that many NAS kernels lack", "labels: [x], sizes: {cpu: {max: 4}}", /^pools\[0\]\.sizes\.cpu: .*NAS kernels/],
  ["jobs of public repositories", "labels: [x], visibility: public", /^pools\[0\]\.visibility: .*fork/],
  ["jobs of any repository", "labels: [x], visibility: any", /^pools\[0\]\.visibility: .*fork/],
  ["no label", "labels: []", /^pools\[0\]\.labels: .*every job/],
  [
    "a wait",
    "labels: [x], scaling: {queueThreshold: 3, cooldownSeconds: 60}",
    /^pools\[0\]\.scaling\.queueThreshold: fewer than 3 .* 60 s/,
  ],
])("the operator is warned of %s", (_name, more, expected) => {
  expect(pools(`key: a, organization: acme, ${more}`)).toEqual([expect.stringMatching(expected)]);
});

test("a version 1 image with another entrypoint is named, GitHub's own is not", () => {
  const file = (repository: string) =>
    `version: 1\nimage: {repository: ${repository}, tag: '1'}\npools: [{key: a, visibility: private, organization: acme, runnerGroup: g, repositoryAccess: all, size: 1, runnerRoot: /r}]`;
  expect(warningsOf(file("ghcr.io/acme/fleet"))).toEqual([expect.stringMatching(/^image: .*another entrypoint/)]);
  expect(warningsOf(file("ghcr.io/actions/actions-runner"))).toEqual([]);
});

const FIRST = "key: a, organization: acme, labels: [x, Y]";

test.each([
  ["fewer labels", FIRST, "key: b, organization: acme, labels: [y]"],
  ["one of its architectures", FIRST, "key: b, organization: acme, labels: [x], architecture: arm64"],
  ["some of its repositories", FIRST, "key: b, organization: ACME, labels: [x], allowedRepositories: [acme/a]"],
  ["a repository of the same owner", FIRST, "key: b, repositories: [acme/a], labels: [x]"],
  [
    "listed repositories",
    `${FIRST}, allowedRepositories: [acme/a, acme/b]`,
    "key: b, organization: acme, labels: [x], allowedRepositories: [Acme/B]",
  ],
])("a pool with %s of an earlier one gets only what overflows, and the operator learns it", (_name, earlier, later) => {
  expect(pools(earlier, later)).toEqual([
    expect.stringMatching(/^pools\[1\]: is reached only while pools\[0\] is full/),
  ]);
});

test.each([
  ["another label", FIRST, "key: b, organization: acme, labels: [z]"],
  ["more architectures", `${FIRST}, architecture: amd64`, "key: b, organization: acme, labels: [x]"],
  ["another owner", FIRST, "key: b, organization: beta, labels: [x]"],
  ["all repositories", `${FIRST}, allowedRepositories: [acme/a]`, "key: b, organization: acme, labels: [x]"],
  [
    "other repositories",
    `${FIRST}, allowedRepositories: [acme/a]`,
    "key: b, organization: acme, labels: [x], allowedRepositories: [acme/b]",
  ],
  ["jobs without labels", FIRST, "key: b, organization: acme, labels: [x], groupOnly: true"],
  [
    "larger sizes",
    `${FIRST}, sizes: {mem: {max: 4g}}`,
    "key: b, organization: acme, labels: [x], sizes: {mem: {max: 8g}}",
  ],
])("a pool with %s is reached, and no warning says otherwise", (_name, earlier, later) => {
  expect(pools(earlier, later)).toEqual([]);
});

test("another visibility is reached", () => {
  const paths = loadText(
    `version: 2\npools:\n  - { ${FIRST} }\n  - { key: b, organization: acme, labels: [x], visibility: public }`,
  );
  expect(paths.warnings.map(({ path }) => path)).toEqual(["pools[1].visibility"]);
});

test("two runner groups behind the same labels cannot be told apart, and the operator learns it", () => {
  const later = "key: b, organization: acme, labels: [x], runnerGroup: other";
  expect(pools(FIRST, later)).toEqual([expect.stringMatching(/runner group a queued job wants/)]);
});

test("a warning has its line", () => {
  const { warnings } = loadText(
    "version: 2\npools:\n  - key: a\n    organization: acme\n    labels: [x]\n    visibility: any\n",
  );
  expect(warnings).toEqual([expect.objectContaining({ path: "pools[0].visibility", line: 6 })]);
});
