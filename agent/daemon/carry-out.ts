import type { Ledger } from "../../shared/controller/ledger.ts";
import { poolOfAction, type Action } from "../../shared/controller/plan.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SlotManager } from "../slots/slot-manager.ts";

/** What the controller's actions are carried out by. */
export interface Hands {
  readonly slots: SlotManager;
  readonly ledger: Ledger;
  readonly pools: readonly ServingPool[];
  readonly requestSweep: () => void;
  /** Actions about another pool are left alone; none are where it is null. */
  readonly onlyPool: string | null;
  readonly log: Logger;
}

/** Begins what the plan asks for; how it ends comes back as events. */
export function carryOut(action: Action, { slots, ledger, pools, requestSweep, onlyPool, log }: Hands): void {
  if (onlyPool !== null && poolOfAction(action, ledger) !== onlyPool) return;
  switch (action.type) {
    case "provision": {
      const serving = pools.find(({ pool }) => pool.key === action.pool);
      if (serving === undefined) return;
      const jobId = action.reason.code === "demand" ? action.reason.jobId : null;
      const { pool, scope, sizeLabels, engine } = action;
      const slot = slots.provision(serving, scope, { jobId, sizeLabels, engine });
      const size = sizeLabels.length === 0 ? {} : { size: sizeLabels };
      log.info("slot wanted", { slot, pool, scope, engine, ...size, ...action.reason });
      return;
    }
    case "retire":
      log.info("slot retired", { slot: action.slot, ...action.reason });
      return slots.retire(action.slot, action.reason);
    case "deregister":
      return slots.deregister(action.ghost);
    case "verify":
      log.debug("sweep asked for", { ...action.reason });
      return requestSweep();
  }
}
