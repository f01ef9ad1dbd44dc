import * as z from "zod/mini";
import { PLAIN_CONTAINER, type ContainerOptions } from "./container-options.ts";
import { described, sizeInMemory, textLike, wholeNumber } from "./fields.ts";
import { hardeningOf, hardeningShape } from "./hardening-fields.ts";
import { absolutePath, textMap, type TextMapRules } from "./text-fields.ts";

/** The runner's own input, and what Hookline itself sets; the credential is among them. */
const TAKEN = /^(?:ACTIONS_RUNNER_(?:INPUT_|RETURN_)|RUNNER_MANUALLY_TRAP_SIG$)/;
const A_WEEK_MINUTES = 7 * 24 * 60;

const mapWithout = (rules: TextMapRules, refused: RegExp, refusal: string) =>
  textMap(rules).check(z.refine((map) => !Object.keys(map).some((key) => refused.test(key)), { error: refusal }));

/** What a version 2 pool may say of its containers. */
export const containerShape = {
  env: described(
    z._default(
      mapWithout(
        { keys: /^[A-Za-z_][A-Za-z0-9_]{0,127}$/, keyRule: "names of variables as keys" },
        TAKEN,
        "must not set what Hookline sets",
      ),
      {},
    ),
    "Environment of the jobs. Whoever may run a job can read it: it is no place for secrets",
  ),
  containerLabels: described(
    z._default(
      mapWithout(
        { keys: /^[\w./-]{1,128}$/, keyRule: "names of labels as keys" },
        /^hookline\./,
        "must not begin with hookline., which is the agent's",
      ),
      {},
    ),
    "Labels of the containers in Docker; those of the runner stand in labels",
  ),
  shmSize: described(z.optional(sizeInMemory()), "Size of /dev/shm, such as 1g; browsers need more than Docker's 64m"),
  tmpfs: described(
    z._default(
      z.array(
        textLike(
          /^\/[A-Za-z0-9._/-]{1,200}(?::[a-z0-9=,%]{1,100})?$/,
          "a path, or a path:options such as /scratch:size=1g",
        ),
      ),
      [],
    ),
    "Folders in memory, as path or path:options",
  ),
  caches: described(
    z._default(
      z.array(
        z.strictObject({
          name: described(
            textLike(/^[a-z0-9][a-z0-9_-]{0,30}$/, "1 to 31 lower-case letters, digits, dashes and underscores"),
            "Name within the pool",
          ),
          path: described(absolutePath("in the container"), "Folder in the container"),
        }),
      ),
      [],
    ),
    "Volumes that the jobs of this pool share one after the other, by name and path",
  ),
  dns: described(
    z._default(z.array(textLike(/^[0-9a-fA-F.:]{2,45}$/, "the address of a name server, such as 1.1.1.1")), []),
    "Name servers of the containers, where the router's fail",
  ),
  docker: described(
    z._default(z.enum(["none", "socket", "dind"]), "none"),
    "Docker in jobs. socket shares this machine's engine, dind runs privileged: either gives every job root here",
  ),
  dockerGroup: described(z._default(wholeNumber(0, 65_534), 0), "Group of the Docker socket, for docker: socket"),
  pull: described(
    z.optional(z.enum(["always", "missing", "daily"])),
    "When the image is asked for: before each start, when it is not here, or once a day beside the jobs. By default daily where the name moves (latest, no tag, or a tag without a full version, date or commit) and the image came from a registry, else missing",
  ),
  jobTimeLimitMinutes: described(
    z.optional(wholeNumber(1, A_WEEK_MINUTES)),
    "Minutes after which a job's container is stopped, from when this agent process first saw the job; absent leaves it to the workflow's timeout-minutes",
  ),
  startDeadlineSeconds: described(
    z._default(wholeNumber(10, 86_400), PLAIN_CONTAINER.startDeadlineMs / 1000),
    "Seconds that a container may take to start, the pull of its image included",
  ),
  onlineDeadlineSeconds: described(
    z._default(wholeNumber(60, 86_400), PLAIN_CONTAINER.onlineDeadlineMs / 1000),
    "Seconds that a started runner may take until GitHub lists it as online; then its container goes",
  ),
  ...hardeningShape,
};

type Fields = { readonly [Key in keyof typeof containerShape]: z.output<(typeof containerShape)[Key]> };
type Sometimes = "shmSize" | "jobTimeLimitMinutes" | "pull" | "runtime" | "user" | "gpus" | "caCertificates";
type Stated = Omit<Fields, Sometimes> & { readonly [Key in Sometimes]?: Fields[Key] };

/** The options under the names that say their units. */
export function containerOptionsOf(stated: Stated): ContainerOptions {
  const { env, caches, dns, docker, dockerGroup, pull, jobTimeLimitMinutes } = stated;
  return {
    env,
    labels: stated.containerLabels,
    shmBytes: stated.shmSize ?? null,
    tmpfs: Object.fromEntries(stated.tmpfs.map((entry) => splitTmpfs(entry))),
    caches,
    dns,
    docker,
    dockerGroup,
    pull: pull ?? null,
    jobTimeLimitMs: jobTimeLimitMinutes === undefined ? null : jobTimeLimitMinutes * 60_000,
    startDeadlineMs: stated.startDeadlineSeconds * 1000,
    onlineDeadlineMs: stated.onlineDeadlineSeconds * 1000,
    ...hardeningOf(stated),
  };
}

function splitTmpfs(entry: string): readonly [string, string] {
  const [path = "", options = ""] = entry.split(":");
  return [path, options];
}
