import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { DockerError } from "../../../agent/docker/docker-error.ts";
import { readBusybox } from "./busybox.ts";
import { engineHost } from "./raw-call.ts";

/** Whether tests must have an engine, rather than be skipped without one. */
export const dockerRequired = process.env["HOOKLINE_REQUIRE_DOCKER"] === "1";

/** What this machine lacks for containers of our own, and the remedy; null when it has all. */
export async function missingForContainers(): Promise<string | null> {
  const client = new DockerClient(engineHost);
  try {
    await client.system.negotiate(AbortSignal.timeout(10_000));
    readBusybox();
    return null;
  } catch (error) {
    if (error instanceof DockerError) return `${error.message} ${error.remedy}`;
    return error instanceof Error ? error.message : String(error);
  } finally {
    client.close();
  }
}
