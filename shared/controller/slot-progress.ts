import { OperatorError } from "../errors/operator-error.ts";
import { nearestRemedy } from "../fleet/nearest.ts";
import type { Ledger } from "./ledger.ts";
import { canTakeJob, isBusy, type Slot } from "./slot.ts";

/** A slot that the operator wants gone. */
export interface SlotProgress {
  /** `coming-up` and `idle` can still take a job; `ending` runs none and is on its way out. */
  readonly phase: "coming-up" | "idle" | "busy" | "ending";
  /** The job that was seen on it; null where none was. */
  readonly jobId: number | null;
}

/** What the controller believes of a slot; null once nothing of it is left. */
export function slotProgress(ledger: Ledger, name: string): SlotProgress | null {
  const slot = ledger.slot(name);
  return slot === undefined ? null : { phase: phaseOf(slot), jobId: slot.jobId };
}

function phaseOf(slot: Slot): SlotProgress["phase"] {
  if (slot.retiring) return "ending";
  if (isBusy(slot)) return "busy";
  if (!canTakeJob(slot)) return "ending";
  return slot.state === "online" ? "idle" : "coming-up";
}

/** A slot was named that does not exist. */
export class UnknownSlot extends OperatorError<"unknown-slot"> {
  constructor(slot: string, known: readonly string[]) {
    const list = "hookline slots lists those that there are; one that has ended is gone.";
    super("unknown-slot", `There is no slot ${slot}.`, nearestRemedy(slot, known, list));
  }
}
