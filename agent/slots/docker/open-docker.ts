import type { Clock } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { keptFolderId } from "../../settings/kept-names.ts";
import type { LiveSecrets } from "../../settings/live-secrets.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { parseDockerHost } from "../../docker/docker-host.ts";
import { parseRegistryAuth, type RegistryAuth } from "../../docker/registry-auth.ts";
import type { RoomRule } from "./admission.ts";
import { DockerSlotProvider } from "./docker-provider.ts";
import { hostRoom } from "./host-room.ts";

/**
 * The slots of this agent on the Docker Engine that its settings name. With `secrets`, credentials of registries that are
 * replaced in their file are those of the next pull.
 */
export function dockerSlots(
  settings: AgentSettings,
  clock: Clock,
  log: Logger,
  secrets: LiveSecrets | null = null,
): DockerSlotProvider {
  const dockerHost = parseDockerHost(settings.dockerHost);
  const client = new DockerClient(dockerHost);
  return new DockerSlotProvider({
    ...sameOnAllEngines(settings, clock, secrets),
    client,
    dockerHost,
    log,
    room: roomHere(settings),
  });
}

/** What the slots of an agent have in common, whatever engine they are on. */
export function sameOnAllEngines(settings: AgentSettings, clock: Clock, secrets: LiveSecrets | null) {
  return {
    proxy: settings.proxy,
    instance: settings.instance,
    folderId: keptFolderId(settings.dataFolder),
    registryAuth: registryAuthOf(settings, secrets),
    clock,
    random: Math.random,
  };
}

/** The rule for slots on the agent's own machine. */
export function roomHere({ dataFolder, minFreeDiskBytes, minFreeMemoryBytes }: AgentSettings): RoomRule {
  return { room: hostRoom(dataFolder), minFreeDiskBytes, minFreeMemoryBytes };
}

/** Credentials of registries. A pull is rare and slow, so the file is read for each: a registry that was shown an old password counts that against us. */
function registryAuthOf({ registryAuth }: AgentSettings, secrets: LiveSecrets | null): RegistryAuth {
  const live = secrets?.get("HOOKLINE_REGISTRY_AUTH") ?? null;
  return (image) => {
    live?.readAnew();
    const text = live?.reveal() ?? registryAuth?.reveal();
    return text === undefined ? null : parseRegistryAuth(text)(image);
  };
}
