import * as z from "zod";

import { reasonOf } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { freshnessSchema, type Freshness } from "../../shared/mailbox/freshness.ts";
import { dialRemedy } from "./dial-remedy.ts";
import { whoAnswers } from "./who-answers.ts";
import { wranglerCommand } from "./wrangler-command.ts";

type EdgeErrorCode = "unreachable" | "token" | "not-hookline" | "unavailable";

/** Why the edge could not be asked. */
export class EdgeError extends OperatorError<EdgeErrorCode> {}

/** Asks the Durable Object, through the Worker, how fresh it is. @throws {EdgeError} */
export async function askFreshness(edgeUrl: string, token: string, signal: AbortSignal): Promise<Freshness> {
  const answer = await get(new URL("/freshness", edgeUrl), token, signal);
  if (answer.status === 401) {
    const remedy = `set HOOKLINE_TOKEN here to the edge's own, which hookline init keeps in config/secrets; where that is lost give a Worker this one (${wranglerCommand("secret put HOOKLINE_TOKEN")}), and a standalone receiver in its environment`;
    throw new EdgeError("token", "the edge refuses the token", remedy);
  }
  refuseStranger(answer);
  if (answer.status >= 500) throw await edgeUnavailable(answer);
  const parsed = freshnessSchema.safeParse(await jsonOf(answer));
  if (parsed.success) return parsed.data;
  const remedy = `check HOOKLINE_EDGE_URL, and deploy the Worker of this version: ${wranglerCommand("deploy")}`;
  throw new EdgeError("not-hookline", `what answers at ${edgeUrl} is no Hookline of this version`, remedy);
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

const reasonSchema = z.object({ reason: z.string() });

/** The edge cannot do its part; what it says of the reason, where it does. */
export async function edgeUnavailable(answer: Response): Promise<EdgeError> {
  const said = reasonSchema.safeParse(await answer.json().catch(() => undefined));
  const reason = said.success ? `: ${said.data.reason}` : "";
  const remedy = `do what the reason says, or look at its log: ${wranglerCommand("tail")}, or that of the standalone receiver`;
  return new EdgeError("unavailable", `the edge answers ${answer.status}${reason}`, remedy);
}

/** Throws EdgeError `not-hookline` where somebody is known to have answered in the Worker's place. */
export function refuseStranger({ status, headers }: Response): void {
  const other = whoAnswers(status, headers);
  if (other !== null) throw new EdgeError("not-hookline", `the edge answers ${status}: ${other.who}`, other.remedy);
}

async function get(url: URL, token: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: { Authorization: `Bearer ${token}` }, redirect: "manual", signal });
  } catch (error) {
    const reason = reasonOf(error);
    const remedy = dialRemedy(reason) ?? "check HOOKLINE_EDGE_URL, the DNS of this machine and its way to the internet";
    throw new EdgeError("unreachable", `the edge cannot be reached: ${reason}`, remedy, { cause: error });
  }
}
