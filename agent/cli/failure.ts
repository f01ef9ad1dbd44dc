import { OperatorError } from "../../shared/errors/operator-error.ts";
import { codeOf, toFailure } from "../../shared/errors/message-of.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "./io.ts";

/** Codes of failures that the command line or the configuration is to blame for. */
const USAGE_CODES: ReadonlySet<string> = new Set(["usage", "unknown-pool", "unknown-slot", "config-invalid"]);

/** Wrong words on the command line. */
export class UsageError extends OperatorError<"usage"> {
  constructor(message: string, remedy: string) {
    super("usage", message, remedy);
  }
}

/** Prints why a command ends without its result, with the error's own code and remedy. Gives the exit code. */
export function failWith(error: unknown, json: boolean, io: CommandIo): ExitCode {
  const failure = toFailure(error);
  printFailure(io, json, failure);
  // What `parseArgs` of Node refuses is wrong usage: https://nodejs.org/api/errors.html#err_parse_args_unknown_option
  const isUsage = USAGE_CODES.has(failure.code) || codeOf(error)?.startsWith("ERR_PARSE_ARGS") === true;
  return isUsage ? EXIT.usage : EXIT.failed;
}
