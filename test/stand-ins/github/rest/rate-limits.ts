import type { Clock } from "../../../../shared/clock/clock.ts";
import { Refusal } from "./refusal.ts";

const HOUR_MS = 60 * 60_000;

/** JIT registrations count by themselves: https://docs.github.com/en/rest/rate-limit/rate-limit */
export type Resource = "core" | "actions_runner_registration";

const LIMITS: Readonly<Record<Resource, number>> = { core: 5000, actions_runner_registration: 10_000 };

export interface Bucket {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Seconds since the epoch, as GitHub tells it. */
  readonly reset: number;
}

interface Held {
  limit: number;
  used: number;
  resetAtMs: number;
}

/** The primary rate limits, by account and resource. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  bucket(account: string, resource: Resource): Bucket {
    const { limit, used, resetAtMs } = this.#of(account, resource);
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(resetAtMs / 1000) };
  }

  /** Sets how much is left until the reset; for tests. */
  set(account: string, resource: Resource, remaining: number, limit = LIMITS[resource]): void {
    const held = this.#of(account, resource);
    held.limit = limit;
    held.used = limit - remaining;
  }

  count(account: string, resource: Resource): void {
    this.#of(account, resource).used++;
  }

  /** Throws the 403 of an empty bucket. */
  require(account: string, resource: Resource): void {
    if (this.bucket(account, resource).remaining > 0) return;
    throw new Refusal(403, `API rate limit exceeded for ${account}.`);
  }

  headers(account: string, resource: Resource): Record<string, string> {
    const { limit, used, remaining, reset } = this.bucket(account, resource);
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(reset),
      "x-ratelimit-used": String(used),
      "x-ratelimit-resource": resource,
    };
  }

  #of(account: string, resource: Resource): Held {
    const key = `${resource} ${account}`;
    const held = this.#held.get(key);
    if (held !== undefined && held.resetAtMs > this.#clock.now()) return held;
    const limit = held?.limit ?? LIMITS[resource];
    const fresh = { limit, used: 0, resetAtMs: this.#clock.now() + HOUR_MS };
    this.#held.set(key, fresh);
    return fresh;
  }
}
