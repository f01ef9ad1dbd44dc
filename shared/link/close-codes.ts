/** Why a link was closed, in the range that RFC 6455 leaves to applications. */
export const CLOSE = {
  /** A frame did not fit its schema. */
  badFrame: 4400,
  /** The protocol version or a required capability is not spoken here. */
  unsupported: 4406,
  /** Nothing was heard for too long. */
  silent: 4408,
  /** A newer connection has taken over. */
  superseded: 4409,
  /** Two agents fight over one identity; come back later. */
  flapping: 4423,
  /** The edge could not do its part; come back at once. */
  unavailable: 4503,
} as const;

/** A close reason of `text`: at most 123 bytes (RFC 6455 section 5.5), hence in ASCII; `?` stands for the rest. */
export function closeReason(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?").slice(0, 123);
}
