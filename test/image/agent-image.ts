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

/** Builds it as it stands, both stages, with the builder that every engine since 20.10 has, and without a network. */
export async function buildAgentImage(): Promise<AgentImage> {
  const id = suiteName();
  const base = `hookline-test-base:${id}`;
  const image = `hookline-test-agent:${id}`;
  const label = `hookline.test.build=${id}`;
  await importStandInBase(base, label);
  try {
    const args = ["build", "--network", "none", "--force-rm", "--build-arg", `NODE_IMAGE=${base}`, "-t", image, "."];
    await run("docker", args, { cwd: root, env: { ...process.env, DOCKER_BUILDKIT: "0" } });
  } catch (error) {
    await removeImages(label, base);
    throw error;
  }
  return { image, remove: () => removeImages(label, image, base) };
}

/** The build stage, which no tag names, goes with them. */
async function removeImages(label: string, ...tags: readonly string[]): Promise<void> {
  const { stdout } = await run("docker", ["images", "-q", "--filter", "dangling=true", "--filter", `label=${label}`]);
  const untagged = stdout.split("\n").filter((id) => id !== "");
  await run("docker", ["rmi", "-f", ...tags, ...untagged]);
}
