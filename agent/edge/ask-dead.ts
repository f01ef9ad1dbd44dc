import { reasonOf } from "../../shared/errors/message-of.ts";
import * as z from "zod";

import { deadLetterListSchema } from "../../shared/mailbox/dead-letters.ts";
import { EdgeError, edgeUnavailable, jsonOf, refuseStranger } from "./ask-freshness.ts";

export type DeadLetterList = z.output<typeof deadLetterListSchema>;

const requeuedSchema = z.object({ status: z.literal("requeued"), seq: z.number() });

/** Where the mailbox is, and the token that opens it. */
export interface EdgeAccess {
  readonly url: string;
  readonly token: string;
}

/** The newest dead letters, at most a hundred, and how many there are. @throws {EdgeError} */
export async function askDeadLetters(edge: EdgeAccess, signal: AbortSignal): Promise<DeadLetterList> {
  const answer = await call(edge, "GET", "/dead", signal);
  return read(answer, deadLetterListSchema, edge);
}

/** Puts a dead letter back and gives its new number; null if there is none of that number. @throws {EdgeError} */
export async function requeueDeadLetter(edge: EdgeAccess, seq: number, signal: AbortSignal): Promise<number | null> {
  const answer = await call(edge, "POST", `/dead/${seq}/requeue`, signal);
  if (answer.status === 404 && (await saysNoDeadLetter(answer))) return null;
  return (await read(answer, requeuedSchema, edge)).seq;
}

/** An address that is no edge answers 404 as well, in other words. */
async function saysNoDeadLetter(answer: Response): Promise<boolean> {
  return (await answer.clone().text()).includes("no dead letter has this number");
}

async function call(
  { url, token }: EdgeAccess,
  method: "GET" | "POST",
  path: string,
  signal: AbortSignal,
): Promise<Response> {
  const answer = await reach(new URL(path, url), { method, headers: { Authorization: `Bearer ${token}` }, signal });
  if (answer.status === 401) {
    throw new EdgeError("token", "the edge refuses the token", "give this command the edge's own HOOKLINE_TOKEN");
  }
  if (answer.status !== 404) refuseStranger(answer);
  if (answer.status >= 500) throw await edgeUnavailable(answer);
  return answer;
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual" });
  } catch (error) {
    const remedy = "check HOOKLINE_EDGE_URL, the DNS of this machine and its way there";
    throw new EdgeError("unreachable", `the edge cannot be reached: ${reasonOf(error)}`, remedy, { cause: error });
  }
}

async function read<Schema extends z.core.$ZodType>(
  answer: Response,
  schema: Schema,
  { url }: EdgeAccess,
): Promise<z.output<Schema>> {
  const parsed = z.safeParse(schema, await jsonOf(answer));
  if (answer.ok && parsed.success) return parsed.data;
  const remedy = "check HOOKLINE_EDGE_URL, and bring edge and command to one version";
  throw new EdgeError("not-hookline", `what answers at ${url} is no Hookline of this version`, remedy);
}
