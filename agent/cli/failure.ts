import { ConfigError } from "../../shared/fleet/config-error.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "./io.ts";

/** Codes of failures that the command line or the configuration is to blame for. */
const USAGE_CODES: ReadonlySet<string> = new Set(["usage", "unknown-pool"]);

/** Wrong words on the command line; `remedy` is a sentence for the operator. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Prints why a command ends without its result, with the error's own code and remedy. Gives the exit code. */
export function failWith(error: unknown, json: boolean, io: CommandIo): ExitCode {
  if (error instanceof ConfigError) {
    printFailure(io, json, { code: "config-invalid", message: error.message });
    return EXIT.usage;
  }
  const { message, remedy, code = "failed" } = (error ?? {}) as { message?: string; remedy?: string; code?: string };
  const failure = { code, message: message ?? String(error) };
  printFailure(io, json, remedy === undefined ? failure : { ...failure, remedy });
  return USAGE_CODES.has(code) ? EXIT.usage : EXIT.failed;
}
