/** The engine that needs no word in the pools file: the one at DOCKER_HOST. */
export const LOCAL_ENGINE = "local";

/** Where an engine of the pools file listens, and who may use it. Paths are of the agent's own file system. */
export interface EngineAddress {
  /** `unix:///path` or `tcp://host:port`. */
  readonly host: string;
  /** The client's half of TLS, for `tcp://`; null for a socket, and where the file says `insecure: true`. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | null;
}

/** A Docker Engine that the pools file names. */
export interface EngineSetting {
  readonly name: string;
  /** Null for `local`, which is where DOCKER_HOST says. */
  readonly address: EngineAddress | null;
  /** Slots of all pools together that this engine may hold; no bound where it is null. */
  readonly maxSlots: number | null;
  /** It is a manager of a swarm, and slots are services there; a plain engine where it is absent. */
  readonly swarm?: true;
}

/** What names engines: a pool of the file. */
interface OnEngines {
  readonly engines?: readonly string[];
}

const LOCAL_ALONE: readonly string[] = [LOCAL_ENGINE];

/** The engines that a pool's slots may be on, the preferred one first. */
export function enginesOf({ engines }: OnEngines): readonly string[] {
  return engines ?? LOCAL_ALONE;
}
