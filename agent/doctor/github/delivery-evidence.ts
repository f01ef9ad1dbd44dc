import type { DeliveryAttempt, GitHubHook } from "../../github/model/delivery-log.ts";

/** What GitHub's own log says of one hook. Times in milliseconds since the epoch. */
export interface HookEvidence {
  readonly hook: GitHubHook;
  /** Deliveries in the log; attempts at the same one count once. */
  readonly deliveries: number;
  /** Failed deliveries since the last good one, the newest first. */
  readonly failing: readonly FailedDelivery[];
  /** Failed deliveries that a good one followed, the newest first. */
  readonly failedBefore: readonly FailedDelivery[];
  readonly lastGoodAtMs: number | null;
  /** Whether the log was read to the end of its window. */
  readonly complete: boolean;
}

/** A delivery of which no attempt was answered with 2xx. */
export interface FailedDelivery {
  readonly guid: string;
  readonly firstAtMs: number;
  /** What the receiver answered last; 0 when no answer came. */
  readonly statusCode: number;
  readonly throttled: boolean;
  readonly event: string;
}

/** Reads a log. A delivery that has one good attempt arrived: its failed rows stay in the log for ever. */
export function evidenceOf(hook: GitHubHook, attempts: readonly DeliveryAttempt[], complete: boolean): HookEvidence {
  const byGuid = Map.groupBy(attempts, ({ guid }) => guid);
  const good = attempts.filter(({ ok }) => ok).map(({ guid, deliveredAtMs }) => ({ guid, deliveredAtMs }));
  const arrived = new Set(good.map(({ guid }) => guid));
  const lastGoodAtMs = good.length === 0 ? null : Math.max(...good.map(({ deliveredAtMs }) => deliveredAtMs));
  const failed = [...byGuid]
    .filter(([guid]) => !arrived.has(guid))
    .map(([guid, tries]) => failedDelivery(guid, tries))
    .toSorted((a, b) => b.firstAtMs - a.firstAtMs);
  const isSince = ({ firstAtMs }: FailedDelivery): boolean => lastGoodAtMs === null || firstAtMs > lastGoodAtMs;
  return {
    hook,
    deliveries: byGuid.size,
    failing: failed.filter(isSince),
    failedBefore: failed.filter((delivery) => !isSince(delivery)),
    lastGoodAtMs,
    complete,
  };
}

function failedDelivery(guid: string, tries: readonly DeliveryAttempt[]): FailedDelivery {
  const newest = tries.toSorted((a, b) => b.deliveredAtMs - a.deliveredAtMs)[0];
  return {
    guid,
    firstAtMs: Math.min(...tries.map(({ deliveredAtMs }) => deliveredAtMs)),
    statusCode: newest?.statusCode ?? 0,
    throttled: tries.some(({ throttled }) => throttled),
    event: newest?.event ?? "",
  };
}

/** What the receiver answered, by how often: `503 ×12, no answer ×4`. */
export function answersText(failed: readonly FailedDelivery[]): string {
  const counts = Map.groupBy(failed, ({ statusCode }) => statusCode);
  return [...counts]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([status, rows]) => `${status === 0 ? "no answer" : status} ×${rows.length}`)
    .join(", ");
}

/** How many of them GitHub held back for a while, as a sentence part; empty when none. */
export function throttledText(failed: readonly FailedDelivery[]): string {
  const count = failed.filter(({ throttled }) => throttled).length;
  return count === 0 ? "" : `, ${count} of them throttled by GitHub`;
}

/** The page on which GitHub shows the hook's deliveries. */
export function deliveriesCommand({ home, id }: GitHubHook): string {
  if (home.kind === "app") return "the App's settings at GitHub, Advanced, Recent Deliveries";
  const path = home.kind === "organization" ? `orgs/${home.organization}` : `repos/${home.owner}/${home.repository}`;
  return `gh api '${path}/hooks/${id}/deliveries?status=failure'`;
}
