import type { Operator } from "../../agent/daemon/operator.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Disk } from "./agent-process.ts";

/** The operator's pauses, and the slots that were there when the last one began. */
export class Pauses {
  readonly #disk: Disk;
  readonly #clock: Clock;
  #known: ReadonlySet<string> | null = null;
  /** On the clock that nobody sets; null where only the operator ends it. */
  #untilMs: number | null = null;

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Pauses the fleet for a time, or until `end`; false if the agent could not write it down. */
  begin(operator: Operator, forMs: number | null): boolean {
    try {
      operator.pause(forMs);
    } catch {
      return false;
    }
    this.#known = new Set(this.#slots());
    this.#untilMs = forMs === null ? null : this.#clock.monotonicMs() + forMs;
    return true;
  }

  /** Ends the pause; false if the agent could not write it down. */
  end(operator: Operator): boolean {
    try {
      operator.resume();
    } catch {
      return false;
    }
    this.#known = null;
    return true;
  }

  /** Whether the fleet is paused for certain. */
  get holds(): boolean {
    if (this.#untilMs !== null && this.#clock.monotonicMs() >= this.#untilMs) this.#known = null;
    return this.#known !== null;
  }

  /** A slot that was begun in the pause that holds, or null. */
  slotBegunMeanwhile(): string | null {
    const known = this.#known;
    return this.#slots().find((name) => known?.has(name) === false) ?? null;
  }

  /** How long a pause with an end lasts is not known any more: an agent that is down when the clock is set cannot tell. */
  clockSet(): void {
    if (this.#untilMs !== null) this.#known = null;
  }

  #slots(): readonly string[] {
    // After a power cut the file is empty until an agent starts on it.
    if (this.#disk.slots.exec("SELECT name FROM sqlite_schema WHERE name = 'slots'").length === 0) return [];
    return this.#disk.slots.exec("SELECT name FROM slots").map((row) => String(row["name"]));
  }
}
