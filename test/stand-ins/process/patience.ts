/**
 * How long a test waits for what has to come, milliseconds: no measure of speed, only the end of what hangs. A machine
 * that is ten times slower than usual must not reach it.
 */
export const PATIENCE_MS = 90_000;

/** A signal for work that must end: aborted once patience is over. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}
