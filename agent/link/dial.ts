/** One connection to the edge. Nothing here throws; what goes wrong arrives as `closed`. */
export interface Connection {
  send(text: string): void;
  /** Drops the connection at once; a polite close can hang for minutes on a dead path. */
  terminate(): void;
}

/** Why a connection ended or never came about. */
export interface Ending {
  /** Close code; 1006 where the connection just broke. */
  readonly code: number;
  readonly reason: string;
  /** What helps, where the answer says who gave it. */
  readonly remedy?: string;
  /** Whether what was refused has been replaced since: another dial at once may do. */
  readonly renewed?: boolean;
  /** HTTP status where the edge answered the upgrade with something else. */
  readonly status: number | null;
}

export interface ConnectionEvents {
  opened(): void;
  /** `more` where another frame is here already and comes next. */
  received(data: unknown, more?: boolean): void;
  /** Called exactly once, and nothing after it. */
  closed(ending: Ending): void;
}

/** Opens a connection. Its events never arrive before it has returned. */
export type Dial = (events: ConnectionEvents) => Connection;
