import { CHECKOUT_CALL, PLAIN_CALL } from "../../shared/text/typed-here.ts";
import type { Environment } from "../settings/environment.ts";

/**
 * How a person calls Hookline where this process runs: HOOKLINE_CALL, which the image sets, or by the program's path.
 * `program` is `process.argv[1]`.
 */
export function callOf(env: Environment, program: string): string {
  const named = env["HOOKLINE_CALL"] ?? "";
  if (named !== "") return named;
  return /[/\\]agent[/\\]main\.ts$/.test(program) ? CHECKOUT_CALL : PLAIN_CALL;
}
