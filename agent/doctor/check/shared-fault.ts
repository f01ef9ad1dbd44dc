import { codeOf } from "../../../shared/errors/message-of.ts";
import type { Finding, SharedFault } from "./check.ts";

/** https://nodejs.org/api/errors.html#common-system-errors, and those of the resolver */
const NAMES: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENODATA", "ESERVFAIL"]);
const LINE: ReadonlySet<string> = new Set([
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** A failure with the cause that it may share with all others that leave this machine, as the error tells it. */
export function withFault(finding: Finding, error: unknown): Finding {
  const fault = faultOf(error);
  return fault === null ? finding : { ...finding, fault };
}

function faultOf(error: unknown): SharedFault | null {
  const code = codeOf(error) ?? "";
  if (NAMES.has(code)) return "names";
  if (LINE.has(code)) return "line";
  if (!(error instanceof Error)) return null;
  const [first] = "errors" in error && Array.isArray(error.errors) ? (error.errors as readonly unknown[]) : [];
  return error.cause === undefined && first === undefined ? null : faultOf(error.cause ?? first);
}
