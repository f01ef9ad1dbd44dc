import { Backoff } from "../../shared/clock/backoff.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { sleep } from "../clock/sleep.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";

const AGAIN = { baseMs: 2000, capMs: 30_000 } as const;

/**
 * What `open` gives. A disk that is full or in trouble is waited out: it is no reason to end, and a restart would not
 * help. Null if `signal` is aborted meanwhile. Throws whatever else `open` throws.
 */
export async function onceDiskAllows<T>(
  open: () => T,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<T | null> {
  const once = new SayOnce(log);
  const backoff = new Backoff(AGAIN, () => 1);
  do {
    try {
      return open();
    } catch (error) {
      const kind = sqliteTrouble(error)?.kind;
      if (kind !== "full" && kind !== "disk") throw error;
      once.say("error", "disk", "the journal cannot be opened; waiting for the disk", { reason: messageOf(error) });
    }
  } while (await sleep(clock, backoff.nextMs(), signal));
  return null;
}
