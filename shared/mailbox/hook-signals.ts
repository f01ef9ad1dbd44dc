import * as z from "zod/mini";

import { latestOf } from "../clock/some-times.ts";

/** What the signals say of the hook that they came from. Times are milliseconds since the epoch. */
export const hookSignalsSchema = z.object({
  /** How many there were. */
  signals: z.number(),
  /** The newest of them by time, and its number. */
  atMs: z.number(),
  seq: z.number(),
  /** When the newest that the agent had, when last looked at, was received. */
  ackedAtMs: z.nullable(z.number()),
});

export type HookSignals = z.infer<typeof hookSignalsSchema>;
export type SignalsByHook = Readonly<Record<string, HookSignals>>;

/** As many hooks as one operator has. Their ids are not signed: the one that brought the fewest signals goes first. */
const MAX_HOOKS = 16;

/** Takes in that the signal `seq` came from `hook`; `acked` is how far the agent is. */
export function foldHook(
  hooks: SignalsByHook,
  { hook, seq, atMs }: { readonly hook: string; readonly seq: number; readonly atMs: number },
  acked: number,
): SignalsByHook {
  const { [hook]: known, ...others } = hooks;
  const newer = known === undefined || atMs >= known.atMs;
  const knownMs = known !== undefined && known.seq <= acked ? known.atMs : null;
  const folded: HookSignals = {
    signals: (known?.signals ?? 0) + 1,
    ...(newer ? { atMs, seq } : { atMs: known.atMs, seq: known.seq }),
    ackedAtMs: latestOf(known?.ackedAtMs, knownMs, seq <= acked ? atMs : null),
  };
  const kept = Object.entries(others)
    .toSorted(([, a], [, b]) => b.signals - a.signals || b.atMs - a.atMs)
    .slice(0, MAX_HOOKS - 1);
  return { ...Object.fromEntries(kept), [hook]: folded };
}

/** When the newest of a hook's signals that the agent has was received; `acked` is how far the agent is. */
export function ackedSignalAtMs({ seq, atMs, ackedAtMs }: HookSignals, acked: number): number | null {
  return seq <= acked ? atMs : ackedAtMs;
}
