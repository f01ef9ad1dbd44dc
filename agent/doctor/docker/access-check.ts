import { DockerError } from "../../docker/docker-error.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { isRefused, type DockerFacts } from "./docker-facts.ts";

/**
 * Refers to no container. An engine takes a reference for an id, a name, or the beginning of one container's id: names
 * begin with a letter or a digit, and ids are hexadecimal, with Docker as with Podman.
 * https://github.com/moby/moby/blob/v20.10.24/daemon/container.go#L27-L62
 */
const NOBODY = "_nobody";
const LABEL = "hookline.dry-run";

interface Rule {
  /** As a socket proxy with regular expressions takes it. */
  readonly pattern: string;
  /** The switches of a proxy that has one for each group of paths. */
  readonly switches: string;
  readonly call: (client: DockerClient, signal: AbortSignal) => Promise<unknown>;
}

const VERSION = "(/v1\\.\\d+)?";

/**
 * The calls that runners need, each tried in a form that changes nothing: what acts on a container is asked of one
 * that does not exist, and a 404 is as good as a yes. Creating and removing is the dry run's part.
 */
const RULES: readonly Rule[] = [
  {
    pattern: `-allowGET=${VERSION}/info`,
    switches: "INFO=1",
    call: (client, signal) => client.system.info(signal),
  },
  {
    pattern: `-allowGET=${VERSION}/version`,
    switches: "VERSION=1",
    call: (client, signal) => client.system.version(signal),
  },
  {
    pattern: `-allowGET=${VERSION}/containers/json`,
    switches: "CONTAINERS=1",
    call: (client, signal) => client.containers.list(LABEL, NOBODY, signal),
  },
  {
    pattern: `-allowGET=${VERSION}/containers/[^/]+/(json|logs)`,
    switches: "CONTAINERS=1",
    call: async (client, signal) => {
      await client.containers.inspect(NOBODY, signal);
      await client.containers.logs(NOBODY, 1, signal);
    },
  },
  {
    pattern: `-allowGET=${VERSION}/images/.+/json`,
    switches: "IMAGES=1",
    call: (client, signal) => client.images.inspect("hookline.invalid/none", signal),
  },
  {
    pattern: `-allowGET=${VERSION}/events`,
    switches: "EVENTS=1",
    call: openEvents,
  },
  {
    pattern: `-allowPOST=${VERSION}/containers/[^/]+/(start|stop|kill)`,
    switches: "POST=1 CONTAINERS=1 ALLOW_START=1 ALLOW_STOP=1 ALLOW_RESTARTS=1",
    call: async (client, signal) => {
      await unlessMissing(client.containers.start(NOBODY, signal));
      await unlessMissing(client.containers.stop(NOBODY, 0, signal));
      await unlessMissing(client.containers.kill(NOBODY, signal));
    },
  },
];

/** Names each rule that a socket proxy before the engine lacks. An engine without a proxy allows everything. */
export async function judgeDockerAccess(facts: DockerFacts, signal: AbortSignal): Promise<Finding> {
  await facts.api().catch((error: unknown) => {
    if (!isRefused(error)) throw new Skipped("the engine could not be asked", "docker-engine");
  });
  const outcomes = await Promise.allSettled(RULES.map(({ call }) => call(facts.client, signal)));
  const refused = RULES.filter((_, index) => {
    const outcome = outcomes[index];
    return outcome?.status === "rejected" && isRefused(outcome.reason);
  });
  if (refused.length === 0) return { status: "pass", summary: "every call that runners need is allowed" };
  return {
    status: "fail",
    summary: `a socket proxy before Docker refuses ${refused.length} of the calls that runners need (403)`,
    detail: `as switches of a proxy that has them: ${[...new Set(refused.map(({ switches }) => switches))].join(" ")}`,
    remedy: `add to the proxy's allow-list: ${refused.map(({ pattern }) => `"${pattern}"`).join(" ")}`,
  };
}

/** The stream has no end of its own: it is left as soon as it is open. */
async function openEvents(client: DockerClient, signal: AbortSignal): Promise<void> {
  const left = new AbortController();
  const both = AbortSignal.any([signal, left.signal]);
  const query = { label: LABEL, value: NOBODY, since: null };
  try {
    for await (const _ of client.events.containers(query, () => left.abort(), both)) break;
  } catch (error) {
    if (!left.signal.aborted) throw error;
  }
}

async function unlessMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DockerError) || error.code !== "not-found") throw error;
  }
}
