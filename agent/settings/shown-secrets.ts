import type { Clock } from "../../shared/clock/clock.ts";
import type { ChangingSecret } from "./changing-secret.ts";

/** Strangers send what matches no secret as often as they like: that makes nobody look at the disk more often than this. */
const LOOK_AGAIN_MS = 10_000;

/** A secret that others show to us; one without `refused` stays as it is. */
export type ShownSecret = Pick<ChangingSecret, "reveal"> & Partial<ChangingSecret>;

/** The secrets that open a door, as they are now. Their files are looked at when what is shown fits none of them. */
export class ShownSecrets {
  readonly #secrets: readonly (ShownSecret | null)[];
  readonly #clock: Pick<Clock, "monotonicMs">;
  #lookedAtMs: number | null = null;

  constructor(secrets: readonly (ShownSecret | null)[], clock: Pick<Clock, "monotonicMs">) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /** In the order in which they were given; undefined for what was not set. */
  values(): readonly (string | undefined)[] {
    return this.#secrets.map((secret) => secret?.reveal());
  }

  /**
   * What `attempt` makes of the secrets as they are, in the order of `values`. It is called once more where its outcome
   * is a refusal and one of them was replaced since. @throws what it throws.
   */
  async offer<T>(
    attempt: (values: readonly (string | undefined)[]) => Promise<T>,
    isRefusal: (outcome: T) => boolean,
  ): Promise<T> {
    const tried = this.values();
    const outcome = await attempt(tried);
    return isRefusal(outcome) && this.#renewed(tried) ? attempt(this.values()) : outcome;
  }

  /** Told that something fitted none of `tried`. Whether the secrets are others by now. */
  #renewed(tried: readonly (string | undefined)[]): boolean {
    const isOther = (): boolean => this.#secrets.some((secret, index) => secret?.reveal() !== tried[index]);
    const nowMs = this.#clock.monotonicMs();
    if (!isOther() && (this.#lookedAtMs === null || nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS)) {
      this.#lookedAtMs = nowMs;
      for (const secret of this.#secrets) secret?.refused?.(secret.reveal());
    }
    return isOther();
  }
}
