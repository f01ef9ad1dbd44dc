import { GitHubError } from "../github/model/types.ts";
import type { SweepFailure } from "./sweep-result.ts";

/** Calls in a row that GitHub left unanswered before the rest of a sweep is given up. */
const OUTAGE_AFTER = 3;
const OUTAGE_CODES: readonly string[] = ["network", "timeout", "unavailable"];
/** Refusals that every further call for the same owner would meet too. */
const OWNER_CODES: readonly string[] = ["rate-limited", "unauthorized"];

/** Collects what failed in a sweep, and tells when going on would only repeat it. */
export class SweepFailures {
  readonly #failures: SweepFailure[] = [];
  readonly #refusedOwners = new Set<string>();
  #unanswered = 0;

  /**
   * The outcome of one reading, or null when it failed. Errors that are not GitHub's are thrown on, and so is the
   * reason of an abort.
   */
  async attempt<T>(what: string, owner: string, read: () => Promise<T>): Promise<T | null> {
    if (this.#isHopeless(owner)) return null;
    try {
      const value = await read();
      this.#unanswered = 0;
      return value;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      this.note(what, owner, error);
      return null;
    }
  }

  /** Notes a reading that failed, in whole or in part. */
  note(what: string, owner: string, error: GitHubError): void {
    // Readings run side by side: what one has learnt of the owner, the others need not repeat.
    if (this.#refusedOwners.has(owner.toLowerCase()) && OWNER_CODES.includes(error.code)) return;
    const { code, message, remedy, retryAtMs } = error;
    this.#failures.push({ what, code, message, remedy, retryAtMs });
    if (OWNER_CODES.includes(code)) this.#refusedOwners.add(owner.toLowerCase());
    this.#unanswered = OUTAGE_CODES.includes(code) ? this.#unanswered + 1 : 0;
  }

  /** Notes a list that was read only in part, though no call failed. */
  cut(what: string, shortfall: string): void {
    const remedy = "The next sweeps read on; look into it only if it stays so.";
    this.#failures.push({ what, code: "incomplete", message: shortfall, remedy, retryAtMs: null });
  }

  get all(): readonly SweepFailure[] {
    return this.#failures;
  }

  #isHopeless(owner: string): boolean {
    return this.#unanswered >= OUTAGE_AFTER || this.#refusedOwners.has(owner.toLowerCase());
  }
}
