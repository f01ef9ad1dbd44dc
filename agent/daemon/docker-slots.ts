import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { AgentSettings } from "../config/settings.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { parseRegistryAuth } from "../docker/registry-auth.ts";
import { hostRoom } from "../slots/host-room.ts";
import { DockerSlotProvider } from "../slots/docker-slot-provider.ts";

/** Slots on the Docker Engine that the settings name. @throws {Error} if its address cannot be one. */
export function dockerSlots(settings: AgentSettings, log: Logger): DockerSlotProvider {
  return new DockerSlotProvider({
    client: new DockerClient(parseDockerHost(settings.dockerHost)),
    instance: settings.instance,
    clock: systemClock,
    random: Math.random,
    log,
    ...(settings.registryAuth === null ? {} : { registryAuth: parseRegistryAuth(settings.registryAuth.reveal()) }),
    room: { ...settings, room: hostRoom(settings.dataFolder) },
  });
}
