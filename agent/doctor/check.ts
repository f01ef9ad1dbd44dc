import { ConfigError } from "../../shared/config/config-error.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { sleep } from "../clock/sleep.ts";

export type CheckStatus = "pass" | "warn" | "fail" | "skip";
export type CheckGroup = "config" | "edge" | "github" | "docker";

/** What one check found; `remedy` is something to type or to change. */
export interface Finding {
  readonly status: CheckStatus;
  readonly summary: string;
  readonly detail?: string;
  readonly remedy?: string;
}

/** One question to the chain. It answers even when the world does not: what it throws is a `fail`. */
export interface Check {
  /** Stable word for scripts. */
  readonly id: string;
  readonly group: CheckGroup;
  run(signal: AbortSignal): Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly id: string;
  readonly group: CheckGroup;
  /** How long it took. */
  readonly ms: number;
}

/** A check that has not answered by then is a failed one. */
export const CHECK_DEADLINE_MS = 10_000;

/** Runs one check within its deadline. Never rejects. */
export async function runCheck(check: Check, clock: Clock): Promise<CheckResult> {
  const startedAtMs = clock.now();
  const abort = new AbortController();
  const late = sleep(clock, CHECK_DEADLINE_MS, abort.signal).then((): Finding => ({
    status: "fail",
    summary: `no answer within ${CHECK_DEADLINE_MS / 1000} s`,
  }));
  const finding = await Promise.race([answerOf(check, abort.signal), late]);
  abort.abort();
  return { id: check.id, group: check.group, ...finding, ms: clock.now() - startedAtMs };
}

async function answerOf(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(signal);
  } catch (error) {
    if (error instanceof ConfigError) return { status: "fail", ...sayProblems(error) };
    const { message, remedy } = (error ?? {}) as { message?: string; remedy?: string };
    return { status: "fail", summary: message ?? String(error), ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** What the environment lacks, one problem a line; each says what to set. */
function sayProblems({ problems }: ConfigError): Pick<Finding, "summary" | "detail"> {
  const [first = "the configuration cannot be used", ...rest] = problems.map(
    ({ path, message }) => `${path} ${message}`,
  );
  return rest.length === 0 ? { summary: first } : { summary: first, detail: rest.join("\n      ") };
}
