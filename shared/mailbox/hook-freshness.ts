import * as z from "zod/mini";

import { latestOf } from "../clock/some-times.ts";
import type { Noted } from "./delivery-notes.ts";
import { ackedSignalAtMs, type SignalsByHook } from "./hook-signals.ts";
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

export interface HookSources {
  readonly signals: SignalsByHook;
  readonly noted: Readonly<Record<string, Noted>>;
  readonly tally: TallyState;
  /** How far the agent is. */
  readonly acked: number;
}

/** Freshness of each hook, from the signals on disk, the pings noted there and what the tally saw. */
export function hookFreshness({ signals, noted: notes, tally, acked }: HookSources): readonly HookFreshness[] {
  const hooks = new Map<string, HookFreshness>();
  const seen = (id: string, times: Partial<HookFreshness>): void => {
    hooks.set(id, later(hooks.get(id) ?? silent(id), times));
  };
  for (const [id, hook] of Object.entries(signals)) {
    const lastAcknowledgedSignalAt = ackedSignalAtMs(hook, acked);
    seen(id, { lastDeliveryAt: hook.atMs, lastSignalAt: hook.atMs, lastAcknowledgedSignalAt });
  }
  for (const [id, noted] of Object.entries(notes)) {
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
  return {
    id: known.id,
    lastDeliveryAt: latestOf(known.lastDeliveryAt, times.lastDeliveryAt),
    lastSignalAt: latestOf(known.lastSignalAt, times.lastSignalAt),
    lastPingAt: latestOf(known.lastPingAt, times.lastPingAt),
    lastDuplicateAt: latestOf(known.lastDuplicateAt, times.lastDuplicateAt),
    lastAcknowledgedSignalAt: latestOf(known.lastAcknowledgedSignalAt, times.lastAcknowledgedSignalAt),
  };
}
