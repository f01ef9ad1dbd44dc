import * as z from "zod";

import { reasonOf } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { dialRemedy } from "./dial-remedy.ts";
import { whoAnswers } from "./who-answers.ts";
import { wranglerCommand } from "./wrangler-command.ts";

type EdgeErrorCode = "unreachable" | "token" | "not-hookline" | "unavailable";

/** Why the edge could not be asked. */
export class EdgeError extends OperatorError<EdgeErrorCode> {}

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
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await reachEdge(new URL(path, url), { method, headers, signal });
  if (answer.status === 401) {
    const remedy = `set HOOKLINE_TOKEN here to the edge's own, which hookline init keeps in config/secrets; where that is lost give a Worker this one (${wranglerCommand("secret put HOOKLINE_TOKEN")}), and a standalone receiver in its environment`;
    throw new EdgeError("token", "the edge refuses the token", remedy);
  }
  if (answer.status !== 404) refuseStranger(answer);
  if (answer.status >= 500) throw await edgeUnavailable(answer);
  return answer;
}

/** `fetch` that follows no redirect. @throws {EdgeError} `unreachable`, with a remedy for the reason unless one is given. */
export async function reachEdge(url: URL | string, init: RequestInit, remedy?: string): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual" });
  } catch (error) {
    const reason = reasonOf(error);
    const helps = remedy ?? dialRemedy(reason) ?? UNREACHED;
    throw new EdgeError("unreachable", `the edge cannot be reached: ${reason}`, helps, { cause: error });
  }
}

const UNREACHED = "check HOOKLINE_EDGE_URL, the DNS of this machine and its way to the internet";

/** Throws EdgeError `not-hookline` where somebody is known to have answered in the Worker's place. */
export function refuseStranger({ status, headers }: Response): void {
  const other = whoAnswers(status, headers);
  if (other !== null) throw new EdgeError("not-hookline", `the edge answers ${status}: ${other.who}`, other.remedy);
}

const reasonSchema = z.object({ reason: z.string() });

/** The edge cannot do its part; what it says of the reason, where it does. */
async function edgeUnavailable(answer: Response): Promise<EdgeError> {
  const said = reasonSchema.safeParse(await answer.json().catch(() => undefined));
  const reason = said.success ? `: ${said.data.reason}` : "";
  const remedy = `do what the reason says, or look at its log: ${wranglerCommand("tail")}, or that of the standalone receiver`;
  return new EdgeError("unavailable", `the edge answers ${answer.status}${reason}`, remedy);
}

/** Whether the edge says that there is no such thing, in these words: an address that is no edge answers 404 as well. */
export async function saysMissing(answer: Response, words: string): Promise<boolean> {
  return answer.status === 404 && (await answer.clone().text()).includes(words);
}

/** What the edge answered. @throws {EdgeError} where it is nothing that an edge of this version says. */
export async function readEdgeAnswer<Schema extends z.core.$ZodType>(
  answer: Response,
  schema: Schema,
  { url }: EdgeAccess,
): Promise<z.output<Schema>> {
  refuseStranger(answer);
  const parsed = z.safeParse(schema, await jsonOf(answer));
  if (answer.ok && parsed.success) return parsed.data;
  const remedy = `check HOOKLINE_EDGE_URL, and bring edge and agent to one version; a Worker is deployed by: ${wranglerCommand("deploy")}`;
  throw new EdgeError("not-hookline", `what answers at ${url} is no Hookline of this version`, remedy);
}

/** The body as JSON; undefined for what is none. Throws EdgeError `unreachable` where it breaks off or does not come. */
export async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    const remedy =
      "try again; if it lasts, look at this machine's way to the internet, and for a proxy that cuts answers";
    throw new EdgeError("unreachable", `the edge's answer broke off: ${reasonOf(error)}`, remedy, { cause: error });
  }
}
