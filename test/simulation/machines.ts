import type { Dice } from "./dice.ts";
import type { Machine } from "./machine.ts";

/** The machines that slots are on: the NAS or a swarm alone, or with another one beside it. */
export class Machines {
  readonly byName: ReadonlyMap<string, Machine>;
  readonly #dice: Dice;

  constructor(machines: ReadonlyMap<string, Machine>, dice: Dice) {
    this.byName = machines;
    this.#dice = dice;
  }

  get #all(): readonly Machine[] {
    return [...this.byName.values()];
  }

  /** Slots of which anything is left. */
  get names(): readonly string[] {
    return this.#all.flatMap(({ names }) => names);
  }

  get started(): number {
    return this.#all.reduce((sum, { started }) => sum + started, 0);
  }

  /** Containers that take a place, on whatever machine; of all pools with null. */
  alive(pool: string | null): number {
    return this.#all.reduce((sum, machine) => sum + machine.alive(pool), 0);
  }

  aliveInAll(): number {
    return this.alive(null);
  }

  /** One running container dies, or all of one machine. */
  die(which: "one" | "all"): void {
    const [only, ...more] = this.#all;
    const machine = more.length === 0 ? only : this.#dice.pick(this.#all);
    machine?.die(which);
  }

  /** The NAS loses its power. */
  powerCut(): void {
    this.#all[0]?.die("all");
  }

  resync(): void {
    for (const machine of this.#all) machine.resync();
  }

  /** The event stream of a machine broke, and nobody answers there. */
  silent(name: string): void {
    this.byName.get(name)?.silent();
  }

  calmDown(): void {
    for (const machine of this.#all) machine.calmDown();
  }
}
