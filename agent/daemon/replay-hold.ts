import type { ControlLoop } from "./control-loop.ts";

/** As many whole sweeps know of each job what a replay could tell. */
const SWEEPS_INSTEAD = 2;

/** Holds planning while what was missed is being replayed: what ended within it must start nothing. */
export class ReplayHold {
  readonly #control: ControlLoop;
  #sinceMs = 0;
  #sweeps = 0;

  constructor(control: ControlLoop) {
    this.#control = control;
  }

  begin(nowMs: number): void {
    this.#control.hold("replay");
    this.#sinceMs = nowMs;
    this.#sweeps = 0;
  }

  end(): void {
    this.#control.release("replay");
  }

  /** Two complete sweeps know of each job what a replay could tell: one that does not come must not hold them up. */
  swept(startedAtMs: number): void {
    if (startedAtMs < this.#sinceMs) return;
    this.#sweeps += 1;
    if (this.#sweeps >= SWEEPS_INSTEAD) this.end();
  }
}
