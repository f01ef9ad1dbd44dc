import type { Batch } from "../../shared/link/batch.ts";

/** What one write to the journal takes at most, so that it never holds up the rest for long. */
const MAX_JOINED_SIGNALS = 500;

/** Two batches as the one that the edge could have sent in their place; null where the second does not go on from the first. */
export function joinBatches(first: Batch, next: Batch): Batch | null {
  const last = first.signals.at(-1);
  if (last === undefined || next.after !== last.seq) return null;
  if (next.fence !== first.fence || next.replay !== first.replay) return null;
  if (first.signals.length + next.signals.length > MAX_JOINED_SIGNALS) return null;
  return { ...first, signals: [...first.signals, ...next.signals] };
}
