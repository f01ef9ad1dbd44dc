/** What is wrong with the network of a container that does not start, and what helps. */
export interface NetworkTrouble {
  /** `no-interface`: the engine lists the network, and the host has lost the bridge that it stands on. */
  readonly kind: "no-interface" | "no-network";
  readonly remedy: string;
}

/** Restarting the engine makes its bridge anew: https://github.com/docker-archive/classicswarm/issues/2197 */
export const RESTART_DOCKER =
  "Restart Docker once no job runs, which makes its bridge anew: systemctl restart docker (DSM: synopkg restart ContainerManager)";

/** In the words of Docker since 1.7 (https://github.com/moby/moby/issues/42558) and of Podman; the first that fits tells. */
const TROUBLES: readonly (readonly [RegExp, NetworkTrouble["kind"]])[] = [
  [/could not find bridge|bridge \S+ does not exist/i, "no-interface"],
  [/network \S+ not found|unable to find network/i, "no-network"],
];

/** What the engine's message to a failed start says of the network; null where it speaks of something else. */
export function networkTrouble(message: string): NetworkTrouble | null {
  const [, kind] = TROUBLES.find(([says]) => says.test(message)) ?? [];
  if (kind === undefined) return null;
  const [, network = "NAME"] = /network (\S+) not found/i.exec(message) ?? [];
  const remedy = kind === "no-interface" ? RESTART_DOCKER : missingNetworkRemedy(network);
  return { kind, remedy };
}

/** For a network that the engine does not know. */
export function missingNetworkRemedy(network: string): string {
  return network === "bridge"
    ? 'Take "bridge": "none" out of /etc/docker/daemon.json and restart Docker, or give the pools another network, such as network: host, in config/pools.yaml'
    : `docker network create ${network}, or give the pools a network that docker network ls shows, in config/pools.yaml`;
}
