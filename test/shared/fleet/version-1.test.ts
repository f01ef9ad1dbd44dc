import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadText, problemsOf } from "./load-text.ts";

const FIXTURE = readFileSync(new URL("fixtures/version-1.yaml", import.meta.url), "utf8");

test("a github-runner-fleet file loads unchanged, with the labels that its own loader adds", () => {
  const { fleet } = loadText(FIXTURE, { SYNOLOGY_RUNNER_BASE_DIR: "/volume1/runners" });
  expect(fleet).toEqual({
    version: 1,
    pools: [
      {
        key: "rack-private",
        scope: { kind: "organization", organization: "acme", runnerGroup: "rack-private" },
        visibility: "private",
        repositories: null,
        labels: ["synology", "shell-only", "private", "gpu"],
        groupOnly: false,
        scaling: { min: 1, max: 6, queueThreshold: 2, cooldownSeconds: 90 },
        architecture: "arm64",
        image: "ghcr.io/acme/runner-fleet:1.4.2",
        command: ["/home/runner/run.sh"],
        workFolder: "_work",
        network: "bridge",
        runnerRoot: "/volume1/runners/pools/rack-private",
        container: PLAIN_CONTAINER,
        resources: { cpus: 1.5, memoryBytes: 2 * 2 ** 30, pidsLimit: 256 },
      },
      {
        key: "rack-public",
        scope: { kind: "organization", organization: "acme", runnerGroup: "rack-public" },
        visibility: "public",
        repositories: ["acme/website", "Acme/tools"],
        labels: ["synology", "shell-only", "public"],
        groupOnly: false,
        scaling: { min: 2, max: 2, queueThreshold: 1, cooldownSeconds: 120 },
        architecture: "auto",
        image: "ghcr.io/acme/runner-fleet:1.4.2",
        command: ["/home/runner/run.sh"],
        workFolder: "_work",
        network: "bridge",
        runnerRoot: "/srv/runners/rack-public",
        container: PLAIN_CONTAINER,
        resources: {},
      },
    ],
  });
});

test.each([{}, { SYNOLOGY_RUNNER_BASE_DIR: "" }])(
  "the runner folder that version 1 knows by itself needs no variable: %o",
  (env) => {
    const [first] = loadText(FIXTURE, env).fleet.pools;
    expect(first?.runnerRoot).toBe("/volume1/docker/github-runner-fleet/pools/rack-private");
  },
);

test.each([
  ["a key that nobody knows", "size: 3", "size: 3\n    sise: 4", "pools[0].sise", /did you mean size\?/],
  ["a key of version 2", "size: 3", "size: 3\n    groupOnly: true", "pools[0].groupOnly", /set version: 2/],
  ["a relative runnerRoot", "${SYNOLOGY_RUNNER_BASE_DIR}/pools", "./pools", "pools[0].runnerRoot", /absolute path/],
  ["a variable without value", "SYNOLOGY_RUNNER_BASE_DIR", "NOWHERE", "pools[0].runnerRoot", /NOWHERE is not set/],
  [
    "selected without a list",
    "repositoryAccess: all",
    "repositoryAccess: selected",
    "pools[0].allowedRepositories",
    /at least one/,
  ],
  [
    "all with a list",
    "size: 2",
    "repositoryAccess: all\n    size: 2",
    "pools[1].allowedRepositories",
    /must be absent/,
  ],
  [
    "a repository of somebody else",
    "acme/website",
    "other/website",
    "pools[1].allowedRepositories[0]",
    /outside .*"acme"/,
  ],
  ["min above max", "min: 1", "min: 7", "pools[0].scaling.min", /above scaling\.max/],
  ["part of scaling", "      max: 6\n", "", "pools[0].scaling.max", /is missing/],
  ["a label with a space", "- gpu", "- big gpu", "pools[0].labels[2]", /letters, digits/],
  ["an image as one text", "\n  repository: ghcr.io/acme/runner-fleet\n  tag: 1.4.2", " a/b:c", "image", /mapping/],
  ["no visibility", "visibility: private\n    ", "", "pools[0].visibility", /private or public/],
])("version 1: %s is refused by its path", (_name, from, to, path, message) => {
  expect(FIXTURE).toContain(from);
  expect(problemsOf(FIXTURE.replace(from, to))).toEqual([
    expect.objectContaining({ path, message: expect.stringMatching(message) }),
  ]);
});
