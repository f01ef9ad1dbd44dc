/** Frames stay under 256 KiB: 50 signals of the usual 600 bytes, fewer where one is large. */
export const BATCH_SIGNALS = 50;
const BATCH_BYTES = 128 * 1024;

/** The signals that fit one frame and are all replay or all live; `replayUpTo` is where replay ends. */
export function oneFrame<T extends { readonly seq: number; readonly signal: unknown }>(
  signals: readonly T[],
  replayUpTo: number,
): readonly T[] {
  const taken: T[] = [];
  let bytes = 0;
  for (const entry of signals) {
    bytes += JSON.stringify(entry).length;
    const first = taken[0];
    if (first !== undefined && bytes > BATCH_BYTES) break;
    if (first !== undefined && first.seq <= replayUpTo !== entry.seq <= replayUpTo) break;
    taken.push(entry);
  }
  return taken;
}
