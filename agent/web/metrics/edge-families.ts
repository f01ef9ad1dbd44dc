import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { counter, gauge, single, type Family } from "./family.ts";

/** What the edge says of deliveries, with its ages as of `atMs` on the agent's clock; `freshness` is null where it could not be asked, undefined where there is none. */
export function edgeFamilies(atMs: number, freshness: Freshness | null | undefined): readonly Family[] {
  if (freshness === undefined) return [];
  const refused = Object.entries(freshness?.rejected ?? {}).map(([reason, value]) => ({ labels: { reason }, value }));
  const { lastDeliveryAt: last = null, now = 0 } = freshness ?? {};
  const oldest = freshness?.oldestUnackedMs ?? null;
  return [
    gauge("hookline_edge_up", "Whether the edge answered when it was last asked.", [
      { value: Number(freshness !== null) },
    ]),
    counter("hookline_edge_signals_total", "Deliveries that the edge has stored.", single(freshness?.head)),
    gauge(
      "hookline_edge_refused_deliveries",
      "Deliveries that the edge has refused since it last accepted one, by reason.",
      refused,
    ),
    gauge(
      "hookline_edge_unacknowledged_signals",
      "Signals that the edge keeps for this agent.",
      single(freshness?.unacked),
    ),
    gauge(
      "hookline_edge_oldest_unacknowledged_seconds",
      "Age of the oldest of them; 0 where there is none.",
      freshness === null ? [] : [{ value: (oldest ?? 0) / 1000 }],
    ),
    gauge("hookline_edge_dead_letters", "Signals that were set aside at the edge.", single(freshness?.dead)),
    gauge(
      "hookline_edge_last_delivery_timestamp_seconds",
      "When the edge last got a delivery, by the agent's clock.",
      single(last === null ? null : (atMs + last - now) / 1000),
    ),
  ];
}
