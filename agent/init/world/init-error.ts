import { OperatorError } from "../../../shared/errors/operator-error.ts";

/** Why `hookline init` stops; holds no secret. */
export class InitError extends OperatorError {}
