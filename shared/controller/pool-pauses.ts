import { backoffRangeMs } from "../clock/backoff.ts";
import { LOCAL_ENGINE } from "../fleet/engine.ts";
import { ENGINE_SILENT } from "./pause-codes.ts";

/** Exit code of a runner whose version GitHub no longer serves. https://github.com/actions/runner/pull/4285 */
const VERSION_DEPRECATED = 7;

/** Who asked for a pause. Each runs beside the others, so that what ends one leaves the rest as they are. */
type Cause = "named-by-github" | "backoff" | "idle-exit";

const FAILED = { baseMs: 2000, capMs: 5 * 60_000 } as const;
const DEPRECATED = { baseMs: 5 * 60_000, capMs: 60 * 60_000 } as const;

/** Why a pool starts nothing for now, at all or in one scope. `untilMs` is in milliseconds since the epoch. */
export interface Pause {
  readonly untilMs: number;
  readonly code: string;
  /** Failures in a row. */
  readonly failures: number;
}

/** A pause with the place that it holds for: a pool, a pool in one scope, or an account. */
export interface PlacedPause extends Pause {
  readonly place: string;
}

/** A pause and the place where it holds: an account, a repository, or null for the whole pool, on one engine or on all. */
export interface ScopedPause extends Pause {
  readonly scope: string | null;
  readonly engine?: string;
}

/** Where something failed. */
export interface PausedPlace {
  readonly pool: string;
  readonly scope: string;
  readonly engine?: string;
}

/** Refusals that every further call for the same account would meet too. */
const ACCOUNT_CODES: readonly string[] = ["github-rate-limited", "github-unauthorized"];

/**
 * Backs off what does not get anywhere, and nothing else: GitHub's refusal of a registration counts for its pool and the
 * repository or organization, its limits for the account, Docker's refusal for the pool on that engine, and runners that
 * come to nothing for the pool.
 * One slot that ends without having run a job is replaced at once, since another may have taken its job; from the second
 * in a row on the pause doubles.
 */
export class PoolPauses {
  readonly #pauses = new Map<string, Map<Cause, Pause>>();

  /**
   * The pause that keeps a pool from starting runners in `scope` on whatever engine, the one that runs longest; null if
   * there is none.
   */
  of(pool: string, scope: string, nowMs: number): Pause | null {
    return this.#longest([poolDomain(pool), scopeDomain(pool, scope), accountDomain(scope)], nowMs);
  }

  /** The pause of a pool on one engine; null if there is none. */
  on(pool: string, engine: string, nowMs: number): Pause | null {
    return this.#longest([engineDomain(pool, engine)], nowMs);
  }

