import { happenedWithin } from "../clock/happened-within.ts";
import type { Logger } from "../log/logger.ts";

const QUIET_MS = 60_000;

/** Why a request was refused before its body was proven; says nothing of what it held. */
export type RefusalReason =
  | "signature missing"
  | "signature malformed"
  | "signature mismatch"
  | "headers"
  | "content type"
  | "body too large"
  | "body in crumbs"
  | "body too slow"
  | "body gave way to others"
  | "body broken off";

/**
 * Tells of refused requests once a minute for each reason, and counts them in between: strangers come as often as they
 * like, and a log has its price and its quota. https://developers.cloudflare.com/workers/observability/logs/workers-logs/
 */
export class RefusalLog {
  readonly #log: Logger;
  readonly #told = new Map<RefusalReason, { atMs: number; untold: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  refused(reason: RefusalReason, status: number, nowMs: number): void {
    const told = this.#told.get(reason);
    if (told !== undefined && happenedWithin(told.atMs, nowMs, QUIET_MS)) {
      told.untold += 1;
      return;
    }
    const untold = told?.untold ?? 0;
    this.#told.set(reason, { atMs: nowMs, untold: 0 });
    this.#log.warn("delivery refused", { reason, status, ...(untold === 0 ? {} : { untold }) });
  }
}
