import type { Holds } from "../../shared/controller/holds.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import { askHolds } from "../control/ask-holds.ts";
import { readKeptHolds } from "../journal/read-kept-holds.ts";

/** What is known of a fleet's holds from outside its daemon; `unknown` says what is not, and why. */
export interface KnownHolds extends Holds {
  readonly unknown: readonly string[];
}

/** What the operator holds back by the journal, so that it is known without a daemon; pauses by the daemon alone. Never rejects. */
export async function knownHolds(dataFolder: string): Promise<KnownHolds> {
  const unknown: string[] = [];
  const attempt = async <T>(what: string, read: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      unknown.push(`${what} not known: ${messageOf(error)}`);
      return null;
    }
  };
  const kept = await attempt("what the operator holds back is", () => readKeptHolds(dataFolder, Date.now()));
  const asked = await attempt("pauses are", () => askHolds(dataFolder));
  const { drained = [], operatorPause = null } = kept ?? asked ?? {};
  return { drained, operatorPause, pauses: asked?.pauses ?? [], unknown };
}
