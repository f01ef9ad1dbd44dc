import type { Answer } from "./wire.ts";

/** What GitHub says of one bucket. */
export interface RateLimit {
  readonly resource: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAtMs: number;
}

/** The bucket of JIT registrations; all else that the agent calls counts as `core`. */
export const REGISTRATION_RESOURCE = "actions_runner_registration";

const MINUTE_MS = 60_000;
/** A bucket fills again within the hour; more than that is a clock gone wrong, here or there. */
const LONGEST_WAIT_MS = 61 * MINUTE_MS;

/** The `x-ratelimit-*` headers, or null when they are missing or unreadable. */
export function readRateLimit(headers: Headers): RateLimit | null {
  const limit = wholeNumber(headers.get("x-ratelimit-limit"));
  const remaining = wholeNumber(headers.get("x-ratelimit-remaining"));
  const resetSeconds = wholeNumber(headers.get("x-ratelimit-reset"));
  if (limit === null || remaining === null || resetSeconds === null) return null;
  return {
    resource: headers.get("x-ratelimit-resource") ?? "core",
    limit,
    remaining,
    resetAtMs: resetSeconds * 1000,
  };
}

/** Whether a refusal is a limit, primary or secondary, and no missing permission. */
export function isRateLimited(answer: Answer): boolean {
  if (answer.status === 429) return true;
  if (answer.status !== 403) return false;
  if (answer.headers.has("retry-after") || answer.headers.get("x-ratelimit-remaining") === "0") return true;
  return /\b(?:rate limit|abuse detection)/i.test(answer.text.slice(0, 2000));
}

/**
 * When a refused caller may come back, on this machine's clock: `retry-after` first, else the time that GitHub's own
 * clock leaves until the reset of an empty bucket, else a minute.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export function retryAtMs(headers: Headers, nowMs: number): number {
  const after = retryAfterMs(headers.get("retry-after"), nowMs);
  if (after !== null) return nowMs + Math.min(after, LONGEST_WAIT_MS);
  const limit = readRateLimit(headers);
  const serverMs = Date.parse(headers.get("date") ?? "");
  const leftMs = (limit?.resetAtMs ?? 0) - (Number.isNaN(serverMs) ? nowMs : serverMs);
  // A reset that has passed says nothing of when: wait as if there were none.
  if (limit?.remaining === 0 && leftMs > 0) return nowMs + Math.min(leftMs, LONGEST_WAIT_MS);
  return nowMs + MINUTE_MS;
}

function retryAfterMs(value: string | null, nowMs: number): number | null {
  const seconds = wholeNumber(value);
  if (seconds !== null) return seconds * 1000;
  const date = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}
