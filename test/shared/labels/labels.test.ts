import { describe, expect, test } from "vitest";

import { architectureLabels, labelSet, labelsMatch } from "../../../shared/labels/labels.ts";

describe("a runner may take a job that asks for", () => {
  const runner = labelSet(["self-hosted", "Linux", "x64", "gpu"]);
  test.each<[string, readonly string[], boolean]>([
    ["one of its labels", ["gpu"], true],
    ["all of its labels", ["self-hosted", "linux", "x64", "gpu"], true],
    ["labels in another case", ["SELF-HOSTED", "linux", "GPU"], true],
    ["labels in another order", ["gpu", "self-hosted"], true],
    ["a label twice", ["gpu", "gpu"], true],
    ["a label more than it has", ["gpu", "arm64"], false],
    ["a label that only begins alike", ["gp"], false],
    ["a label with a space", ["gpu "], false],
    ["nothing, only a runner group", [], false],
  ])("%s: %j → %s", (_name, job, expected) => {
    expect(labelsMatch(job, runner)).toBe(expected);
  });
});

test("a runner without labels takes nothing", () => {
  expect(labelsMatch(["linux"], labelSet([]))).toBe(false);
});

test("GitHub's own names of the architectures are used, both where the pool takes any", () => {
  expect(architectureLabels("amd64")).toEqual(["x64"]);
  expect(architectureLabels("arm64")).toEqual(["arm64"]);
  expect(architectureLabels("auto")).toEqual(["x64", "arm64"]);
});
