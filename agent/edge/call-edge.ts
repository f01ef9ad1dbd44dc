import { reasonOf } from "../../shared/errors/message-of.ts";
import * as z from "zod";

import { EdgeError, edgeUnavailable, jsonOf, refuseStranger } from "./ask-freshness.ts";

/** Where the mailbox is, and the token that opens it. */
export interface EdgeAccess {
  readonly url: string;
  readonly token: string;
}

/** Asks the edge with the agent's token. A 404 is an answer. @throws {EdgeError} where no edge answers, or refuses. */
export async function callEdge(
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

/** What the edge answered. @throws {EdgeError} where it is nothing that an edge of this version says. */
export async function readEdgeAnswer<Schema extends z.core.$ZodType>(
  answer: Response,
  schema: Schema,
  { url }: EdgeAccess,
): Promise<z.output<Schema>> {
  const parsed = z.safeParse(schema, await jsonOf(answer));
  if (answer.ok && parsed.success) return parsed.data;
  const remedy = "check HOOKLINE_EDGE_URL, and bring edge and command to one version";
  throw new EdgeError("not-hookline", `what answers at ${url} is no Hookline of this version`, remedy);
}
