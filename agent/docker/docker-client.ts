import { ContainerApi } from "./container-api.ts";
import type { DockerHost } from "./docker-host.ts";
import { Engine } from "./engine.ts";
import { EventApi } from "./event-api.ts";
import { ImageApi } from "./image-api.ts";
import { SwarmApi } from "./swarm-api.ts";
import { SystemApi } from "./system-api.ts";
import { DockerTransport, type EngineCalls } from "./transport.ts";
import { VolumeApi } from "./volume-api.ts";

/**
 * The few Docker Engine calls that runners need, over the unix socket or a socket proxy. Agrees on the API version at
 * the first call. All calls throw DockerError, or the signal's reason once that is aborted.
 */
export class DockerClient {
  readonly host: DockerHost;
  readonly system: SystemApi;
  readonly containers: ContainerApi;
  readonly images: ImageApi;
  readonly events: EventApi;
  readonly volumes: VolumeApi;
  readonly swarm: SwarmApi;
  readonly #transport: DockerTransport;

  constructor(host: DockerHost, transport = new DockerTransport(host)) {
    this.host = host;
    this.#transport = transport;
    const engine = new Engine(this.#transport);
    this.system = new SystemApi(engine);
    this.containers = new ContainerApi(engine);
    this.images = new ImageApi(engine);
    this.events = new EventApi(engine);
    this.volumes = new VolumeApi(engine);
    this.swarm = new SwarmApi(engine);
  }

  /** What was asked of the engine so far. */
  calls(): EngineCalls {
    return this.#transport.calls();
  }

  /** Drops the idle connections; calls under way go on. */
  close(): void {
    this.#transport.close();
  }
}
