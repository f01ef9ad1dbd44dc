import * as z from "zod";

import { webhookUrl } from "../github/model/delivers-to.ts";
import { EdgeError, jsonOf, reachEdge, refuseStranger } from "./call-edge.ts";

/** What the edge says of a delivery: under which number it is stored, or why it is not. */
export interface WebhookAnswer {
  readonly status: number;
  readonly outcome: string;
  readonly seq: number | null;
  readonly reason: string | null;
}

const answerSchema = z.union([
  z.object({ status: z.string(), seq: z.number().optional(), reason: z.string().optional() }),
  z.object({ error: z.string() }).transform(({ error }) => ({ status: error, seq: undefined, reason: undefined })),
]);

const NOBODY_THERE = "start it, or check HOOKLINE_EDGE_URL: npx -y pnpm@12 dev serves http://127.0.0.1:8787";

/** Posts a delivery as GitHub does. @throws {EdgeError} where no Hookline answers. */
export async function sendDelivery(
  edgeUrl: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const answer = await reachEdge(webhookUrl(edgeUrl), { method: "POST", headers, body, signal }, NOBODY_THERE);
  refuseStranger(answer);
  const said = answerSchema.safeParse(await jsonOf(answer));
  if (said.success) {
    const { status, seq = null, reason = null } = said.data;
    return { status: answer.status, outcome: status, seq, reason };
  }
  const remedy = "check HOOKLINE_EDGE_URL: it is the address without /webhook";
  throw new EdgeError("not-hookline", `what answers ${answer.status} at ${edgeUrl} is no Hookline`, remedy);
}
