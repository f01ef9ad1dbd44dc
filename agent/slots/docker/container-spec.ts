import type { ContainerCreateRequest, HostConfig } from "@docker/node-sdk";
import { isRootUser } from "../../../shared/fleet/hardening.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { resourcesOfSize } from "../../../shared/fleet/sizes.ts";
import { labelsOfSlot, type SlotToLabel } from "./container-labels.ts";
import { applyOptions, usernsOf } from "./container-options.ts";
import { applyLimits, type LeftOut } from "./container-limits.ts";
import type { HostFeatures } from "./host-features.ts";
import { NOTHING_LENT, type Lent } from "./lent.ts";

export interface ContainerSpecInput extends SlotToLabel {
  readonly host: HostFeatures;
  /** `bridge`, `host` or the name of a Docker network. */
  readonly network: string;
  /** What of the agent's own the pool may ask for; nothing but the usual socket where it is left out. */
  readonly lent?: Lent;
}

export interface ContainerSpec {
  /** Body of the create call. Holds the JIT configuration: never log it. */
  readonly body: ContainerCreateRequest;
  /** `linux/arm64` and the like where the pool asks for another architecture than the host's, else null. */
  readonly platform: string | null;
}

interface PoolPart {
  readonly hostConfig: HostConfig;
  readonly leftOut: readonly LeftOut[];
}

const LOG_MAX_SIZE = "10m";

/**
 * The container of one slot: one job, then gone, so it restarts never and is removed by the agent after its log was
 * read. The only credential in it is the JIT configuration, which is spent after one job. No Docker socket, unless the
 * pool asks for it.
 */
export function containerSpec(input: ContainerSpecInput): ContainerSpec {
  const { spec, instance, host, network, lent = NOTHING_LENT } = input;
  const { pool, sizeLabels = [] } = spec;
  const platform = platformOf(pool, host);
  const { hostConfig } = poolPart({ ...pool, resources: resourcesOfSize(pool.resources, sizeLabels) }, host, network);
  const options = applyOptions(pool, instance, host, lent);
  const fixed = {
    Image: pool.image,
    Cmd: [...pool.command],
    ...(pool.container.user === null ? {} : { User: pool.container.user }),
    HostConfig: { ...hostConfig, ...options.hostConfig },
    ...options.volumes,
  };
  const labels = labelsOfSlot(input, { ...fixed, platform, env: options.env, labels: options.labels });
  return {
    platform,
    body: {
      ...fixed,
      Hostname: spec.name,
      Env: [...options.env, ...runnerEnvironment(spec.jitConfig)],
      Labels: { ...options.labels, ...labels },
    },
  };
}

/** What of a pool's settings this host cannot enforce, each with its reason. */
export function settingsLeftOut(pool: Pool, host: HostFeatures): readonly LeftOut[] {
  return [...poolPart(pool, host, pool.network).leftOut, ...usersLeftOut(pool, host)];
}

/**
 * Without remapping the files of an image still belong to the remapped users, so that the runner's own user can write
 * nowhere. https://docs.docker.com/engine/security/userns-remap/#disable-namespace-remapping-for-a-container
 */
function usersLeftOut(pool: Pool, host: HostFeatures): readonly LeftOut[] {
  if (isRootUser(pool.container.user ?? "") || usernsOf(pool, host).UsernsMode !== "host") return [];
  const reason =
    'with userns-remap an image\'s files belong to other users there, and only root can write: set user: root and env: {RUNNER_ALLOW_RUNASROOT: "1"}, or runtime: sysbox-runc';
  return [{ setting: "docker: dind", reason }];
}

/** The `platform` of create and pull; null means the host's own. */
export function platformOf(pool: Pool, host: HostFeatures): string | null {
  return pool.architecture === "auto" || pool.architecture === host.architecture ? null : `linux/${pool.architecture}`;
}

function poolPart(pool: Pool, host: HostFeatures, network: string): PoolPart {
  const limits = applyLimits(pool.resources, host);
  const noInit = { setting: "init", reason: "the host lacks docker-init (InitCommit is N/A in /info); zombies stay" };
  return {
    hostConfig: {
      NetworkMode: network,
      RestartPolicy: { Name: "no" },
      ...(host.init ? { Init: true } : {}),
      ...logConfig(host.loggingDriver),
      ...limits.hostConfig,
    },
    leftOut: host.init ? limits.leftOut : [...limits.leftOut, noInit],
  };
}

/**
 * The runner reads every `ACTIONS_RUNNER_INPUT_*`; without the second variable its script exits 0 even when GitHub
 * refuses its version. https://github.com/actions/runner/blob/main/src/Runner.Listener/CommandSettings.cs
 */
export function runnerEnvironment(jitConfig: string): string[] {
  return [
    `ACTIONS_RUNNER_INPUT_JITCONFIG=${jitConfig}`,
    "ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE=1",
    "RUNNER_MANUALLY_TRAP_SIG=1",
  ];
}

/**
 * Two drivers grow without bound unless told. Others, as the one of Synology, look after themselves and feed the
 * host's own log view, so they are left alone.
 * https://docs.docker.com/engine/logging/drivers/json-file/
 */
function logConfig(driver: string): HostConfig {
  if (driver !== "json-file" && driver !== "local") return {};
  return { LogConfig: { Type: driver, Config: { "max-size": LOG_MAX_SIZE } } };
}
