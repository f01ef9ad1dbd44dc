import type { DockerClient } from "../../docker/docker-client.ts";
import type { Helper, HelperContainers } from "../../slots/docker/helper-container.ts";

export interface ScriptRun {
  /** Its command is replaced by the script. */
  readonly helper: Helper;
  /** For the image's `/bin/sh`. */
  readonly script: string;
  /** How much of its end is read. */
  readonly lines: number;
}

/** What a script prints in a helper container, once it has ended. @throws {DockerError} */
export function runScript(
  helpers: HelperContainers,
  { containers }: DockerClient,
  { helper, script, lines }: ScriptRun,
  signal: AbortSignal,
): Promise<string> {
  const body = { ...helper.body, Entrypoint: ["/bin/sh"], Cmd: ["-c", script] };
  return helpers.use({ ...helper, body }, async (id) => {
    await containers.start(id, signal);
    await containers.wait(id, signal);
    return (await containers.logs(id, lines, signal)) ?? "";
  });
}
