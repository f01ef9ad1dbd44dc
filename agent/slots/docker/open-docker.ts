import type { Clock } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { keptFolderId } from "../../settings/kept-names.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { parseDockerHost } from "../../docker/docker-host.ts";
import { parseRegistryAuth } from "../../docker/registry-auth.ts";
import { DockerSlotProvider } from "./docker-provider.ts";
import { hostRoom } from "./host-room.ts";

/** The slots of this agent on the Docker Engine that its settings name. */
export function dockerSlots(settings: AgentSettings, clock: Clock, log: Logger): DockerSlotProvider {
  const dockerHost = parseDockerHost(settings.dockerHost);
  const client = new DockerClient(dockerHost);
  return new DockerSlotProvider({
    client,
    dockerHost,
    proxy: settings.proxy,
    instance: settings.instance,
    folderId: keptFolderId(settings.dataFolder),
    clock,
    random: Math.random,
    log,
    ...(settings.registryAuth === null ? {} : { registryAuth: parseRegistryAuth(settings.registryAuth.reveal()) }),
    room: { ...settings, room: hostRoom(settings.dataFolder) },
  });
}
