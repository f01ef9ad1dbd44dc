import * as z from "zod";

import { INSTANCE_LABEL } from "../../agent/slots/docker/container-labels.ts";
import { discard, rawCall } from "../stand-ins/docker/raw-call.ts";
import { PATIENCE_MS } from "../stand-ins/process/patience.ts";

/** What tells a swarm that a demo has made from everybody else's. */
const DEMO_LABEL = "hookline.demo";
/** Made by the engine for its swarm, and left by it when that is over. */
const GATEWAY = "docker_gwbridge";
const LOOK_AGAIN_MS = 100;

const infoSchema = z.object({
  LiveRestoreEnabled: z.boolean().nullish(),
  Swarm: z.object({
    LocalNodeState: z.string(),
    ControlAvailable: z.boolean().nullish(),
    Nodes: z.number().nullish(),
  }),
});
const swarmSchema = z.object({ Spec: z.object({ Labels: z.record(z.string(), z.string()).nullish() }) });
const networksSchema = z.array(z.object({ Name: z.string() }));

/** What an engine says of itself: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo */
export type SwarmInfo = z.output<typeof infoSchema>;

/** What is in the way of a demo on this engine's swarm, and the remedy; null where it can begin. */
export function refusalOf({ Swarm, LiveRestoreEnabled }: SwarmInfo, mayInit: boolean): string | null {
  const { LocalNodeState: state, ControlAvailable: isManager, Nodes: nodes } = Swarm;
  if (state === "inactive") {
    if (!mayInit)
      return "The engine is in no swarm. --init-swarm makes one of it alone for the time of the demo and leaves it at the end.";
    if (LiveRestoreEnabled === true)
      return "The engine keeps containers while it is restarted (live-restore), and such an engine takes part in no swarm. Take live-restore out of its daemon.json, or set DOCKER_HOST to another engine.";
    return null;
  }
  if (state !== "active")
    return `The engine's swarm is ${state}. See what \`docker info\` says of it; \`docker swarm unlock\` opens one that is locked.`;
  if (isManager !== true)
    return "The engine is a worker of somebody's swarm, and only a manager makes services. Set DOCKER_HOST to another engine.";
  if (nodes !== 1)
    return `The engine's swarm has ${nodes} nodes, and the demo's image and its GitHub are on this one alone. Set DOCKER_HOST to another engine.`;
  return null;
}

export interface OwnSwarmOptions {
  /** Whether an engine that is in no swarm may become one. */
  readonly mayInit: boolean;
  /** Unlike every other demo's. */
  readonly mark: string;
}

/**
 * Sees to it that the engine is a swarm of itself alone. One that is made here is left with `ends`, whatever came of it;
 * one that was there before is never left. @throws {Error} with the remedy where the engine is none and may not become one.
 */
export async function ownSwarm({ mayInit, mark }: OwnSwarmOptions, ends: AsyncDisposableStack): Promise<void> {
  const info = await engineInfo();
  const refusal = refusalOf(info, mayInit);
  if (refusal !== null) throw new Error(refusal);
  if (info.Swarm.LocalNodeState === "active") return;
  const hadGateway = await hasGateway();
  ends.defer(async () => {
    if (await leave(mark)) await (hadGateway ? undefined : discard(`/networks/${GATEWAY}`));
  });
  // On loopback: no other machine can join it.
  const body = {
    ListenAddr: "127.0.0.1:2377",
    AdvertiseAddr: "127.0.0.1",
    Spec: { Labels: { [DEMO_LABEL]: mark } },
  };
  await rawCall("POST", "/swarm/init", JSON.stringify(body));
}

/** Leaves the swarm if it is the one with this mark; whether it was. */
async function leave(mark: string): Promise<boolean> {
  if ((await engineInfo()).Swarm.ControlAvailable !== true) return false;
  const { Spec } = swarmSchema.parse(JSON.parse(await rawCall("GET", "/swarm")));
  if (Spec.Labels?.[DEMO_LABEL] !== mark) return false;
  await rawCall("POST", "/swarm/leave?force=true");
  return true;
}

async function engineInfo(): Promise<SwarmInfo> {
  return infoSchema.parse(JSON.parse(await rawCall("GET", "/info")));
}

async function hasGateway(): Promise<boolean> {
  const filters = encodeURIComponent(JSON.stringify({ name: [GATEWAY] }));
  return networksSchema.parse(JSON.parse(await rawCall("GET", `/networks?filters=${filters}`))).length > 0;
}

/** Resolves once no container of this instance is left: a swarm removes those of a service some time after it. */
export async function containersGone(instance: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${INSTANCE_LABEL}=${instance}`] }));
  const left = async (): Promise<number> =>
    z.array(z.unknown()).parse(JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`))).length;
  const until = performance.now() + PATIENCE_MS;
  while ((await left()) > 0 && performance.now() < until) await new Promise((next) => setTimeout(next, LOOK_AGAIN_MS));
}
