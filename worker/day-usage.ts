import { errorFields } from "../shared/errors/message-of.ts";
import type { Logger } from "../shared/log/logger.ts";
import {
  daySpentSchema,
  FREE_PLAN,
  nearestLimit,
  WARN_FROM,
  type DayCost,
  type DaySpent,
  type Usage,
} from "../shared/mailbox/usage.ts";

/** What is spent of the free plan between two writes of the count: a crash loses no more, and a day costs 100 rows. */
const KEPT_EACH = 0.01;
/** Twenty incoming messages of a socket are billed as one request. */
const REQUESTS_A_MESSAGE = 1 / 20;

/** Where the count outlives the object; what it costs is counted too. */
export interface UsageDisk {
  read(): unknown;
  write(spent: DaySpent): void;
}

const KEY = "usage";

/** The object's own storage, beside the mailbox's tables: a mailbox that cannot be opened costs rows as well. */
export function usageDisk({ kv }: DurableObjectStorage): UsageDisk {
  return { read: () => kv.get(KEY), write: (spent) => kv.put(KEY, spent) };
}

export interface DayUsageOptions {
  readonly disk: UsageDisk;
  /** What a day may cost; null where nothing limits it. */
  readonly limits: DayCost | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * What a Durable Object costs since 00:00 UTC, by its own count: rows, and requests of the object, not of the Worker.
 * In memory, with the agent's socket while it hibernates, and on disk each time a hundredth of the free plan is spent.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 */
export class DayUsage {
  readonly #options: DayUsageOptions;
  #spent: DaySpent;
  /** How much of the nearest limit was used at the last look. */
  #seenShare = 0;
  /** How much of the free plan was used when the count last went to disk. */
  #keptShare = 0;

  constructor(options: DayUsageOptions) {
    this.#options = options;
    this.#spent = this.#nothing();
  }

  /** Goes on from what the sockets kept, or else from the disk. What does not fit or is of another day counts for nothing. */
  resume(carried: readonly unknown[]): void {
    const known = this.#newest(carried) ?? this.#newest([this.#read()]);
    if (known !== null) this.#add(known);
    this.#seenShare = this.#shareOf(this.#options.limits);
    this.#keptShare = this.#shareOf(FREE_PLAN);
  }

  rows(rowsRead: number, rowsWritten: number): void {
    this.#add({ rowsRead, rowsWritten, requests: 0 });
  }

  /** A call, an upgrade or an alarm. */
  request(): void {
    this.#add({ rowsRead: 0, rowsWritten: 0, requests: 1 });
  }

  /** A message of a socket. */
  message(): void {
    this.#add({ rowsRead: 0, rowsWritten: 0, requests: REQUESTS_A_MESSAGE });
  }

  /** What is to be kept with a socket. */
  get spent(): DaySpent {
    if (this.#spent.day !== this.#today()) {
      this.#spent = this.#nothing();
      this.#seenShare = this.#keptShare = 0;
    }
    return this.#spent;
  }

  /** What freshness says of it. */
  usage(): Usage {
    return { ...this.spent, requests: Math.ceil(this.spent.requests), limits: this.#options.limits };
  }

  /** Call it at the end of each request: warns once a day, and puts on disk what is too much to lose. Never throws. */
  settle(): void {
    const share = this.#shareOf(this.#options.limits);
    const isNews = this.#seenShare < WARN_FROM && share >= WARN_FROM;
    this.#seenShare = share;
    if (isNews) this.#warn();
    if (isNews || this.#shareOf(FREE_PLAN) - this.#keptShare >= KEPT_EACH) this.#write();
  }

  #shareOf(limits: DayCost | null): number {
    return limits === null ? 0 : nearestLimit(this.spent, limits).share;
  }

  #warn(): void {
    this.#options.log.warn(`the mailbox has used ${WARN_FROM * 100} % of what it may cost a day`, {
      ...this.usage(),
      remedy: "above the limit deliveries fail until 00:00 UTC, and sweeps serve their jobs; docs/deploy-cloudflare.md",
    });
  }

  #write(): void {
    try {
      this.rows(0, 1);
      this.#options.disk.write(this.spent);
      this.#keptShare = this.#shareOf(FREE_PLAN);
    } catch (error) {
      this.#options.log.warn("the count of today's rows is not kept", errorFields(error));
    }
  }

  #read(): unknown {
    try {
      this.rows(1, 0);
      return this.#options.disk.read();
    } catch (error) {
      this.#options.log.warn("the count of today's rows cannot be read", errorFields(error));
      return null;
    }
  }

  /** Counts of one counter: the largest is the newest. */
  #newest(values: readonly unknown[]): DaySpent | null {
    const counts = values.flatMap((value) => daySpentSchema.safeParse(value).data ?? []);
    const today = counts.filter(({ day }) => day === this.#today());
    return today.toSorted((a, b) => b.rowsRead - a.rowsRead)[0] ?? null;
  }

  #add({ rowsRead, rowsWritten, requests }: DayCost): void {
    const { day, ...spent } = this.spent;
    this.#spent = {
      day,
      rowsRead: spent.rowsRead + rowsRead,
      rowsWritten: spent.rowsWritten + rowsWritten,
      requests: spent.requests + requests,
    };
  }

  #nothing(): DaySpent {
    return { day: this.#today(), rowsRead: 0, rowsWritten: 0, requests: 0 };
  }

  #today(): string {
    return new Date(this.#options.now()).toISOString().slice(0, 10);
  }
}
