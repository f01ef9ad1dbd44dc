import type { Clock } from "../../../shared/clock/clock.ts";
import { LOCAL_ENGINE } from "../../../shared/fleet/engine.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { engineHost, parseDockerHost } from "../../docker/docker-host.ts";
import type { LiveSecrets } from "../../settings/live-secrets.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { SlotEngines } from "../slot-engines.ts";
import type { SlotProvider } from "../slot-provider.ts";
import { DockerSlotProvider } from "../docker/docker-provider.ts";
import { dockerSlots, roomHere, sameOnAllEngines } from "../docker/open-docker.ts";

/** The slots of this agent on the engine of its settings and on those that the pools file names beside it. */
export async function engineSlots(
  settings: AgentSettings,
  fleet: Fleet,
  clock: Clock,
  log: Logger,
  secrets: LiveSecrets | null = null,
): Promise<SlotProvider> {
  const swarms = new Set((fleet.engines ?? []).flatMap(({ name, swarm }) => (swarm === true ? [name] : [])));
  const shared = sameOnAllEngines(settings, clock, secrets);
  const swarmOn = async (engine: string, client: DockerClient): Promise<SlotProvider> => {
    const { SwarmSlotProvider } = await import("../swarm/swarm-provider.ts");
    return new SwarmSlotProvider({ ...shared, client, engine, log: log.with({ engine }) });
  };
  const local = swarms.has(LOCAL_ENGINE)
    ? await swarmOn(LOCAL_ENGINE, new DockerClient(parseDockerHost(settings.dockerHost)))
    : dockerSlots(settings, clock, log, secrets);
  const engines = new Map<string, SlotProvider>([[LOCAL_ENGINE, local]]);
  for (const { name, address } of fleet.engines ?? []) {
    if (address === null) continue;
    const dockerHost = engineHost(address);
    const client = new DockerClient(dockerHost);
    if (swarms.has(name)) {
      engines.set(name, await swarmOn(name, client));
      continue;
    }
    // A socket is of this machine.
    const room =
      dockerHost.kind === "unix"
        ? roomHere(settings)
        : { engine: name, minFreeMemoryBytes: settings.minFreeMemoryBytes };
    engines.set(name, new DockerSlotProvider({ ...shared, client, dockerHost, log: log.with({ engine: name }), room }));
  }
  return engines.size === 1 ? local : new SlotEngines(engines, clock);
}
