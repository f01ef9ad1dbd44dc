import type { ObservedSlot, SlotProvider } from "../../agent/slots/slot-provider.ts";
import type { Dice } from "./dice.ts";
import type { DockerHost } from "./docker-host.ts";

/** The machines that slots are on: the NAS alone, or with another one beside it. */
export class Machines {
  readonly #hosts: ReadonlyMap<string, DockerHost>;
  readonly #dice: Dice;

  constructor(hosts: ReadonlyMap<string, DockerHost>, dice: Dice) {
    this.#hosts = hosts;
    this.#dice = dice;
  }

  get providers(): ReadonlyMap<string, SlotProvider> {
    return this.#hosts;
  }

  get #all(): readonly DockerHost[] {
    return [...this.#hosts.values()];
  }

  get all(): readonly ObservedSlot[] {
    return this.#all.flatMap(({ all }) => all);
  }

  get started(): number {
    return this.#all.reduce((sum, { started }) => sum + started, 0);
  }

  /** Containers that take a place, on whatever machine. */
  alive(pool: string): number {
    return this.#all.reduce((sum, host) => sum + host.alive(pool), 0);
  }

  aliveInAll(): number {
    const pools = new Set(this.all.map(({ poolKey }) => poolKey));
    return [...pools].reduce((sum, pool) => sum + this.alive(pool), 0);
  }

  /** One running container dies, or all of one machine. */
  die(which: "one" | "all"): void {
    const [only, ...more] = this.#all;
    const host = more.length === 0 ? only : this.#dice.pick(this.#all);
    host?.die(which);
  }

  /** The NAS loses its power. */
  powerCut(): void {
    this.#all[0]?.die("all");
  }

  resync(): void {
    for (const host of this.#all) host.resync();
  }

  /** The event stream of a machine broke, and nobody answers there. */
  silent(name: string): void {
    this.#hosts.get(name)?.silent();
  }
}
