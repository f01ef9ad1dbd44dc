import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import type { Journal } from "../journal/journal.ts";
import { MissedDeliveries } from "../journal/missed-deliveries.ts";
import { DeliverySweep } from "../sweeps/delivery-sweep.ts";
import type { AgentOptions } from "./agent-options.ts";

/** The look into GitHub's delivery log; null where there is none to look into. `received` gets what is on disk by then. */
export function makeDeliverySweep(
  { deliveries, journalSql, clock, log }: AgentOptions,
  journal: Journal,
  live: { readonly fleet: Fleet },
  received: (signals: readonly Signal[]) => void,
): DeliverySweep | null {
  if (deliveries === undefined || deliveries === null) return null;
  return new DeliverySweep({
    ...deliveries,
    missed: new MissedDeliveries(journalSql),
    has: (guid) => journal.has(guid),
    take: (signal) => received(journal.take([signal], clock.now())),
    fleet: () => live.fleet,
    clock,
    logger: log,
  });
}
