import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

import { VERSION } from "../../shared/version.ts";
import { dockerTest } from "../stand-ins/docker/engine.ts";
import { suiteName } from "../stand-ins/docker/suite-names.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { buildAgentImage } from "./agent-image.ts";
import { root } from "./compose-files.ts";

const run = promisify(execFile);

const pushSchema = z.object({
  context: z.literal("."),
  platforms: z.literal("linux/amd64,linux/arm64"),
  "build-args": z.string(),
  tags: z.string(),
});
const stepSchema = z.object({
  id: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.unknown().optional(),
});
const workflowSchema = z.object({ jobs: z.object({ image: z.object({ steps: z.array(stepSchema) }) }) });

/** What the step `id` of the job writes to GITHUB_OUTPUT, by the shell that GitHub takes. */
async function outputsOf(script: string, env: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const file = join(temporaryFolder(), "output");
  await run("bash", ["-eo", "pipefail", "-c", script], {
    env: { PATH: process.env["PATH"], GITHUB_OUTPUT: file, ...env },
  });
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

dockerTest(
  "the image job of a release, run here up to its push: its names, its version, and an image that starts",
  async () => {
    const workflow = workflowSchema.parse(parse(readFileSync(join(root, ".github/workflows/release.yaml"), "utf8")));
    const { steps } = workflow.jobs.image;
    // An owner of this test's alone: the names that the job makes may be somebody's on this engine.
    const owner = `Acme-${suiteName()}`;
    const script = steps.find(({ id }) => id === "name")?.run ?? "";
    const outputs = await outputsOf(script, { GITHUB_REPOSITORY_OWNER: owner, GITHUB_REF_NAME: `v${VERSION}` });
    const step = steps.find(({ uses = "" }) => uses.startsWith("docker/build-push-action@"));
    const push = pushSchema.parse(step?.with);
    const filled = (text: string): readonly string[] =>
      text
        .trim()
        .split("\n")
        .map((line) =>
          line.replaceAll(/\$\{\{ steps\.name\.outputs\.(\w+) \}\}/g, (_, name: string) => outputs.get(name) ?? ""),
        );
    const tags = filled(push.tags);
    expect(tags).toEqual([VERSION, "latest"].map((tag) => `ghcr.io/${owner.toLowerCase()}/hookline:${tag}`));

    const built = await buildAgentImage({ buildArgs: filled(push["build-args"]), tags });
    onTestFinished(() => built.remove());

    for (const tag of tags) {
      const { stdout } = await run("docker", ["run", "--rm", "--network", "none", tag, "version"]);
      expect(stdout).toBe(`${VERSION}\n`);
    }
    const label = '{{index .Config.Labels "org.opencontainers.image.version"}}';
    expect((await run("docker", ["inspect", "-f", label, built.image])).stdout.trim()).toBe(VERSION);
  },
);
