import * as z from "zod/mini";
import { described, textLike, wholeNumber } from "./fields.ts";
import type { Device, Hardening, Ulimit } from "./hardening.ts";
import { absolutePath, textMap } from "./text-fields.ts";

const MOST_ULIMIT = Number.MAX_SAFE_INTEGER;
/** https://github.com/docker/go-units/blob/v0.5.0/ulimit.go */
const ULIMITS = [
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
] as const;

const capability = () => textLike(/^(?:ALL|(?:CAP_)?[A-Z][A-Z_]{2,30})$/, "a capability such as NET_RAW, or ALL");
const ACCOUNT = String.raw`(?:\d{1,10}|[A-Za-z_][A-Za-z0-9_.-]{0,31})`;
const DEVICE = String.raw`\/dev\/(?!(?:.*\/)?\.{1,2}(?:\/|:|$))[A-Za-z0-9._/-]{1,100}`;

/** What a version 2 pool may say of how far its containers are let into the host. */
export const hardeningShape = {
  runtime: described(
    z.optional(textLike(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "the name of a runtime that docker info lists")),
    "OCI runtime of the containers, such as runsc (gVisor) or sysbox-runc, if the engine has it. With sysbox, docker: dind needs no privilege",
  ),
  capDrop: described(
    z._default(z.array(capability()), []),
    "Capabilities taken from the containers; ALL takes every one",
  ),
  capAdd: described(
    z._default(z.array(capability()), []),
    "Capabilities given to the containers, or back after capDrop: [ALL]",
  ),
  noNewPrivileges: described(
    z._default(z.boolean(), false),
    "Whether processes may gain no privilege: sudo fails in these jobs",
  ),
  user: described(
    z.optional(textLike(new RegExp(`^${ACCOUNT}(?::${ACCOUNT})?$`), "a user, or user:group, by name or number")),
    "User of the containers in place of the image's; it has to be able to write /home/runner",
  ),
  devices: described(
    z._default(
      z.array(
        textLike(
          new RegExp(`^${DEVICE}(?::${DEVICE})?(?::(?=[rwm])r?w?m?)?$`),
          "a device of this machine, such as /dev/kvm, /dev/ttyUSB0:/dev/serial or /dev/video0:/dev/video0:rw",
        ),
      ),
      [],
    ),
    "Devices of this machine in the containers, as docker run --device takes them",
  ),
  gpus: described(
    z.optional(
      textLike(
        /^(?:all|device=[\w.:/-]{1,64}(?:,[\w.:/-]{1,64})*)$/,
        "all, or device= and ids of GPUs, such as device=0,1",
      ),
    ),
    "GPUs in the containers, as docker run --gpus takes them: all, or device=0,1. Slots of a pool share them",
  ),
  extraHosts: described(
    z._default(
      textMap({
        keys: /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/,
        keyRule: "names of hosts as keys",
        values: /^(?:host-gateway|[0-9a-fA-F.:]{2,45})$/,
        valueRule: "addresses, or host-gateway for this machine, as values",
      }),
      {},
    ),
    "Addresses of hosts by their names, in /etc/hosts of the containers; host-gateway is this machine",
  ),
  caCertificates: described(
    z.optional(
      z.strictObject({
        path: described(
          absolutePath("of this machine, with a slash at its end for a folder"),
          "File in PEM on this machine; or a folder, with a slash at its end",
        ),
        complete: described(
          z._default(z.boolean(), false),
          "Whether the public authorities are in it too: then it replaces the system's (SSL_CERT_FILE and the like)",
        ),
      }),
    ),
    "Certificates that jobs trust, mounted read-only where update-ca-certificates looks; NODE_EXTRA_CA_CERTS names the file",
  ),
  ulimits: described(
    z._default(
      z.array(
        z.strictObject({
          name: described(z.enum(ULIMITS), "Which"),
          soft: described(wholeNumber(-1, MOST_ULIMIT), "What holds at first; -1 is none"),
          hard: described(z.optional(wholeNumber(-1, MOST_ULIMIT)), "What a process may raise it to; soft if absent"),
        }),
      ),
      [],
    ),
    "Limits of each process, such as nofile",
  ),
  proxy: described(
    z._default(z.enum(["none", "inherit", "inherit-with-credentials"]), "none"),
    "Whether jobs get the HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the agent; user and password only where it says so, for every job to read",
  ),
};

type Fields = { readonly [Key in keyof typeof hardeningShape]: z.output<(typeof hardeningShape)[Key]> };
type Sometimes = "runtime" | "user" | "gpus" | "caCertificates";
type Stated = Omit<Fields, Sometimes> & { readonly [Key in Sometimes]?: Fields[Key] };

/** The settings as the engine takes them. */
export function hardeningOf(stated: Stated): Hardening {
  return {
    runtime: stated.runtime ?? null,
    capDrop: capabilities(stated.capDrop),
    capAdd: capabilities(stated.capAdd),
    noNewPrivileges: stated.noNewPrivileges,
    user: stated.user ?? null,
    devices: stated.devices.map(deviceOf),
    gpus: gpusOf(stated.gpus),
    extraHosts: stated.extraHosts,
    caCertificates: stated.caCertificates ?? null,
    ulimits: stated.ulimits.map(ulimitOf),
    proxy: stated.proxy,
  };
}

/** Each once, without the prefix that engines take or leave. */
export function capabilities(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.replace(/^CAP_/, "")))];
}

function deviceOf(text: string): Device {
  const [host = "", second, third] = text.split(":");
  const container = second?.startsWith("/") === true ? second : host;
  return { host, container, permissions: third ?? (second === container ? undefined : second) ?? "rwm" };
}

function gpusOf(text: string | undefined): Hardening["gpus"] {
  if (text === undefined) return null;
  return text === "all" ? "all" : text.slice("device=".length).split(",");
}

function ulimitOf({ name, soft, hard }: Fields["ulimits"][number]): Ulimit {
  return { name, soft, hard: hard ?? soft };
}
