import type { ConfigPath } from "./config-path.ts";
import type { DockerAccess } from "./container-options.ts";
import { isPrivileged } from "./docker-access.ts";
import type { FleetFinding } from "./finding.ts";
import { capabilities } from "./hardening-fields.ts";
import type { ProxyAccess } from "./hardening.ts";

/** What a pool says of its hardening and of what goes against it; undefined is what the schema refused. */
export interface StatedHardening {
  readonly at: ConfigPath;
  readonly docker?: DockerAccess | undefined;
  readonly visibility?: string | undefined;
  readonly runtime?: string | undefined;
  readonly capDrop?: readonly string[] | undefined;
  readonly capAdd?: readonly string[] | undefined;
  readonly devices?: readonly string[] | undefined;
  readonly ulimits?:
    | readonly { readonly name: string; readonly soft: number; readonly hard?: number | undefined }[]
    | undefined;
  readonly proxy?: ProxyAccess | undefined;
}

/** Capabilities with which a container can leave its bounds. https://man7.org/linux/man-pages/man7/capabilities.7.html */
export const NEAR_ROOT: ReadonlySet<string> = new Set([
  "ALL",
  "BPF",
  "DAC_READ_SEARCH",
  "MKNOD",
  "NET_ADMIN",
  "PERFMON",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_MODULE",
  "SYS_PTRACE",
  "SYS_RAWIO",
  "SYS_TIME",
]);

/** What of a pool's hardening contradicts the rest of it, and would be left out in silence or hand out what it must not. */
export function hardeningFindings(pool: StatedHardening): FleetFinding[] {
  return [...ofCapabilities(pool), ...ofStrangers(pool), ...ofUlimits(pool), ...ofDevices(pool)];
}

/** https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities */
function ofCapabilities({ at, docker, runtime, capDrop = [], capAdd = [] }: StatedHardening): FleetFinding[] {
  const [dropped, added] = [capabilities(capDrop), capabilities(capAdd)];
  const both = added.filter((name) => dropped.includes(name));
  const found: FleetFinding[] =
    both.length === 0
      ? []
      : [{ at: [...at, "capAdd"], message: `names ${both.join(", ")}, which capDrop takes; keep one of the two` }];
  if (!isPrivileged({ docker, runtime })) return found;
  const idle = [dropped.length > 0 ? "capDrop" : [], added.length > 0 ? "capAdd" : []].flat();
  return [...found, ...idle.map((key) => ({ at: [...at, key], message: PRIVILEGED }))];
}

function ofStrangers({ at, visibility, capAdd = [], proxy }: StatedHardening): FleetFinding[] {
  if (visibility === undefined || visibility === "private") return [];
  const strong = capabilities(capAdd).filter((name) => NEAR_ROOT.has(name));
  return [
    ...(strong.length === 0
      ? []
      : [
          {
            at: [...at, "capAdd"],
            message: `${strong.join(", ")} ${strong.length === 1 ? "is" : "are"} ${AS_GOOD_AS_ROOT}`,
          },
        ]),
    ...(proxy === "inherit-with-credentials" ? [{ at: [...at, "proxy"], message: CREDENTIALS }] : []),
  ];
}

function ofUlimits({ at, ulimits = [] }: StatedHardening): FleetFinding[] {
  const endless = (value: number): number => (value === -1 ? Number.POSITIVE_INFINITY : value);
  return ulimits.flatMap(({ name, soft, hard = soft }, index) => [
    ...(endless(soft) > endless(hard)
      ? [{ at: [...at, "ulimits", index, "soft"], message: "must not be above hard; lower it, or raise hard" }]
      : []),
    ...(ulimits.findIndex((each) => each.name === name) < index
      ? [{ at: [...at, "ulimits", index, "name"], message: `is ${name} for the second time; keep one` }]
      : []),
  ]);
}

function ofDevices({ at, devices = [] }: StatedHardening): FleetFinding[] {
  const inside = devices.map((text) => text.split(":").findLast((part) => part.startsWith("/")));
  return inside.flatMap((path, index) =>
    inside.indexOf(path) < index
      ? [
          {
            at: [...at, "devices", index],
            message: `has the place of another device in the container; give it its own`,
          },
        ]
      : [],
  );
}

const PRIVILEGED =
  "has no effect with docker: dind, whose containers are privileged and have every capability; remove it, or set runtime: sysbox-runc, which needs no privilege";
const AS_GOOD_AS_ROOT =
  "as good as root on this machine, and visibility lets public repositories in; remove it, or set visibility: private";
const CREDENTIALS =
  "hands user and password of the proxy to every job, and visibility lets public repositories in; set proxy: inherit, or visibility: private";
