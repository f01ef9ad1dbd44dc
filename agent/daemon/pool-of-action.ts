import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Action } from "../../shared/controller/plan.ts";

/** The pool that an action is about; null where it is about none, or none that is known. */
export function poolOfAction(action: Action, ledger: Ledger): string | null {
  switch (action.type) {
    case "provision":
      return action.pool;
    case "retire":
      return ledger.slot(action.slot)?.pool ?? null;
    case "deregister":
    case "verify":
      return null;
  }
}
