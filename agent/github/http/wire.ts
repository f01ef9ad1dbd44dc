import { VERSION } from "../../../shared/version.ts";
import { readBounded } from "./read-bounded.ts";
import type { Redactor } from "./redaction.ts";
import { GitHubError } from "../model/types.ts";

export type Fetch = typeof globalThis.fetch;

/** One call as it goes out. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  /** Null for the few calls that take no credential. */
  readonly bearer: string | null;
  readonly body?: unknown;
  readonly etag?: string | undefined;
}

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Whether it came from another address, to which GitHub redirected the call. */
  readonly redirected: boolean;
}

export interface SendOptions {
  readonly fetch: Fetch;
  /** Of real time, since it guards a socket. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
}

/** A page of 100 jobs is about half a MiB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Sends one call and reads its answer, whatever its status. Throws GitHubError `timeout` after `deadlineMs`, `network`
 * when no whole answer came, and the signal's own reason once that is aborted.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export async function send(call: HttpCall, options: SendOptions): Promise<Answer> {
  const deadline = AbortSignal.timeout(options.deadlineMs);
  try {
    const response = await options.fetch(call.url, {
      method: call.method,
      headers: headersOf(call),
      // A moved repository answers a GET elsewhere on the same host; a write must not become a GET on the way.
      redirect: call.method === "GET" ? "follow" : "manual",
      signal: AbortSignal.any([options.signal, deadline]),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const text = await readBounded(response, MAX_ANSWER_BYTES);
    return { status: response.status, headers: response.headers, text, redirected: response.redirected };
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof GitHubError) throw error;
    throw deadline.aborted ? timedOut(call, options) : disconnected(call, error, options);
  }
}

/** A call as messages name it: method and path, which hold no credential. */
export function nameOf(call: HttpCall): string {
  const { pathname, search } = new URL(call.url);
  return `${call.method} ${pathname}${search}`;
}

function headersOf(call: HttpCall): Record<string, string> {
  return {
    accept: "application/vnd.github+json",
    ...(call.bearer === null ? {} : { authorization: `Bearer ${call.bearer}` }),
    "user-agent": `hookline/${VERSION}`,
    "x-github-api-version": "2022-11-28",
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    ...(call.etag === undefined ? {} : { "if-none-match": call.etag }),
  };
}

function timedOut(call: HttpCall, options: SendOptions): GitHubError {
  return new GitHubError(
    "timeout",
    options.redactor.clean(`GitHub gave no answer to ${nameOf(call)} within ${options.deadlineMs} ms.${doubt(call)}`),
    "Check the connection to GitHub and githubstatus.com; the agent tries again by itself.",
  );
}

/** The error that `fetch` gives is not passed on: it may quote what was sent. */
function disconnected(call: HttpCall, error: unknown, options: SendOptions): GitHubError {
  return new GitHubError(
    "network",
    options.redactor.clean(`No answer from GitHub to ${nameOf(call)}: ${networkReason(error)}.${doubt(call)}`),
    "Check DNS, the route and any proxy between this machine and GITHUB_API_URL; the agent tries again by itself.",
  );
}

function doubt(call: HttpCall): string {
  return call.method === "GET" ? "" : " GitHub may have done what was asked.";
}

function networkReason(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = "code" in cause ? cause.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
  }
  return "the connection failed";
}
