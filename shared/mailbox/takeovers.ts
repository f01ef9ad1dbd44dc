import * as z from "zod/mini";

import { happenedWithin } from "../clock/happened-within.ts";

/** One start of one agent, as its hello names it. */
const contenderSchema = z.object({ instance: z.string(), boot: z.string(), host: z.string() });
export type Contender = z.infer<typeof contenderSchema>;

/** A connection that took the link from one that was still up. Times are milliseconds since the epoch. */
export const takeoverSchema = z.object({ atMs: z.number(), from: contenderSchema, to: contenderSchema });
export type Takeover = z.infer<typeof takeoverSchema>;

/** Two agents that take the link from each other; the incumbent keeps it until `untilMs`. */
export const fightSchema = z.object({
  sinceMs: z.number(),
  untilMs: z.number(),
  incumbent: contenderSchema,
  challenger: contenderSchema,
});
export type Fight = z.infer<typeof fightSchema>;

/** More takeovers than this between the same agents within the window are a fight. */
const MAX_TAKEOVERS = 3;
const WINDOW_MS = 60_000;

/** How long the loser of a fight is to stay away; each try within it starts the time anew. */
export const DAMPING_MS = 60_000;

export interface TakeoverQuestion {
  readonly incumbent: Contender;
  readonly challenger: Contender;
  readonly history: readonly Takeover[];
  readonly fight: Fight | null;
  readonly nowMs: number;
}

/** The fight that this takeover would belong to, or null if it may go ahead. A new start is never refused: it has not been here. */
export function fightOf({ incumbent, challenger, history, fight, nowMs }: TakeoverQuestion): Fight | null {
  const goesOn =
    fight !== null &&
    happenedWithin(fight.untilMs - DAMPING_MS, nowMs, DAMPING_MS) &&
    fight.challenger.boot === challenger.boot;
  if (goesOn) return { ...fight, incumbent, challenger, untilMs: nowMs + DAMPING_MS };
  const recent = recentTakeovers(history, nowMs);
  const wasHere = recent.some(({ from }) => from.boot === challenger.boot);
  if (!wasHere || recent.length < MAX_TAKEOVERS) return null;
  return { sinceMs: recent[0]?.atMs ?? nowMs, untilMs: nowMs + DAMPING_MS, incumbent, challenger };
}

export function recentTakeovers(history: readonly Takeover[], nowMs: number): readonly Takeover[] {
  return history.filter(({ atMs }) => happenedWithin(atMs, nowMs, WINDOW_MS));
}
