import type { Clock } from "../../../../shared/clock/clock.ts";
import type { Ids } from "../state/ids.ts";
import type { Delivery, Mutable } from "../state/model.ts";
import type { PostAnswer } from "./post.ts";

/** GitHub forgets deliveries after this long: https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
const KEPT_MS = 3 * 24 * 60 * 60_000;

export type NewDelivery = Omit<
  Delivery,
  "id" | "deliveredAtMs" | "durationMs" | "statusCode" | "status" | "responseHeaders" | "responseBody"
>;

/** Every attempt at a delivery, with what was sent and what came back. */
export class DeliveryLog {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #rows = new Map<number, Mutable<Delivery>>();

  constructor(ids: Ids, clock: Clock) {
    this.#ids = ids;
    this.#clock = clock;
  }

  begin(what: NewDelivery): Delivery {
    const row: Delivery = {
      ...what,
      id: this.#ids.take("delivery"),
      deliveredAtMs: this.#clock.now(),
      durationMs: null,
      statusCode: null,
      status: "pending",
      responseHeaders: {},
      responseBody: null,
    };
    this.#rows.set(row.id, row);
    return row;
  }

  end(id: number, answer: PostAnswer): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    row.durationMs = this.#clock.now() - row.deliveredAtMs;
    row.statusCode = answer.statusCode;
    row.status = answer.status;
    row.responseHeaders = answer.headers;
    row.responseBody = answer.body;
  }

  /** So many good deliveries of the past, one each `everyMs`, as copies of one that was made. */
  fill(sample: Delivery, count: number, everyMs: number): void {
    for (let left = count; left > 0; left -= 1) {
      const id = this.#ids.take("delivery");
      const deliveredAtMs = this.#clock.now() - left * everyMs;
      this.#rows.set(id, { ...sample, id, guid: crypto.randomUUID(), deliveredAtMs, statusCode: 202, status: "OK" });
    }
  }

  /** Notes that GitHub held an attempt back before it made it. */
  throttled(id: number, atMs: number): void {
    const row = this.#rows.get(id);
    if (row !== undefined) row.throttledAtMs = atMs;
  }

  get(id: number): Delivery | null {
    return this.#rows.get(id) ?? null;
  }

  all(): readonly Delivery[] {
    return [...this.#rows.values()];
  }

  /** What GitHub's log shows of one hook: the attempts that have ended, of the last days, the newest first. */
  of(hookId: number): readonly Delivery[] {
    const sinceMs = this.#clock.now() - KEPT_MS;
    return this.all()
      .filter((row) => row.hookId === hookId && row.statusCode !== null && row.deliveredAtMs >= sinceMs)
      .toReversed();
  }
}
