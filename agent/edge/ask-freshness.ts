import { freshnessSchema, type Freshness } from "../../shared/mailbox/freshness.ts";

/** Why the edge could not be asked. `remedy` is a sentence for the operator. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly code: "unreachable" | "token" | "not-hookline" | "unavailable";
  readonly remedy: string;
  constructor(code: EdgeError["code"], message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Asks the Durable Object, through the Worker, how fresh it is. @throws {EdgeError} */
export async function askFreshness(edgeUrl: string, token: string, signal: AbortSignal): Promise<Freshness> {
  const answer = await get(new URL("/freshness", edgeUrl), token, signal);
  if (answer.status === 401) {
    const remedy = "give the agent the same HOOKLINE_TOKEN as the Worker: wrangler secret put HOOKLINE_TOKEN";
    throw new EdgeError("token", "the edge refuses the token", remedy);
  }
  if (answer.status >= 500) {
    throw new EdgeError("unavailable", `the edge answers ${answer.status}`, "look at the Worker's logs: wrangler tail");
  }
  const parsed = freshnessSchema.safeParse(await answer.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const remedy = "check HOOKLINE_EDGE_URL, and deploy the Worker of this version: wrangler deploy";
  throw new EdgeError("not-hookline", `what answers at ${edgeUrl} is no Hookline of this version`, remedy);
}

async function get(url: URL, token: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: { Authorization: `Bearer ${token}` }, redirect: "manual", signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const remedy = "check HOOKLINE_EDGE_URL, the DNS of this machine and its way to the internet";
    throw new EdgeError("unreachable", `the edge cannot be reached: ${cause}`, remedy, { cause: error });
  }
}
