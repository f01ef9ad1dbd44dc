import * as z from "zod";

import { deadLetterListSchema } from "../../shared/mailbox/dead-letters.ts";
import { callEdge, readEdgeAnswer, saysMissing, type EdgeAccess } from "./call-edge.ts";

export type DeadLetterList = z.output<typeof deadLetterListSchema>;

const requeuedSchema = z.object({ status: z.literal("requeued"), seq: z.number() });

/** The newest dead letters, at most a hundred, and how many there are. @throws {EdgeError} */
export async function askDeadLetters(edge: EdgeAccess, signal: AbortSignal): Promise<DeadLetterList> {
  const answer = await callEdge(edge, "GET", "/dead", signal);
  return readEdgeAnswer(answer, deadLetterListSchema, edge);
}

/** Puts a dead letter back and gives its new number; null if there is none of that number. @throws {EdgeError} */
export async function requeueDeadLetter(edge: EdgeAccess, seq: number, signal: AbortSignal): Promise<number | null> {
  const answer = await callEdge(edge, "POST", `/dead/${seq}/requeue`, signal);
  if (await saysMissing(answer, "no dead letter has this number")) return null;
  return (await readEdgeAnswer(answer, requeuedSchema, edge)).seq;
}
