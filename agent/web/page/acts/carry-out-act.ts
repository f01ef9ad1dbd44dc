import { OperatorError } from "../../../../shared/errors/operator-error.ts";
import type { Daemon } from "../../../control/answer-request.ts";
import type { DeadLetterBook } from "../books/dead-letter-book.ts";
import type { DoctorBook } from "../books/doctor-book.ts";
import type { PageAct } from "./act.ts";

/** What cannot be done as it was asked. */
export class ActError extends OperatorError<"act-refused"> {}

export interface ActWorld {
  readonly daemon: Pick<Daemon, "drain" | "pause" | "resume" | "retire">;
  /** Null where there is no edge to ask. */
  readonly dead: DeadLetterBook | null;
  /** Null where it cannot be run. */
  readonly doctor: DoctorBook | null;
}

/** Does what a form asks for. Rejects with an OperatorError that says what stands against it. */
export async function carryOutAct(asked: PageAct, { daemon, dead, doctor }: ActWorld): Promise<void> {
  switch (asked.act) {
    case "drain":
    case "undrain":
      return daemon.drain(asked.pool, asked.act === "drain");
    case "pause":
      return void daemon.pause(asked.hours);
    case "resume":
      return void daemon.resume();
    case "retire":
      return daemon.retire(asked.slot);
    case "requeue":
      if (dead === null) throw new ActError("act-refused", "There is no edge that keeps dead letters.", NO_EDGE);
      if (await dead.requeue(asked.seq)) return;
      throw new ActError("act-refused", `No dead letter has the number ${asked.seq}.`, "Load the page anew.");
    case "doctor":
    case "probe":
      if (doctor?.begin(asked.act === "probe") === true) return;
      throw new ActError("act-refused", "The doctor runs already, or cannot run here.", "Wait for it to end.");
  }
}

const NO_EDGE = "Where the receiver runs in the agent's process, use hookline dead.";
