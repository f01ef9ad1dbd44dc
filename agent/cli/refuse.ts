import { failWith } from "./failure.ts";
import { EXIT, type CommandIo, type ExitCode } from "./io.ts";

/** As `failWith`, for a command whose words `parseArgs` reads: what it refuses is wrong usage. Gives the exit code. */
export function refuse(error: unknown, io: CommandIo, json = false): ExitCode {
  const { code } = (error ?? {}) as { readonly code?: string };
  const exit = failWith(error, json, io);
  return code?.startsWith("ERR_PARSE_ARGS") === true ? EXIT.usage : exit;
}
