import type { SweepRecord } from "../journal/sweep-records.ts";
import { askDaemon } from "./ask-daemon.ts";

const ANSWER_MS = 2000;

/**
 * What the daemon of a data folder says of its last sweep; its journal on disk may be an hour behind. Null if none
 * answers there, or it has not swept. Never rejects.
 */
export async function askLastSweep(dataFolder: string): Promise<SweepRecord | null> {
  try {
    const answer = await askDaemon(dataFolder, { op: "status" }, () => {}, AbortSignal.timeout(ANSWER_MS));
    return answer.type === "status" ? answer.status.sweeps.last : null;
  } catch {
    return null;
  }
}
