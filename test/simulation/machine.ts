import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import type { Clock, Random } from "../../shared/clock/clock.ts";

/** What an agent's process lends to what works for it on a machine: with the process all of it comes to nothing. */
export interface Lender {
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the process is killed. */
  readonly killed: AbortSignal;
  /** The same object, whose calls have no effect and no answer once the process is dead. */
  readonly guard: <T extends object>(target: T) => T;
}

/** A machine, or a swarm of them, that slots are on. It outlives every agent. */
export interface Machine {
  /** Slots of which anything is left. */
  readonly names: readonly string[];
  /** Runners that were started on it. */
  readonly started: number;
  /** Slots of a pool that take a place; of all pools with null. */
  alive(pool: string | null): number;
  /** How a process has its slots here. */
  slots(process: Lender): SlotProvider;
  /** One running container dies, or all. */
  die(which: "one" | "all"): void;
  /** The event stream broke and is back. */
  resync(): void;
  /** The event stream broke, and nobody answers. */
  silent(): void;
  /** Whatever went wrong with it is over. */
  calmDown(): void;
}
