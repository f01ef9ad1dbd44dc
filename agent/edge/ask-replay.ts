import { replayAnswerSchema } from "../../shared/edge/replay-route.ts";
import { callEdge, readEdgeAnswer, saysMissing, type EdgeAccess } from "./call-edge.ts";

/** How many signals were put back, and whether it stopped because as much waits for the agent as the mailbox keeps. */
export interface MailboxReplay {
  readonly replayed: number;
  readonly full: boolean;
}

/** How long one call may take; each looks at a thousand signals. */
const DEADLINE_MS = 30_000;

/**
 * Has the mailbox send again what it received since a time, a thousand signals a call; with `dryRun` it only counts.
 * @throws {EdgeError} What was put back by then stays so.
 * @throws the signal's reason once it is aborted.
 */
export async function replaySince(
  edge: EdgeAccess,
  sinceMs: number,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<MailboxReplay> {
  const asked = new URLSearchParams({ since: String(sinceMs), ...(dryRun ? { dry: "1" } : {}) });
  for (let replayed = 0; ;) {
    const answer = await post(edge, asked, signal);
    const part = await readEdgeAnswer(answer, replayAnswerSchema, edge);
    replayed += part.replayed;
    if (part.next === null || part.full) return { replayed, full: part.full };
    asked.set("after", String(part.next.after));
    asked.set("upTo", String(part.next.upTo));
  }
}

/** The same for one delivery: 0 where it waits anyway, null where the mailbox does not know it. @throws {EdgeError} */
export async function replayGuid(
  edge: EdgeAccess,
  guid: string,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<number | null> {
  const answer = await post(edge, new URLSearchParams({ guid, ...(dryRun ? { dry: "1" } : {}) }), signal);
  if (await saysMissing(answer, "no signal of this GUID")) return null;
  return (await readEdgeAnswer(answer, replayAnswerSchema, edge)).replayed;
}

function post(edge: EdgeAccess, asked: URLSearchParams, signal: AbortSignal): Promise<Response> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  return callEdge(edge, "POST", `/replay?${asked.toString()}`, within);
}
