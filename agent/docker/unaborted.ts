/** For calls to the engine that must not be cut short; the transport bounds their silence. */
export function unaborted(): AbortSignal {
  return new AbortController().signal;
}
