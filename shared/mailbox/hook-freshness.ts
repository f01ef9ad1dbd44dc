import * as z from "zod/mini";

import type { Mailbox } from "./mailbox.ts";
import type { SqlDatabase } from "../sql/sql.ts";
import type { TallyState } from "./tally.ts";

const at = z.nullable(z.number());

/** When one hook was last heard of, milliseconds since the epoch. */
export const hookFreshnessSchema = z.object({
  id: z.string(),
  lastDeliveryAt: at,
  lastSignalAt: at,
  lastPingAt: at,
  lastDuplicateAt: at,
  /** When the newest of its signals that the agent has was received. */
  lastAcknowledgedSignalAt: at,
});

export type HookFreshness = z.infer<typeof hookFreshnessSchema>;

/** How many signals are looked at; a hook that is silent for longer is known by its pings and the tally. */
const LOOK_BACK = 500;

/** Freshness of each hook, from the newest signals on disk, the pings noted there and what the tally saw. */
export function hookFreshness(mailbox: Mailbox, sql: SqlDatabase, tally: TallyState): readonly HookFreshness[] {
  const hooks = new Map<string, HookFreshness>();
  const seen = (id: string, times: Partial<HookFreshness>): void => {
    hooks.set(id, later(hooks.get(id) ?? silent(id), times));
  };
  const acked = mailbox.acked();
  for (const { id, seq, receivedAtMs } of newestSignals(sql)) {
    seen(id, { lastDeliveryAt: receivedAtMs, lastSignalAt: receivedAtMs });
    if (seq <= acked) seen(id, { lastAcknowledgedSignalAt: receivedAtMs });
  }
  for (const [id, noted] of Object.entries(mailbox.notes.hooks())) {
    seen(id, { lastDeliveryAt: noted.pingAtMs, lastPingAt: noted.pingAtMs });
    seen(id, { lastDeliveryAt: noted.ignoredAtMs });
  }
  for (const [id, hook] of Object.entries(tally.hooks)) {
    seen(id, {
      lastDeliveryAt: hook.deliveryAtMs,
      lastSignalAt: hook.signalAtMs,
      lastPingAt: hook.pingAtMs,
      lastDuplicateAt: hook.duplicateAtMs,
    });
  }
  return [...hooks.values()].toSorted((a, b) => a.id.localeCompare(b.id));
}

function newestSignals(sql: SqlDatabase) {
  const rows = sql.exec(
    `SELECT seq, received_at AS at, iif(json_valid(signal), json_extract(signal, '$.hookId'), NULL) AS hook
     FROM signals ORDER BY seq DESC LIMIT ?`,
    LOOK_BACK,
  );
  return rows.flatMap((row) =>
    row["hook"] === null ? [] : [{ id: String(row["hook"]), seq: Number(row["seq"]), receivedAtMs: Number(row["at"]) }],
  );
}

function silent(id: string): HookFreshness {
  return {
    id,
    lastDeliveryAt: null,
    lastSignalAt: null,
    lastPingAt: null,
    lastDuplicateAt: null,
    lastAcknowledgedSignalAt: null,
  };
}

function later(known: HookFreshness, times: Partial<HookFreshness>): HookFreshness {
  const max = (a: number | null, b: number | null | undefined): number | null =>
    a === null || b == null ? (a ?? b ?? null) : Math.max(a, b);
  return {
    id: known.id,
    lastDeliveryAt: max(known.lastDeliveryAt, times.lastDeliveryAt),
    lastSignalAt: max(known.lastSignalAt, times.lastSignalAt),
    lastPingAt: max(known.lastPingAt, times.lastPingAt),
    lastDuplicateAt: max(known.lastDuplicateAt, times.lastDuplicateAt),
    lastAcknowledgedSignalAt: max(known.lastAcknowledgedSignalAt, times.lastAcknowledgedSignalAt),
  };
}
