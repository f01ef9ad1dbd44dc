import type { HostConfig } from "@docker/node-sdk";
import type { CaCertificates, Hardening } from "../../../shared/fleet/hardening.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";

/** Where `update-ca-certificates` of Debian and Ubuntu looks. https://manpages.debian.org/bookworm/ca-certificates/update-ca-certificates.8.en.html */
const CA_PLACE = "/usr/local/share/ca-certificates/hookline";

/** What tools read in place of the system's authorities: OpenSSL and Go, Python's requests, curl, Git, the AWS CLI. */
const REPLACING = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE"] as const;

export interface BindMount {
  readonly Type: "bind";
  /** Path on the host. */
  readonly Source: string;
  /** Path in the container. */
  readonly Target: string;
  readonly ReadOnly?: boolean;
}

/** A pool's hardening in the engine's words; what it does not ask for is not mentioned. https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate */
export function hardened(pool: Hardening): HostConfig {
  const { runtime, capDrop, capAdd, noNewPrivileges, devices, extraHosts, ulimits } = pool;
  const hosts = Object.entries(extraHosts).map(([name, address]) => `${name}:${address}`);
  return {
    ...(runtime === null ? {} : { Runtime: runtime }),
    ...(capDrop.length === 0 ? {} : { CapDrop: [...capDrop] }),
    ...(capAdd.length === 0 ? {} : { CapAdd: [...capAdd] }),
    ...(noNewPrivileges ? { SecurityOpt: ["no-new-privileges"] } : {}),
    ...(devices.length === 0 ? {} : { Devices: devices.map(deviceMapping) }),
    ...gpuRequest(pool.gpus),
    ...(hosts.length === 0 ? {} : { ExtraHosts: hosts }),
    ...(ulimits.length === 0
      ? {}
      : { Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
  };
}

function deviceMapping({ host, container, permissions }: Hardening["devices"][number]) {
  return { PathOnHost: host, PathInContainer: container, CgroupPermissions: permissions };
}

/** As `docker run --gpus` asks. https://docs.docker.com/engine/containers/gpu/ */
function gpuRequest(gpus: Hardening["gpus"]): HostConfig {
  if (gpus === null) return {};
  const which = gpus === "all" ? { Count: -1 } : { DeviceIDs: [...gpus] };
  return { DeviceRequests: [{ ...which, Capabilities: [["gpu"]] }] };
}

/** The pool's certificates, which a job cannot change. A source that is not there is refused: nothing is made on the host. */
export function certificateMounts({ caCertificates }: Hardening): readonly BindMount[] {
  if (caCertificates === null) return [];
  const Source = caCertificates.path.replace(/(?<=.)\/$/, "");
  return [{ Type: "bind", Source, Target: placeOf(caCertificates), ReadOnly: true }];
}

/**
 * By what the tools of jobs find them. Node adds a file to what it trusts; the others take one in place of what they
 * trust, so they are told of it only where the public authorities are in it.
 * https://nodejs.org/api/cli.html#node_extra_ca_certsfile
 */
export function certificateVariables({ container: { caCertificates, env } }: Pool): readonly string[] {
  if (caCertificates === null) return [];
  const place = placeOf(caCertificates);
  const names = isFolder(caCertificates)
    ? ["SSL_CERT_DIR"].filter(() => caCertificates.complete)
    : ["NODE_EXTRA_CA_CERTS", ...(caCertificates.complete ? REPLACING : [])];
  return names.filter((name) => !(name in env)).map((name) => `${name}=${place}`);
}

function isFolder({ path }: CaCertificates): boolean {
  return path.endsWith("/");
}

function placeOf(certificates: CaCertificates): string {
  return isFolder(certificates) ? CA_PLACE : `${CA_PLACE}.crt`;
}
