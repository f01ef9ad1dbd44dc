import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { ControlAnswer } from "./protocol.ts";

type ControlErrorCode = "no-daemon" | "daemon-ended" | "daemon-silent" | "daemon-runs" | "protocol" | "refused";

/** A command and the daemon could not come together. */
export class ControlError extends OperatorError<ControlErrorCode> {}

/** The daemon's refusal as an error with its code; any other answer is one to another question. */
export function refusalError(answer: ControlAnswer): OperatorError {
  if (answer.type === "refused") return new OperatorError(answer.code, answer.message, answer.remedy);
  return new ControlError("protocol", "The daemon answered another question.", "Use the command of its own version.");
}
