import type { EngineInfo } from "../../docker/system-api.ts";

/** What the host can enforce and how it is built, read from `GET /info`; never guessed from the product's name. */
export interface HostFeatures {
  readonly memoryLimit: boolean;
  /** CPU quotas; kernels of many NAS models lack the CFS scheduler's. */
  readonly cpuQuota: boolean;
  readonly cpuShares: boolean;
  readonly pidsLimit: boolean;
  /** Whether the host has Docker's own small init. */
  readonly init: boolean;
  readonly loggingDriver: string;
  /** In the words of image references: `amd64`, `arm64`, or what the engine says. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  readonly engineVersion: string;
  readonly cgroupVersion: string;
  readonly storageDriver: string;
  readonly rootDir: string;
  readonly securityOptions: readonly string[];
  /** Names of its OCI runtimes; null where it does not tell. */
  readonly runtimes: readonly string[] | null;
  /** Whether it pulls through a proxy; null where it does not tell. */
  readonly pullsByProxy: boolean | null;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * A limit that `/info` does not mention counts as missing: left out and reported is better than refused at create.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
 */
export function hostFeatures(info: EngineInfo): HostFeatures {
  return {
    memoryLimit: info.MemoryLimit ?? false,
    cpuQuota: (info.CpuCfsQuota ?? false) && (info.CpuCfsPeriod ?? false),
    cpuShares: info.CPUShares ?? false,
    pidsLimit: info.PidsLimit ?? false,
    // Podman names none, and refuses a container with an init where its own is not installed.
    init: info.InitCommit?.ID !== "N/A" && info.InitBinary !== "",
    loggingDriver: info.LoggingDriver ?? "",
    architecture: ARCHITECTURES[info.Architecture] ?? info.Architecture,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    kernelVersion: info.KernelVersion ?? "",
    operatingSystem: info.OperatingSystem ?? "",
    engineVersion: info.ServerVersion ?? "",
    cgroupVersion: info.CgroupVersion ?? "",
    storageDriver: info.Driver ?? "",
    rootDir: info.DockerRootDir ?? "",
    securityOptions: info.SecurityOptions ?? [],
    runtimes: info.Runtimes == null ? null : Object.keys(info.Runtimes),
    pullsByProxy: pullsByProxy(info),
  };
}

function pullsByProxy({ HttpProxy, HttpsProxy }: EngineInfo): boolean | null {
  if (HttpProxy == null && HttpsProxy == null) return null;
  return (HttpProxy ?? "") !== "" || (HttpsProxy ?? "") !== "";
}
