import { ageText } from "../text/age-text.ts";
import { countText } from "../text/count-text.ts";

/** What the words of a notice are made of. Times are milliseconds since the epoch. */
export interface AbsenceFacts {
  /** Name of the fleet; an edge may have several. */
  readonly fleet: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  /** Signals that wait. */
  readonly unacked: number;
}

/** That the agent is away. Names nothing of GitHub: whoever reads the channel may not be meant to know it. */
export function troubleText({ fleet, sinceMs, nowMs, unacked }: AbsenceFacts) {
  const waiting = unacked === 0 ? "no signal waits" : `${countText(unacked, "signal waits", "signals wait")} for it`;
  return {
    title: `Hookline (${fleet}): the agent is away`,
    text: `Nothing was heard of it for ${ageText(nowMs - sinceMs)}, since ${utc(sinceMs)}; ${waiting}. Look at the NAS: is it on, does it reach the internet, does the agent's container run?`,
  };
}

/** That the agent is back. */
export function recoveryText({ fleet, sinceMs, nowMs, unacked }: AbsenceFacts) {
  const waiting =
    unacked === 0 ? "nothing waits for it" : `${countText(unacked, "signal is", "signals are")} on the way`;
  return {
    title: `Hookline (${fleet}): the agent is back`,
    text: `It was away for ${ageText(nowMs - sinceMs)}, since ${utc(sinceMs)}; ${waiting}.`,
  };
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
