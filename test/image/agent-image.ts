import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { suiteName } from "../stand-ins/docker/suite-names.ts";
import { importStandInBase } from "./stand-in-base.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** The image that the Dockerfile gives, built on the stand-in base. */
export interface AgentImage {
  readonly image: string;
  remove(): Promise<void>;
}

export interface BuildOptions {
  readonly buildArgs?: readonly string[];
  /** Names in place of one of the test's own. */
  readonly tags?: readonly string[];
}

/** Builds it as it stands, both stages, with the builder that every engine since 20.10 has, and without a network. */
export async function buildAgentImage({ buildArgs = [], tags }: BuildOptions = {}): Promise<AgentImage> {
  const id = suiteName();
  const base = `hookline-test-base:${id}`;
  const named = tags ?? [`hookline-test-agent:${id}`];
  const label = `hookline.test.build=${id}`;
  await importStandInBase(base, label);
  try {
    const given = [`NODE_IMAGE=${base}`, ...buildArgs].flatMap((argument) => ["--build-arg", argument]);
    const names = named.flatMap((tag) => ["-t", tag]);
    await run("docker", ["build", "--network", "none", "--force-rm", ...given, ...names, "."], {
      cwd: root,
      env: { ...process.env, DOCKER_BUILDKIT: "0" },
    });
  } catch (error) {
    await removeImages(label, base);
    throw error;
  }
  return { image: named[0] ?? "", remove: () => removeImages(label, ...named, base) };
}

/** The build stage, which no tag names, goes with them. */
async function removeImages(label: string, ...tags: readonly string[]): Promise<void> {
  const { stdout } = await run("docker", ["images", "-q", "--filter", "dangling=true", "--filter", `label=${label}`]);
  const untagged = stdout.split("\n").filter((id) => id !== "");
  await run("docker", ["rmi", "-f", ...tags, ...untagged]);
}
