import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

import { filesAt, read } from "./files.ts";

const WORKFLOWS = filesAt(".github/workflows/*");

/** What these tests look at; whether a workflow is valid as a whole is for GitHub's parser, in `pnpm check`. */
const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      "timeout-minutes": z.number(),
      permissions: z.record(z.string(), z.string()).optional(),
      steps: z.array(z.object({ run: z.string().optional(), uses: z.string().optional() })),
    }),
  ),
});

test("a pull request is checked by the script that runs on any machine", () => {
  expect(WORKFLOWS).toEqual([".github/workflows/check.yaml", ".github/workflows/release.yaml"]);
  const { jobs } = workflowSchema.parse(parse(read(".github/workflows/check.yaml")));
  expect(jobs["check"]?.steps.map(({ run }) => run)).toContain(".ci/run");
});

describe.each(WORKFLOWS)("%s", (name) => {
  test("each action is pinned to a commit, with its version beside it", () => {
    const uses = read(name).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/^uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("a job may write only what it publishes, and ends by itself", () => {
    const { permissions, jobs } = workflowSchema.parse(parse(read(name)));
    expect(Object.values(permissions).filter((each) => each !== "read")).toEqual([]);
    const writes = Object.entries(jobs).flatMap(([job, { permissions: own = {} }]) =>
      Object.entries(own).flatMap(([what, may]) => (may === "write" ? [`${job}: ${what}`] : [])),
    );
    expect(writes).toEqual(name.endsWith("release.yaml") ? ["image: packages", "publish: contents"] : []);
  });

  test("no text that a stranger writes becomes part of a script", () => {
    for (const { steps } of Object.values(workflowSchema.parse(parse(read(name))).jobs)) {
      for (const { run = "" } of steps) expect(run).not.toContain("${{");
    }
  });
});

test("the exact pnpm of a release is the one that CONTRIBUTING names", () => {
  const [, exact = ""] = /pnpm@(\d+\.\d+\.\d+)/.exec(read(".ci/release-files")) ?? [];
  expect(exact).toMatch(/^12\./);
  expect(read("CONTRIBUTING.md")).toContain(`pnpm@${exact}`);
});
