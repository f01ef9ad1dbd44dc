import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import type { Helper, HelperContainers } from "../../slots/docker/helper-container.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { isRefused, orDockerSkipped, requireImage, type DockerFacts } from "./docker-facts.ts";
import { runScript } from "./run-script.ts";
import { knock, LOOK, readHostNetwork, readKnocked, type HostNetwork, type Knocked } from "./reach-script.ts";

/** More lines than any of our scripts prints. */
const LINES = 2000;
const DEADLINE_MS = 15_000;
const PAGE = "docs/home-network.md";

/** One check for each network and image of the pools, by containers that knock: whether a job reaches the home. */
export function reachChecks(facts: DockerFacts, fleet: Fleet | null, helpers: HelperContainers): readonly Check[] {
  const groups = Map.groupBy(fleet?.pools ?? [], ({ network, image }) => `${network} ${image}`);
  return [...groups.values()].map((pools): Check => {
    const keys = pools.map(({ key }) => key).join(",");
    const run = (signal: AbortSignal) => judgeReach(facts, helpers, pools, signal);
    return { id: `docker-reach:${keys}`, group: "docker", deadlineMs: DEADLINE_MS, run };
  });
}

async function judgeReach(
  facts: DockerFacts,
  helpers: HelperContainers,
  pools: readonly Pool[],
  signal: AbortSignal,
): Promise<Finding> {
  const [{ network, image }] = pools as [Pool];
  if (network === "none") return { status: "pass", summary: "jobs have no network" };
  if (network === "host") return verdict(pools, ["everything that this machine reaches: they share its network"]);
  await orDockerSkipped(facts.host());
  await requireImage(facts, image);
  const say = (on: string, script: string) => printed(facts, helpers, { network: on, image, script }, signal);
  const host = readHostNetwork(await say("host", LOOK));
  const gateway = readHostNetwork(await say(network, LOOK)).router;
  const addresses = [...new Set([host.router, gateway, ...host.addresses])].filter((each) => each !== null);
  const knocked = readKnocked(await say(network, knock(addresses)));
  if (knocked === null) throw new Skipped(`the image ${image} has neither bash nor curl to try it with`);
  if (knocked.length === 0) throw new Skipped(`a container on the network ${network} said nothing of what it reaches`);
  return verdict(pools, reached(host, knocked));
}

/** What a script prints in a container of the image. @throws {Skipped} */
async function printed(
  { client }: DockerFacts,
  helpers: HelperContainers,
  { network, image, script }: { readonly network: string; readonly image: string; readonly script: string },
  signal: AbortSignal,
): Promise<string> {
  const body = { Image: image, HostConfig: { NetworkMode: network, RestartPolicy: { Name: "no" as const } } };
  const helper: Helper = { purpose: "network", about: network, body, platform: null };
  try {
    return await runScript(helpers, client, { helper, script, lines: LINES }, signal);
  } catch (error) {
    if (isRefused(error)) throw new Skipped("a proxy before the engine refuses calls", "docker-access");
    throw new Skipped(
      `no container could knock on the network ${network}`,
      `docker-network:${network}`,
      "docker-create",
    );
  }
}

/** What answered, by whose it is. A machine that refuses every port is reached all the same. */
function reached({ router }: HostNetwork, knocked: readonly Knocked[]): readonly string[] {
  const heard = knocked.filter(({ answer }) => answer !== "silent");
  const atRouter = heard.filter(({ address }) => address === router);
  const here = heard.filter(({ address }) => address !== router);
  return [
    ...(atRouter.length === 0 ? [] : [`the router ${router} (${portsOf(atRouter)})`]),
    ...(here.length === 0 ? [] : [`this machine's own ports (${portsOf(here)})`]),
  ];
}

function portsOf(heard: readonly Knocked[]): string {
  const open = [...new Set(heard.filter(({ answer }) => answer === "open").map(({ port }) => port))];
  return open.length === 0 ? "reachable; the ports tried are closed" : `open: ${open.join(", ")}`;
}

/** By itself a container reaches the home, and private jobs may: told, not held against it. Strangers' code must not. */
function verdict(pools: readonly Pool[], things: readonly string[]): Finding {
  const keys = pools.map(({ key }) => key).join(", ");
  const all = [
    ...things,
    ...(pools.some(({ container }) => container.docker === "socket") ? ["the Docker socket"] : []),
  ];
  if (all.length === 0)
    return { status: "pass", summary: `jobs of ${keys} reach neither the router nor this machine's ports` };
  const summary = `jobs of ${keys} can reach ${all.join(" and ")}`;
  const isPublic = pools.some(({ visibility }) => visibility !== "private");
  if (!isPublic) return { status: "pass", summary, detail: `${PAGE} says how to keep them out` };
  return {
    status: "warn",
    summary,
    detail: "a pool that takes public repositories runs what strangers write in pull requests",
    remedy: `keep them out: ${PAGE}, or set visibility: private`,
  };
}
