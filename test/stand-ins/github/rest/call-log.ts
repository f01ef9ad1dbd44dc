/** One REST call as the loopback GitHub saw it. */
export interface CallRecord {
  readonly atMs: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** As GitHub's OpenAPI description names it; null when that has no such operation. */
  readonly operation: string | null;
  /** 0 when the connection was cut instead. */
  readonly status: number;
  /** Whether it counted against the primary rate limit. */
  readonly counted: boolean;
}

/** Something that was not as GitHub's OpenAPI description has it. */
export interface Violation {
  readonly kind: "request" | "answer";
  readonly call: string;
  readonly what: string;
}
