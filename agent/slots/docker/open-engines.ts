import type { Clock } from "../../../shared/clock/clock.ts";
import { LOCAL_ENGINE } from "../../../shared/fleet/engine.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { engineHost } from "../../docker/docker-host.ts";
import { keptFolderId } from "../../settings/kept-names.ts";
import type { LiveSecrets } from "../../settings/live-secrets.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { SlotEngines } from "../slot-engines.ts";
import type { SlotProvider } from "../slot-provider.ts";
import { DockerSlotProvider } from "./docker-provider.ts";
import { hostRoom } from "./host-room.ts";
import { dockerSlots, registryAuthOf } from "./open-docker.ts";

/** The slots of this agent on the engine of its settings and on those that the pools file names beside it. */
export function engineSlots(
  settings: AgentSettings,
  fleet: Fleet,
  clock: Clock,
  log: Logger,
  secrets: LiveSecrets | null = null,
): SlotProvider {
  const local = dockerSlots(settings, clock, log, secrets);
  const engines = new Map<string, SlotProvider>([[LOCAL_ENGINE, local]]);
  for (const { name, address } of fleet.engines ?? []) {
    if (address === null) continue;
    const dockerHost = engineHost(address);
    const provider = new DockerSlotProvider({
      client: new DockerClient(dockerHost),
      dockerHost,
      proxy: settings.proxy,
      instance: settings.instance,
      folderId: keptFolderId(settings.dataFolder),
      clock,
      random: Math.random,
      log: log.with({ engine: name }),
      registryAuth: registryAuthOf(settings, secrets),
      // A socket is of this machine.
      room:
        dockerHost.kind === "unix"
          ? { ...settings, room: hostRoom(settings.dataFolder) }
          : { engine: name, minFreeMemoryBytes: settings.minFreeMemoryBytes },
    });
    engines.set(name, provider);
  }
  return engines.size === 1 ? local : new SlotEngines(engines, clock);
}