  #longest(domains: readonly string[], nowMs: number): Pause | null {
    const running = domains
      .flatMap((domain) => [...(this.#pauses.get(domain)?.values() ?? [])])
      .filter(({ untilMs }) => nowMs < untilMs);
    return running.toSorted((a, b) => b.untilMs - a.untilMs)[0] ?? null;
  }

  /**
   * An engine answers again: what failed because it did not is tried at once. Where that fails as well, it is no longer
   * the engine's silence, and the pauses grow as ever.
   */
  heard(engine: string): void {
    for (const [domain, pauses] of this.#pauses) {
      if (!domain.endsWith(engineSuffix(engine))) continue;
      for (const [cause, pause] of pauses)
        if (ENGINE_SILENT.has(pause.code) && pause.failures === 1) pauses.set(cause, { ...pause, untilMs: 0 });
    }
  }

  /** All that run now; of each place the one that runs longest. */
  running(nowMs: number): readonly PlacedPause[] {
    return [...this.#pauses].flatMap(([place, pauses]) => {
      const [longest] = [...pauses.values()].toSorted((a, b) => b.untilMs - a.untilMs);
      return longest !== undefined && nowMs < longest.untilMs ? [{ place, ...longest }] : [];
    });
  }

  /** A pause that another process told of. */
  recall({ place, ...pause }: PlacedPause): void {
    this.#pause(place, "named-by-github", pause);
  }

  /**
   * All pauses that keep a pool from starting runners in these scopes, on these engines; `scope` is null for one of the
   * whole pool, `engine` absent for one of all its engines.
   */
  list(
    pool: string,
    scopes: readonly string[],
    nowMs: number,
    engines: readonly string[] = [LOCAL_ENGINE],
  ): readonly ScopedPause[] {
    const domains = new Map<string, Pick<ScopedPause, "scope" | "engine">>([[poolDomain(pool), { scope: null }]]);
    for (const engine of engines)
      domains.set(engineDomain(pool, engine), {
        scope: null,
        ...(engines.length === 1 && engine === LOCAL_ENGINE ? {} : { engine }),
      });
    for (const scope of scopes) {
      domains.set(scopeDomain(pool, scope), { scope });
      domains.set(accountDomain(scope), { scope: accountOf(scope) });
    }
    return [...domains].flatMap(([domain, place]) =>
      [...(this.#pauses.get(domain)?.values() ?? [])]
        .filter(({ untilMs }) => nowMs < untilMs)
        .map((pause) => ({ ...place, ...pause })),
    );
  }

  /** A slot was seen at work for the first time. That ends what it brought on itself, not what GitHub named. */
  succeeded(pool: string, scope: string, engine: string = LOCAL_ENGINE): void {
    const domains = [poolDomain(pool), engineDomain(pool, engine), scopeDomain(pool, scope), accountDomain(scope)];
    for (const domain of domains) {
      this.#pauses.get(domain)?.delete("backoff");
    }
    this.worked(pool);
  }

  /** A slot turned out to have worked. That takes back a pause for idle exits, not one that GitHub or Docker asked for. */
  worked(pool: string): void {
    this.#pauses.get(poolDomain(pool))?.delete("idle-exit");
  }

  /** A slot could not be brought up, or was of no use; `retryAtMs` is a time that GitHub named. */
  failed(place: PausedPlace, code: string, nowMs: number, retryAtMs: number | null): void {
    const domain = domainOf(place, code);
    const cause = retryAtMs === null ? "backoff" : "named-by-github";
    const last = this.#pauses.get(domain)?.get(cause);
    // What fails while there is a pause was begun before: one cause, counted once.
    const failures = last !== undefined && nowMs < last.untilMs ? last.failures : (last?.failures ?? 0) + 1;
    this.#pause(domain, cause, { failures, code, untilMs: retryAtMs ?? nowMs + backoffRangeMs(FAILED, failures - 1) });
  }

  /** A slot ended on which no job was seen. */
  exited(pool: string, exitCode: number | null, nowMs: number): void {
    const domain = poolDomain(pool);
    const cause = exitCode === VERSION_DEPRECATED ? "backoff" : "idle-exit";
    const failures = (this.#pauses.get(domain)?.get(cause)?.failures ?? 0) + 1;
    if (exitCode === VERSION_DEPRECATED) {
      const untilMs = nowMs + backoffRangeMs(DEPRECATED, failures - 1);
      this.#pause(domain, cause, { failures, code: "runner-version-deprecated", untilMs });
      return;
    }
    const untilMs = failures === 1 ? nowMs : nowMs + backoffRangeMs(FAILED, failures - 2);
    this.#pause(domain, cause, { failures, code: "exited-without-job", untilMs });
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const pauses of this.#pauses.values()) {
      for (const [cause, pause] of pauses) pauses.set(cause, { ...pause, untilMs: pause.untilMs + byMs });
    }
  }

  /** Never shortens: a longer pause of the same cause stays, with its reason. */
  #pause(domain: string, cause: Cause, pause: Pause): void {
    const pauses = this.#pauses.get(domain) ?? new Map<Cause, Pause>();
    const last = pauses.get(cause);
    const longer = last !== undefined && last.untilMs > pause.untilMs ? last : pause;
    this.#pauses.set(domain, pauses.set(cause, { ...longer, failures: pause.failures }));
  }
}

function domainOf({ pool, scope, engine = LOCAL_ENGINE }: PausedPlace, code: string): string {
  if (ACCOUNT_CODES.includes(code)) return accountDomain(scope);
  if (code.startsWith("slot-")) return engineDomain(pool, engine);
  return code.startsWith("github-") ? scopeDomain(pool, scope) : poolDomain(pool);
}

const poolDomain = (pool: string): string => `pool ${pool}`;
const engineSuffix = (engine: string): string => ` on ${engine}`;
const engineDomain = (pool: string, engine: string): string => `pool ${pool}${engineSuffix(engine)}`;
const scopeDomain = (pool: string, scope: string): string => `pool ${pool} in ${scope}`;
const accountOf = (scope: string): string => scope.split("/")[0] ?? scope;
const accountDomain = (scope: string): string => `account ${accountOf(scope)}`;
