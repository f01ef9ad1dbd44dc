import { readJournalFacts } from "./journal-facts.ts";

/**
 * When the last slot of each pool was there, milliseconds since the epoch, by the journal of a folder, which remembers
 * slots for seven days. Empty where it cannot be read.
 */
export function lastUses(folder: string): ReadonlyMap<string, number> {
  const reading = readJournalFacts(folder);
  if (reading.kind !== "read") return new Map();
  const found = new Map<string, number>();
  for (const { pool, startedAtMs, exitedAtMs, removedAtMs } of reading.facts.slots) {
    // One that never ran has touched no cache.
    if (startedAtMs === null) continue;
    const atMs = exitedAtMs ?? removedAtMs ?? startedAtMs;
    found.set(pool, Math.max(found.get(pool) ?? 0, atMs));
  }
  reading.facts.close();
  return found;
}
