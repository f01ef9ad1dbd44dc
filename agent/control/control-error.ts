import { OperatorError } from "../../shared/errors/operator-error.ts";

type ControlErrorCode = "no-daemon" | "daemon-ended" | "daemon-runs" | "protocol" | "refused";

/** A command and the daemon could not come together. */
export class ControlError extends OperatorError<ControlErrorCode> {}
