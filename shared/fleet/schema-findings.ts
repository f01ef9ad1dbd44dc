import type * as z from "zod/mini";
import { schemaMessagesInEnglish } from "../text/schema-messages.ts";
import { valueAt } from "./config-path.ts";
import type { ConfigPath } from "./config-path.ts";
import { quote } from "./finding.ts";
import type { FleetFinding } from "./finding.ts";
import { unknownKeyMessage } from "./known-keys.ts";

schemaMessagesInEnglish();

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** What a schema says against a file. `written` is the file before interpolation: only that may be quoted. */
export function schemaFindings(
  schema: z.ZodMiniType,
  value: unknown,
  written: unknown,
  version: 1 | 2,
): FleetFinding[] {
  const result = schema.safeParse(value, { error: wordsFor });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => findingsOf(issue, written, version));
}

function findingsOf(issue: z.core.$ZodIssue, written: unknown, version: 1 | 2): FleetFinding[] {
  const at = issue.path.filter((segment) => typeof segment !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ at: [...at, key], message: unknownKeyMessage([...at, key], version) }));
  }
  // The name itself is what is wrong; the path tells it.
  if (issue.code === "invalid_key") return [{ at, message: issue.issues[0]?.message ?? issue.message }];
  return [{ at, message: withQuote(issue.message, at, written) }];
}

function withQuote(message: string, at: ConfigPath, written: unknown): string {
  const value = valueAt(written, at);
  return value === undefined ? message : `${message}; found ${quote(value)}`;
}

/** The words for an issue whose schema brings none of its own. */
function wordsFor(issue: RawIssue): string {
  if (issue.code === "invalid_type") return typeWords(nameOf(issue.expected), issue.input);
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(" or ")}`;
  return "has a form that is not understood here";
}

function typeWords(wanted: string, input: unknown): string {
  if (input === undefined) return `is missing; it must be ${wanted}`;
  const quotable = wanted === NAMES["string"] && (typeof input === "number" || typeof input === "boolean");
  return quotable ? `must be ${wanted}; put it in quotes` : `must be ${wanted}`;
}

const NAMES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
  string: "a text",
};

function nameOf(expected: string): string {
  return NAMES[expected] ?? expected;
}
