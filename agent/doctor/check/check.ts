import { errorFields } from "../../../shared/errors/message-of.ts";
import { ConfigError } from "../../../shared/fleet/config-error.ts";
import type { Clock } from "../../../shared/clock/clock.ts";
import { sleep } from "../../clock/sleep.ts";

export type CheckStatus = "pass" | "warn" | "fail" | "skip";

/** The links of the chain, in the order in which a job passes them. */
export const CHECK_GROUPS = ["edge", "github", "docker", "agent"] as const;
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/** What one check found; `remedy` is something to type or to change. */
export interface Finding {
  readonly status: CheckStatus;
  readonly summary: string;
  readonly detail?: string;
  readonly remedy?: string;
  /** Of a skip: ids, or their beginnings up to a colon, of the checks one of which says why. */
  readonly see?: readonly string[];
  /** Of a failure: the cause that other checks may fail for as well. */
  readonly fault?: SharedFault;
}

/** A cause that lies before all that is asked for: names do not resolve, or nothing is reached. */
export type SharedFault = "names" | "line";

/** One question to the chain. It answers even when the world does not: what it throws is a `fail`. */
export interface Check {
  /** Stable word for scripts. */
  readonly id: string;
  readonly group: CheckGroup;
  /** Milliseconds; CHECK_DEADLINE_MS where it is left out. */
  readonly deadlineMs?: number;
  run(signal: AbortSignal): Promise<Finding> | Finding;
}

export interface CheckResult extends Omit<Finding, "see" | "fault"> {
  readonly id: string;
  readonly group: CheckGroup;
  /** How long it took. */
  readonly ms: number;
}

/** What one check answered, with what only the others' answers can settle. */
export type CheckAnswer = CheckResult & Pick<Finding, "see" | "fault">;

/** A check that has not answered by then is a failed one. */
export const CHECK_DEADLINE_MS = 10_000;

/** Thrown by a check that cannot judge, because of what another check reports already: each problem is reported once. */
export class Skipped extends Error {
  override readonly name = "Skipped";
  /** Ids of checks one of which says why, the likeliest first; an id up to its colon names all of its kind. */
  readonly see: readonly string[];

  constructor(message: string, ...see: readonly string[]) {
    super(message);
    this.see = see;
  }
}

const LATE_REMEDIES: Readonly<Record<CheckGroup, string>> = {
  edge: "check the internet connection of this machine and https://www.cloudflarestatus.com",
  github: "check the internet connection of this machine and https://www.githubstatus.com",
  docker: "look at the load of the Docker host; if Docker hangs, restart it: systemctl restart docker",
  agent: "look at the load and the disks of this machine",
};

/** Runs one check within its deadline. Never rejects. */
export async function runCheck(check: Check, clock: Clock): Promise<CheckAnswer> {
  const startedAtMs = clock.now();
  const abort = new AbortController();
  const deadlineMs = check.deadlineMs ?? CHECK_DEADLINE_MS;
  const late = sleep(clock, deadlineMs, abort.signal).then((): Finding => ({
    status: "fail",
    summary: `no answer within ${deadlineMs / 1000} s`,
    remedy: LATE_REMEDIES[check.group],
  }));
  const finding = await Promise.race([answerOf(check, abort.signal), late]);
  abort.abort();
  return { id: check.id, group: check.group, ...finding, ms: clock.now() - startedAtMs };
}

async function answerOf(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(signal);
  } catch (error) {
    if (error instanceof Skipped) return { status: "skip", summary: error.message, see: error.see };
    return failureOf(error);
  }
}

/** An error of the chain as a failed finding, with the remedy that it carries. */
export function failureOf(error: unknown): Finding {
  if (error instanceof ConfigError) return { status: "fail", ...sayProblems(error) };
  const { reason, ...fields } = errorFields(error);
  return { status: "fail", summary: reason, ...fields };
}

/** What the environment lacks, one problem a line; each says what to set. */
function sayProblems({ problems }: ConfigError): Pick<Finding, "summary" | "detail" | "remedy"> {
  const [first = "the configuration cannot be used", ...rest] = problems.map(
    ({ path, message }) => `${path} ${message}`,
  );
  const remedy = `set it in the agent's environment: ${problems.map(({ path }) => `${path}=…`).join(" ")}`;
  return rest.length === 0 ? { summary: first, remedy } : { summary: first, detail: rest.join("\n"), remedy };
}
