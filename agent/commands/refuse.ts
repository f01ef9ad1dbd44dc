import { ConfigError } from "../../shared/config/config-error.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "./io.ts";

/** Tells why a command ends without its result, with the remedy that the error brings. Gives the exit code. */
export function refuse(error: unknown, io: CommandIo, json = false): ExitCode {
  if (error instanceof ConfigError) {
    printFailure(io, json, { code: "config-invalid", message: error.message });
    return EXIT.usage;
  }
  const { message, remedy, code } = (error ?? {}) as { message?: string; remedy?: string; code?: string };
  const failure = { code: code ?? "failed", message: message ?? String(error) };
  printFailure(io, json, remedy === undefined ? failure : { ...failure, remedy });
  return code?.startsWith("ERR_PARSE_ARGS") === true ? EXIT.usage : EXIT.failed;
}
