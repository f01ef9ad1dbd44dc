import type { Handler } from "hono";
import * as z from "zod/mini";

import type { Replayed, ReplayRequest } from "../mailbox/replay.ts";
import { GUID } from "../receiver/delivery-headers.ts";

const number = z.pipe(z.string().check(z.regex(/^[0-9]{1,15}$/)), z.transform(Number));
const dry = z.optional(z.literal("1"));
const REPLAY_QUERY = z.union([
  z.strictObject({ since: number, after: z.optional(number), upTo: z.optional(number), dry }),
  z.strictObject({ guid: z.string().check(z.regex(GUID)), dry }),
]);

/** What the edge answers to a replay. */
export const replayAnswerSchema = z.object({
  replayed: z.number(),
  /** Where the next call goes on; null once all was looked at. */
  next: z.nullable(z.object({ after: z.number(), upTo: z.number() })),
  /** As much waits for the agent as the mailbox keeps: it stopped before that. */
  full: z.boolean(),
});

const USAGE =
  "POST /replay takes since=MILLISECONDS, with after and upTo as the last answer gave them, or guid=GUID; dry=1 only counts";
const UNKNOWN = "the mailbox has no signal of this GUID";

/** The mailbox as far as a replay goes. */
export interface ReplayPort {
  replaySince(request: ReplayRequest): Promise<Replayed>;
  /** Null if the GUID is not known. */
  replayGuid(guid: string, dryRun: boolean): Promise<"replayed" | "waiting" | null>;
}

/**
 * `POST /replay`: puts a part of what came since a time, or one delivery, at the end of the queue. A thousand a call; the
 * answer says where the next call goes on.
 */
export function replayRoute(mailbox: ReplayPort): Handler {
  return async function replay(context) {
    const asked = REPLAY_QUERY.safeParse(context.req.query());
    if (!asked.success) return context.json({ error: USAGE }, 400);
    const dryRun = asked.data.dry === "1";
    if ("guid" in asked.data) {
      const outcome = await mailbox.replayGuid(asked.data.guid, dryRun);
      if (outcome === null) return context.json({ error: UNKNOWN }, 404);
      return context.json({ replayed: outcome === "replayed" ? 1 : 0, next: null, full: false });
    }
    const { since, after, upTo } = asked.data;
    const from = after === undefined || upTo === undefined ? null : { after, upTo };
    return context.json(await mailbox.replaySince({ sinceMs: since, from, dryRun }));
  };
}
