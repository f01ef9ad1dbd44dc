import { join } from "node:path";

import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import { DockerSlotProvider } from "../../../../agent/slots/docker/docker-provider.ts";
import { SlotEngines } from "../../../../agent/slots/slot-engines.ts";
import type { SlotProvider } from "../../../../agent/slots/slot-provider.ts";
import { LOCAL_ENGINE, type EngineSetting } from "../../../../shared/fleet/engine.ts";
import { silentLogger as log } from "../../../../shared/log/logger.ts";
import { RunnerEngine, type RunnerEngineOptions } from "../../../stand-ins/docker/runner-engine.ts";
import { temporaryFolder } from "../../../stand-ins/files/temporary-folder.ts";
import type { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";

export interface HouseholdEngines extends AsyncDisposable {
  readonly provider: SlotProvider;
  /** As a fleet names them; the local one needs no word. */
  readonly named: readonly EngineSetting[];
  /** @throws {Error} where there is none of that name. */
  readonly engine: (name: string) => RunnerEngine;
}

/** The engines of those names, and slots on them. Where `local` is not among them, this machine has no Docker. */
export async function householdEngines(
  names: readonly string[],
  options: RunnerEngineOptions & { readonly clock: VirtualClock },
): Promise<HouseholdEngines> {
  const { clock } = options;
  const engines = new Map<string, RunnerEngine>();
  for (const name of names) engines.set(name, await RunnerEngine.start(options));
  const nobody = { kind: "unix", socketPath: join(temporaryFolder(), "docker.sock") } as const;
  const clients = new Map(
    [...new Set([LOCAL_ENGINE, ...names])].map((name) => [name, new DockerClient(engines.get(name)?.host ?? nobody)]),
  );
  const providers = new Map(
    [...clients].map(([name, client]) => {
      return [name, new DockerSlotProvider({ client, instance: "nas", clock, random: () => 0.5, log })];
    }),
  );
  const [local] = providers.values();
  if (local === undefined) throw new Error("there is always the local engine");
  return {
    provider: providers.size === 1 ? local : new SlotEngines(providers, clock),
    named: names
      .filter((name) => name !== LOCAL_ENGINE)
      .map((name) => ({ name, address: { host: `unix:///${name}.sock`, tls: null }, maxSlots: null })),
    engine: (name) => {
      const engine = engines.get(name);
      if (engine === undefined) throw new Error(`there is no engine ${name}`);
      return engine;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients.values()) client.close();
      for (const engine of engines.values()) await engine[Symbol.asyncDispose]();
    },
  };
}
