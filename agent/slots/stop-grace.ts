/** A runner cancels its job and unloads within 30 seconds of a stop; the kill comes after that. */
export const STOP_GRACE_MS = 40_000;
