import { absenceRequest } from "../shared/edge/absence-request.ts";
import type { EdgeReceiver } from "../shared/edge/notice-receiver.ts";
import type { Watchdog } from "../shared/edge/watchdog.ts";
import { messageOf } from "../shared/errors/message-of.ts";
import type { Logger } from "../shared/log/logger.ts";
import type { AbsenceNotice } from "../shared/mailbox/absence-row.ts";

const ANSWER_MS = 10_000;

/** To whom the agent's absence is told. */
export interface AbsenceTarget {
  readonly receiver: EdgeReceiver;
  /** Key of Standard Webhooks; null leaves webhooks unsigned. */
  readonly secret: string | null;
}

/**
 * Sends a notice and keeps what came of it. Never rejects: what could not be kept is sent again under the same id.
 * `log` gets neither the address nor what the receiver answered.
 */
export async function tellAbsence(
  notice: AbsenceNotice,
  { receiver, secret }: AbsenceTarget,
  watchdog: () => Watchdog | null,
  log: Logger,
): Promise<void> {
  const failure = await post(notice, { receiver, secret });
  const { id, kind } = notice;
  const told = { id, kind, receiver: receiver.name };
  try {
    if (failure === null) {
      watchdog()?.taken(id);
      return log.info("the agent's absence was told", told);
    }
    const isOver = watchdog()?.refused(id, failure) ?? false;
    const remedy = "look at HOOKLINE_WATCHDOG, and at the receiver";
    log.warn(isOver ? "a notice was not taken and is given up" : "a notice was not taken; it is sent again", {
      ...told,
      reason: failure,
      remedy,
    });
  } catch (error) {
    log.warn("what came of a notice is not kept; it may be sent again", { ...told, reason: messageOf(error) });
  }
}

/** Null, or why the receiver did not take it. */
async function post(notice: AbsenceNotice, { receiver, secret }: AbsenceTarget): Promise<string | null> {
  try {
    const { url, headers, body } = await absenceRequest(notice, receiver, secret, Date.now());
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await answer.body?.cancel();
    return answer.ok ? null : `it answers ${answer.status}`;
  } catch (error) {
    // The runtime's words may hold the address, which is a credential.
    return error instanceof Error && error.name === "TimeoutError"
      ? "no answer within 10 s"
      : "it could not be reached";
  }
}
