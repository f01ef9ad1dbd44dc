import * as z from "zod/mini";
import { schemaMessagesInEnglish } from "../../../shared/text/schema-messages.ts";

import type { Redactor } from "./redaction.ts";
import { GitHubError } from "../model/types.ts";
import { nameOf, type Answer, type HttpCall } from "./wire.ts";

schemaMessagesInEnglish();

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** Its third argument is not yet in TypeScript's library: https://tc39.es/proposal-json-parse-with-source/ */
const parseJson = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Reads an answer by its schema. Throws GitHubError `unexpected` that names the fields, never their values. */
export function parseAnswer<T>(call: HttpCall, answer: Answer, schema: z.core.$ZodType<T>, redactor: Redactor): T {
  let json: unknown;
  try {
    json = parseJson(answer.text, exactNumbers);
  } catch {
    const type = answer.headers.get("content-type") ?? "no content type";
    throw unexpected(call, answer, `no JSON but ${type}`, redactor);
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  throw unexpected(call, answer, parsed.error.issues.slice(0, 3).map(describe).join("; "), redactor);
}

/** A whole number that a JavaScript number cannot hold stays as its text, so that it can be sent back as it came. */
const exactNumbers: Reviver = (_key, value, { source }) => {
  if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  return source !== undefined && /^\d+$/.test(source) ? source : value;
};

function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.length === 0 ? "the answer" : issue.path.join(".")}: ${issue.message}`;
}

function unexpected(call: HttpCall, answer: Answer, what: string, redactor: Redactor): GitHubError {
  return new GitHubError(
    "unexpected",
    redactor.clean(`GitHub's answer to ${nameOf(call)} cannot be read: ${what}.`),
    "Check that GITHUB_API_URL is the address of GitHub's REST API, with no proxy that answers in its place; if it is, update Hookline.",
    { status: answer.status },
  );
}
