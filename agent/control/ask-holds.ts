import { ControlError, refusalError } from "./control-error.ts";
import { askAtOnce } from "./ask-daemon.ts";
import type { Holds } from "../../shared/controller/holds.ts";

const ANSWER_MS = 2000;

/**
 * What holds the daemon of a data folder back; null if none answers there: pauses end with the process that made them.
 * Throws ControlError or OperatorError where one is there and cannot be asked.
 */
export async function askHolds(dataFolder: string, limitMs = ANSWER_MS): Promise<Holds | null> {
  try {
    const answer = await askAtOnce(dataFolder, { op: "holds" }, limitMs);
    if (answer.type !== "holds") throw refusalError(answer);
    return answer.holds;
  } catch (error) {
    if (error instanceof ControlError && error.code === "no-daemon") return null;
    throw error;
  }
}
