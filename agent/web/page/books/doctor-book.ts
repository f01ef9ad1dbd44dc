import type { Clock } from "../../../../shared/clock/clock.ts";
import { messageOf } from "../../../../shared/errors/message-of.ts";
import type { CheckResult } from "../../../doctor/check/check.ts";

/** What the doctor said last. */
export interface DoctorVerdict {
  /** When it ended, milliseconds since the epoch. */
  readonly atMs: number;
  readonly checks: readonly CheckResult[];
  /** Why there are no checks; null where there are. */
  readonly failure: string | null;
}

/** The doctor as the page knows it: one run at a time, and the last verdict of this process. */
export class DoctorBook {
  readonly #examine: (probe: boolean) => Promise<readonly CheckResult[]>;
  readonly #clock: Pick<Clock, "now">;
  #running = false;
  #last: DoctorVerdict | null = null;

  /** `examine` is the doctor itself; its code is loaded by the first run. */
  constructor(examine: (probe: boolean) => Promise<readonly CheckResult[]>, clock: Pick<Clock, "now">) {
    this.#examine = examine;
    this.#clock = clock;
  }

  /** Begins a run in the background; with `probe` an event is sent through the chain too. False while one runs. */
  begin(probe: boolean): boolean {
    if (this.#running) return false;
    this.#running = true;
    void this.#run(probe);
    return true;
  }

  state(): { readonly running: boolean; readonly last: DoctorVerdict | null } {
    return { running: this.#running, last: this.#last };
  }

  async #run(probe: boolean): Promise<void> {
    const verdict = await this.#examine(probe).then(
      (checks) => ({ checks, failure: null }),
      (error: unknown) => ({ checks: [], failure: messageOf(error) }),
    );
    this.#last = { ...verdict, atMs: this.#clock.now() };
    this.#running = false;
  }
}
