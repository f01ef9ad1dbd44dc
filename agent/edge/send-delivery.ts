import * as z from "zod";

import { webhookUrl } from "../github/model/delivers-to.ts";
import { EdgeError, jsonOf, reachEdge, refuseStranger } from "./call-edge.ts";
import type { SampleDelivery } from "./sample-delivery.ts";

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

/** Posts a delivery as GitHub does. @throws {EdgeError} where no Hookline answers, with `remedy` where nobody does. */
export async function sendDelivery(
  edgeUrl: string,
  { headers, body }: SampleDelivery,
  signal: AbortSignal,
  remedy?: string,
): Promise<WebhookAnswer> {
  const answer = await reachEdge(webhookUrl(edgeUrl), { method: "POST", headers, body, signal }, remedy);
  refuseStranger(answer);
  const said = answerSchema.safeParse(await jsonOf(answer));
  if (said.success) {
    const { status, seq = null, reason = null } = said.data;
    return { status: answer.status, outcome: status, seq, reason };
  }
  const address = "check HOOKLINE_EDGE_URL: it is the address without /webhook";
  throw new EdgeError("not-hookline", `what answers ${answer.status} at ${edgeUrl} is no Hookline`, address);
}
