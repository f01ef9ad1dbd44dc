import { backoffRangeMs } from "../clock/backoff.ts";

/** Exit code of a runner whose version GitHub no longer serves. https://github.com/actions/runner/pull/4285 */
const VERSION_DEPRECATED = 7;

/** Who asked for a pause. Each runs beside the others, so that what ends one leaves the rest as they are. */
type Cause = "named-by-github" | "backoff" | "idle-exit";

const FAILED = { baseMs: 2000, capMs: 5 * 60_000 } as const;
const DEPRECATED = { baseMs: 5 * 60_000, capMs: 60 * 60_000 } as const;

/** Why a pool starts nothing for now. `untilMs` is in milliseconds since the epoch. */
export interface Pause {
  readonly untilMs: number;
  readonly code: string;
  /** Failures in a row. */
  readonly failures: number;
}

/**
 * Backs a pool off that does not get anywhere. One slot that ends without having run a job is replaced at once,
 * since another may have taken its job; from the second in a row on the pause doubles.
 */
export class PoolPauses {
  readonly #pauses = new Map<string, Map<Cause, Pause>>();

  /** The pause of a pool that runs longest, or null if none does. */
  of(pool: string, nowMs: number): Pause | null {
    const running = [...(this.#pauses.get(pool)?.values() ?? [])].filter(({ untilMs }) => nowMs < untilMs);
    return running.toSorted((a, b) => b.untilMs - a.untilMs)[0] ?? null;
  }

  /** A slot was seen at work for the first time. That ends what the pool brought on itself, not what GitHub named. */
  succeeded(pool: string): void {
    this.#pauses.get(pool)?.delete("backoff");
    this.worked(pool);
  }

  /** A slot turned out to have worked. That takes back a pause for idle exits, not one that GitHub or Docker asked for. */
  worked(pool: string): void {
    this.#pauses.get(pool)?.delete("idle-exit");
  }

  /** A slot could not be brought up; `retryAtMs` is a time that GitHub named. */
  failed(pool: string, code: string, nowMs: number, retryAtMs: number | null): void {
    const cause = retryAtMs === null ? "backoff" : "named-by-github";
    const last = this.#pauses.get(pool)?.get(cause);
    // What fails while the pool pauses was begun before: one cause, counted once.
    const failures = last !== undefined && nowMs < last.untilMs ? last.failures : (last?.failures ?? 0) + 1;
    this.#pause(pool, cause, { failures, code, untilMs: retryAtMs ?? nowMs + backoffRangeMs(FAILED, failures - 1) });
  }

  /** A slot ended on which no job was seen. */
  exited(pool: string, exitCode: number | null, nowMs: number): void {
    const cause = exitCode === VERSION_DEPRECATED ? "backoff" : "idle-exit";
    const failures = (this.#pauses.get(pool)?.get(cause)?.failures ?? 0) + 1;
    if (exitCode === VERSION_DEPRECATED) {
      const untilMs = nowMs + backoffRangeMs(DEPRECATED, failures - 1);
      this.#pause(pool, cause, { failures, code: "runner-version-deprecated", untilMs });
      return;
    }
    const untilMs = failures === 1 ? nowMs : nowMs + backoffRangeMs(FAILED, failures - 2);
    this.#pause(pool, cause, { failures, code: "exited-without-job", untilMs });
  }

  /** Never shortens: a longer pause of the same cause stays, with its reason. */
  #pause(pool: string, cause: Cause, pause: Pause): void {
    const pauses = this.#pauses.get(pool) ?? new Map<Cause, Pause>();
    const last = pauses.get(cause);
    const longer = last !== undefined && last.untilMs > pause.untilMs ? last : pause;
    this.#pauses.set(pool, pauses.set(cause, { ...longer, failures: pause.failures }));
  }
}
