import type { OpenJob } from "../../shared/status/describe-jobs.ts";
import type { Status } from "../../shared/status/status.ts";
import { answersOf, askAtOnce } from "./ask-daemon.ts";
import { ControlError, refusalError } from "./control-error.ts";

const ANSWER_MS = 5000;

/** What the daemon of a data folder believes; null if none answers there. @throws {ControlError} if it cannot be asked. */
export function askStatus(dataFolder: string, limitMs = ANSWER_MS): Promise<Status | null> {
  return orAway(async () => {
    const answer = await askAtOnce(dataFolder, { op: "status" }, limitMs);
    if (answer.type !== "status") throw refusalError(answer);
    return answer.status;
  });
}

/** The same again after each change, until `signal` is aborted or the daemon ends. @throws {ControlError} */
export async function* watchStatus(dataFolder: string, signal: AbortSignal): AsyncGenerator<Status> {
  for await (const answer of answersOf(dataFolder, { op: "status", watch: true }, signal)) {
    if (answer.type !== "status") throw refusalError(answer);
    yield answer.status;
  }
}

/** What the daemon says of one job; null if none answers there. @throws {ControlError} if it cannot be asked. */
export function askJob(
  dataFolder: string,
  jobId: number,
  limitMs = ANSWER_MS,
): Promise<(OpenJob & { readonly atMs: number }) | null> {
  return orAway(async () => {
    const answer = await askAtOnce(dataFolder, { op: "job", jobId }, limitMs);
    if (answer.type !== "job") throw refusalError(answer);
    const { atMs, waiting, running } = answer;
    return { atMs, waiting, running };
  });
}

/** A socket that somebody else owns is no daemon that is away. */
async function orAway<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ControlError && error.code === "no-daemon" && !isForbidden(error)) return null;
    throw error;
  }
}

function isForbidden({ cause }: ControlError): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "EACCES" || cause.code === "EPERM");
}
