import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import type { ContainerDetail } from "../../docker/container-answers.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { missingNetworkRemedy, networkTrouble } from "../../docker/network-trouble.ts";
import { DO_NOTHING, type HelperContainers } from "../../slots/docker/helper-container.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { orDockerSkipped, type DockerFacts } from "./docker-facts.ts";

/** Docker's default network, on the host's `docker0`: builds and other containers stand on it, whatever the pools use. */
const DEFAULT_NETWORK = "bridge";
/** Networks that stand on nothing that could be gone. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(["host", "none"]);

interface Network {
  readonly name: string;
  /** Those whose containers are on it; none for the default network that nobody uses. */
  readonly users: readonly Pool[];
}

/** One check for each network of the pools, and one for Docker's default network in any case. */
export function networkChecks(facts: DockerFacts, fleet: Fleet | null, helpers: HelperContainers): readonly Check[] {
  const pools = fleet?.pools ?? [];
  if (pools.length === 0) return [];
  const names = [...new Set([DEFAULT_NETWORK, ...pools.map(({ network }) => network)])];
  return names
    .filter((name) => !ALWAYS_THERE.has(name))
    .map((name): Check => {
      const network = { name, users: pools.filter((pool) => pool.network === name) };
      const run = (signal: AbortSignal) => judgeNetwork(facts, helpers, network, pools, signal);
      return { id: `docker-network:${name}`, group: "docker", run };
    });
}

/**
 * Whether a container starts on a network and joins it. Create says nothing: the engine looks for the network at the
 * start, and with its default bridge switched off it starts the container without any, and says nothing either.
 */
async function judgeNetwork(
  facts: DockerFacts,
  helpers: HelperContainers,
  network: Network,
  pools: readonly Pool[],
  signal: AbortSignal,
): Promise<Finding> {
  await orDockerSkipped(facts.host());
  const body = {
    ...DO_NOTHING,
    Image: await imageFor(facts, [...network.users, ...pools]),
    HostConfig: { NetworkMode: network.name, RestartPolicy: { Name: "no" as const } },
  };
  const helper = { purpose: "network", about: network.name, body, platform: null } as const;
  try {
    return await helpers.use(helper, async (id) => {
      const refusal = await facts.client.containers.start(id, signal).then(() => null, asDockerError);
      if (refusal !== null) return judgeRefusal(network, refusal);
      return judgeStarted(network, await facts.client.containers.inspect(id, signal));
    });
  } catch (error) {
    throw new Skipped(
      `no container could be made to try it (${asDockerError(error).message})`,
      "docker-create",
      "docker-access",
    );
  }
}

async function imageFor(facts: DockerFacts, pools: readonly Pool[]): Promise<string> {
  for (const { image } of pools) if ((await orDockerSkipped(facts.image(image))) !== null) return image;
  throw new Skipped("no image of the pools is here to try it with", "docker-image");
}

function asDockerError(error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  throw error;
}

/** An engine that knows the network tells its id; one that does not leaves it empty, or refuses the start. */
function judgeStarted(network: Network, container: ContainerDetail | null): Finding {
  if (container?.networks.get(network.name) !== "") return works(network);
  return missing(network, `Docker has no network ${network.name}, and starts containers without any`, {
    remedy: missingNetworkRemedy(network.name),
  });
}

function judgeRefusal(network: Network, error: DockerError): Finding {
  if (error.code === "permission") throw new Skipped("a proxy before the engine refuses starts", "docker-access");
  const trouble = networkTrouble(error.message);
  if (trouble === null) {
    // The engine joins the network before it looks for the command, and answers 400 for what is wrong with that.
    if (error.code === "rejected") return works(network);
    return missing(network, `containers do not start on the network ${network.name}`, error);
  }
  const said = { detail: error.message, remedy: trouble.remedy };
  if (trouble.kind === "no-interface" && network.name === DEFAULT_NETWORK) {
    return missing(network, "the engine's default bridge is missing on the host", said);
  }
  const what = trouble.kind === "no-interface" ? "the bridge of the network is missing on the host" : "Docker has none";
  return missing(network, `the network ${network.name} cannot be used: ${what}`, said);
}

function works({ name }: Network): Finding {
  return { status: "pass", summary: `containers start on the network ${name}` };
}

/** For jobs it is the end; for builds and other containers of the host, where no pool is on it, worth a word. */
function missing(
  { users }: Network,
  summary: string,
  { detail, remedy, message }: { detail?: string; remedy: string; message?: string },
): Finding {
  const names = users.map(({ key }) => key).join(", ");
  const whom = users.length === 0 ? "no pool uses it" : `no job of ${names} can run`;
  const said = detail ?? message;
  return {
    status: users.length === 0 ? "warn" : "fail",
    summary: `${summary}; ${whom}`,
    ...(said === undefined ? {} : { detail: said }),
    remedy,
  };
}
