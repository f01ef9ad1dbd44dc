import { freshnessSchema, type Freshness } from "../../shared/mailbox/freshness.ts";
import { callEdge, readEdgeAnswer } from "./call-edge.ts";

/** Asks the Durable Object, through the Worker, how fresh it is. @throws {EdgeError} */
export async function askFreshness(edgeUrl: string, token: string, signal: AbortSignal): Promise<Freshness> {
  const edge = { url: edgeUrl, token };
  return readEdgeAnswer(await callEdge(edge, "GET", "/freshness", signal), freshnessSchema, edge);
}
