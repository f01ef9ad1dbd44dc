import { OperatorError } from "./operator-error.ts";

/**
 * What an unknown thing that was thrown says, never empty. An AggregateError, whose own message often is, as when every
 * address of a host was tried in vain, speaks by its first error.
 * https://nodejs.org/api/errors.html#class-aggregateerror
 */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { message, cause } = thrown;
  if (message !== "") return message;
  const [first] = "errors" in thrown && Array.isArray(thrown.errors) ? (thrown.errors as readonly unknown[]) : [];
  if (first !== undefined) return messageOf(first);
  if (cause !== undefined) return messageOf(cause);
  return codeOf(thrown) ?? thrown.name;
}

/** The innermost reason: `fetch` says only "fetch failed" and keeps the reason as its cause. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause !== undefined && !(thrown instanceof OperatorError)
    ? reasonOf(thrown.cause)
    : messageOf(thrown);
}

/** The code of the system or of Node, such as `ENOTFOUND`, or of our own family; null where there is none. */
export function codeOf(thrown: unknown): string | null {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : null;
}

/** An unknown error as fields of a log record. */
export function errorFields(thrown: unknown): { reason: string; remedy?: string } {
  const reason = messageOf(thrown);
  return thrown instanceof OperatorError && thrown.remedy !== "" ? { reason, remedy: thrown.remedy } : { reason };
}

/** Why a command fails, as it is printed for people and under `--json`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** An unknown error as the failure of a command. */
export function toFailure(thrown: unknown): Failure {
  const { reason: message, remedy } = errorFields(thrown);
  const code = thrown instanceof OperatorError ? thrown.code : "failed";
  return remedy === undefined ? { code, message } : { code, message, remedy };
}
