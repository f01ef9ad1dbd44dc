/** The operator's word that no pool starts a slot. Times are milliseconds since the epoch. */
export interface OperatorPause {
  readonly sinceMs: number;
  /** When it ends by itself; null where only the operator ends it. */
  readonly untilMs: number | null;
}

/** The pause if it holds at this time, else null. */
export function pauseAt(pause: OperatorPause | null, nowMs: number): OperatorPause | null {
  return pause !== null && (pause.untilMs === null || nowMs < pause.untilMs) ? pause : null;
}

/** A clock that was set by `byMs` makes a pause neither longer nor shorter. */
export function shiftPause({ sinceMs, untilMs }: OperatorPause, byMs: number): OperatorPause {
  return { sinceMs: sinceMs + byMs, untilMs: untilMs === null ? null : untilMs + byMs };
}
