import { happenedWithin } from "../clock/happened-within.ts";
import type { DeliveryHeaders } from "./delivery-headers.ts";

const HOUR_MS = 60 * 60_000;
/** A job that waited for its approval may be told of twice in the very same words; more than that is a replay. */
const MOST = 4;
/** GitHub's pings are few in their words, and each is waited for by somebody. */
const MOST_NOTES = 20;
const MAX_BODIES = 1000;

/** What names a delivery, and is not signed. */
type DeliveryName = Pick<DeliveryHeaders, "guid" | "hookId">;

interface Seen {
  readonly sinceMs: number;
  /** GUID and hook of each. */
  readonly deliveries: Set<string>;
  notes: number;
}

/**
 * Bounds what one signed body can ask of the mailbox: the GUID and the hook's id beside it are not signed, so that who
 * has one body may send it under as many as he likes. A body is known by its signature.
 */
export class ReplayBound {
  readonly #bodies = new Map<string, Seen>();

  /**
   * Whether a signal of this body may be stored under this GUID and hook: under four such pairs an hour, under each any
   * number of times.
   */
  admitsSignal(mac: string, { guid, hookId }: DeliveryName, nowMs: number): boolean {
    const { deliveries } = this.#seen(mac, nowMs);
    const name = `${guid} ${hookId ?? ""}`;
    if (deliveries.size < MOST) deliveries.add(name);
    return deliveries.has(name);
  }

  /** Whether this body may be noted for freshness: twenty times an hour. */
  admitsNote(mac: string, nowMs: number): boolean {
    const seen = this.#seen(mac, nowMs);
    seen.notes += 1;
    return seen.notes <= MOST_NOTES;
  }

  #seen(mac: string, nowMs: number): Seen {
    const known = this.#bodies.get(mac);
    if (known !== undefined && happenedWithin(known.sinceMs, nowMs, HOUR_MS)) return known;
    const seen = { sinceMs: nowMs, deliveries: new Set<string>(), notes: 0 };
    this.#bodies.delete(mac);
    this.#bodies.set(mac, seen);
    for (const oldest of this.#bodies.keys()) {
      if (this.#bodies.size <= MAX_BODIES) break;
      this.#bodies.delete(oldest);
    }
    return seen;
  }
}
