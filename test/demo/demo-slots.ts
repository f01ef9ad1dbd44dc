import { readFileSync } from "node:fs";
import { join } from "node:path";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { DockerClient } from "../../agent/docker/docker-client.ts";
import { NO_PROXY } from "../../agent/settings/own-proxy.ts";
import { DockerSlotProvider } from "../../agent/slots/docker/docker-provider.ts";
import { InProcessSlotProvider } from "../../agent/slots/in-process-slot-provider.ts";
import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import { STOP_GRACE_MS } from "../../agent/slots/stop-grace.ts";
import { SwarmSlotProvider } from "../../agent/slots/swarm/swarm-provider.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { missingForContainers } from "../stand-ins/docker/engine-answers.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";
import { buildRunnerImage } from "../stand-ins/docker/runner-image.ts";
import { suiteName } from "../stand-ins/docker/suite-names.ts";
import { runStandInRunner } from "../stand-ins/github/stand-in-runner.ts";
import { containersGone, ownSwarm } from "./demo-swarm.ts";

/** Where the slots of a demo are. */
export type SlotKind = "in-process" | "docker" | "swarm";

export interface DemoSlotsOptions {
  readonly kind: SlotKind;
  /** Whether an engine that is in no swarm may become one for the time of the demo. */
  readonly initSwarm: boolean;
  readonly instance: string;
  readonly log: Logger;
}

export interface DemoSlots {
  readonly provider: SlotProvider;
  readonly image: string;
}

/** What makes the slots. All that is begun ends with `ends`, also where this fails half way. */
export async function demoSlots(options: DemoSlotsOptions, ends: AsyncDisposableStack): Promise<DemoSlots> {
  if (options.kind === "in-process") return { provider: inProcessProvider(), image: "in-process" };
  const missing = await missingForContainers();
  if (missing !== null) throw new Error(missing);
  const { kind, initSwarm, instance, log } = options;
  if (kind === "swarm") await ownSwarm({ mayInit: initSwarm, mark: instance }, ends);
  const image = await runnerImage(kind, ends);
  const client = new DockerClient(engineHost);
  ends.defer(() => client.close());
  const shared = { client, instance, clock: systemClock, random: Math.random, log };
  const provider =
    kind === "docker"
      ? new DockerSlotProvider(shared)
      : new SwarmSlotProvider({ ...shared, engine: "local", folderId: null, proxy: NO_PROXY });
  ends.defer(() => removeSlots(provider, instance));
  return { provider, image };
}

async function runnerImage(kind: SlotKind, ends: AsyncDisposableStack): Promise<string> {
  const script = readFileSync(join(import.meta.dirname, "../stand-ins/github/runner-image/run.sh"), "utf8");
  // A node asks the registry for each task's image, though it has it: here none answers, at once.
  const tag = kind === "swarm" ? { tag: `127.0.0.1:9/hookline-test-runner:${suiteName()}` } : {};
  const built = await buildRunnerImage({ runScript: script, ...tag });
  ends.defer(() => built.remove());
  return built.image;
}

/** An interrupted demo leaves no container either. */
async function removeSlots(provider: SlotProvider, instance: string): Promise<void> {
  const { signal } = new AbortController();
  const grace = provider instanceof SwarmSlotProvider ? STOP_GRACE_MS : 0;
  const slots = await provider.list(signal);
  await Promise.all(
    slots.map(async ({ name }) => {
      await provider.stop(name, grace, signal);
      await provider.remove(name, signal);
    }),
  );
  await containersGone(instance);
}

function inProcessProvider(): SlotProvider {
  return new InProcessSlotProvider((jitConfig, signal) => runStandInRunner({ jitConfig, signal }), systemClock);
}
