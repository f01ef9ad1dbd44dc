import type { Ledger } from "../../shared/controller/ledger.ts";
import { enginesOf } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { EngineStatus } from "../../shared/status/engine-status.ts";
import { enginesBehind } from "../slots/slot-engines.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";

/** Each engine with what is on it and whether it answers, the local one first. */
export function describeEngines(ledger: Ledger, provider: SlotProvider, fleet: Fleet): EngineStatus[] {
  const used = new Set(fleet.pools.flatMap(enginesOf));
  const held = Map.groupBy(ledger.slots, ({ engine }) => engine);
  return [...enginesBehind(provider)].map(([name, each]) => {
    const bound = ledger.engines.maxSlots(name);
    const facts = each.host?.() ?? null;
    const calls = each.asked?.();
    return {
      name,
      silentSinceMs: ledger.engines.silentSinceMs(name),
      used: used.has(name),
      slots: held.get(name)?.length ?? 0,
      maxSlots: Number.isFinite(bound) ? bound : null,
      machine:
        facts === null
          ? null
          : { architecture: facts.architecture, memoryBytes: facts.memoryBytes, engineVersion: facts.engineVersion },
      calls: calls === undefined ? null : { ok: calls.ok, refused: calls.refused, failed: calls.failed },
    };
  });
}
