/** What a look into GitHub's delivery logs came to that an operator asked for. */
export interface LogReplay {
  /** Hooks whose log was read. */
  readonly logs: number;
  /** Deliveries that were taken, or that GitHub sends again. */
  readonly recovered: number;
  /** Those that the sweeps to come go on with. */
  readonly open: number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly resolve: (outcome: LogReplay) => void;
  readonly reject: (reason: unknown) => void;
}

/** Who waits for the logs to be read again, and since when they want it. */
export class LogReplays {
  #waiting: readonly Waiting[] = [];

  /** Resolves once a run that begins from now on has ended; rejects where that run does. */
  ask(sinceMs: number): Promise<LogReplay> {
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { sinceMs, resolve, reject }];
    });
  }

  /** Does a run for all who have asked by now; `sinceMs` is null where nobody has. Rejects as `run` does. */
  async serve(run: (sinceMs: number | null) => Promise<LogReplay>): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const sinceMs = waiting.length === 0 ? null : Math.min(...waiting.map((each) => each.sinceMs));
      const outcome = await run(sinceMs);
      for (const { resolve } of waiting) resolve(outcome);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      throw error;
    }
  }
}
