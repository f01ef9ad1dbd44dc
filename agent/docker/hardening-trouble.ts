/** What an engine says of a setting that it cannot give, and what helps. */
interface Trouble {
  readonly says: RegExp;
  readonly remedy: (found: string) => string;
}

const POOLS = "in config/pools.yaml";

/** In the words of Docker 20.10 to 28 and of Podman 4; the first that fits tells. */
const TROUBLES: readonly Trouble[] = [
  {
    says: /unknown (?:runtime specified|or invalid runtime name:) (\S+)/i,
    remedy: (name) =>
      `Install ${name}, name it under "runtimes" in /etc/docker/daemon.json and restart Docker; or take runtime out of the pool ${POOLS}`,
  },
  {
    says: /could not select device driver .*\[\[(gpu)/i,
    remedy: () =>
      `Install the NVIDIA Container Toolkit, then: nvidia-ctk runtime configure --runtime=docker, and restart Docker; or take gpus out of the pool ${POOLS}`,
  },
  {
    says: /gathering device information.*?"([^"]+)"|stat (\/dev\/\S+): no such file/i,
    remedy: (path) =>
      `Look whether ${path} is there on the Docker host (ls -l ${path}), or take it out of devices ${POOLS}`,
  },
  {
    says: /unknown capability: "?(\w+)|"?(CAP_\w+)"?: unknown capability/i,
    remedy: (name) => `Correct ${name} in capAdd or capDrop ${POOLS}; capsh --print lists what the kernel knows`,
  },
  {
    says: /setting (rlimit)/i,
    remedy: () =>
      `The engine may not raise its own limits so far: lower ulimits of the pool ${POOLS}, or raise those of the engine's service (LimitNOFILE and the like)`,
  },
  {
    says: /unable to find (?:user|group) (\S+?):/i,
    remedy: (name) => `The image knows no ${name}: correct user of the pool ${POOLS}, by number if need be`,
  },
  {
    says: /bind source path does not exist: (\S+)|statfs (\S+): no such file/i,
    remedy: (path) =>
      `Put the file or folder where the pool has it, ${path} on the Docker host, or correct the path ${POOLS} (caCertificates; DOCKER_HOST for docker: socket)`,
  },
];

/** What helps where the engine's message speaks of a pool's hardening; null where it speaks of something else. */
export function hardeningRemedy(message: string): string | null {
  for (const { says, remedy } of TROUBLES) {
    const found = says.exec(message);
    if (found !== null) return `${remedy(found.slice(1).find((part) => part !== undefined) ?? "")}.`;
  }
  return null;
}
