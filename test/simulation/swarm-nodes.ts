import type { Dice } from "./dice.ts";
import type { SimClock } from "./sim-clock.ts";

/** Measured: a manager calls a node down 14 s after its last word. */
const DOWN_AFTER_MS = 14_000;

export interface SimNode {
  readonly id: string;
  readonly hostname: string;
  readonly isManager: boolean;
  /** Whether the manager can speak with it. */
  reachable: boolean;
  /** As the manager has it: it is `unknown` after the manager's own restart, until the node speaks. */
  state: "ready" | "down" | "unknown";
}

/** What becomes of nodes, told in the order in which it happens. */
export interface NodeEvents {
  /** Its state has changed, as the manager sees it. */
  readonly changed: (node: SimNode, before: SimNode["state"]) => void;
  /** It speaks with the manager again, whose wishes it learns. */
  readonly returned: (node: SimNode) => void;
}

/** The nodes of a swarm with one manager. Nodes speak with the manager alone. */
export class SwarmNodes {
  readonly all: readonly SimNode[];
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #events: NodeEvents;
  #managerRuns = true;

  constructor(count: number, clock: SimClock, dice: Dice, events: NodeEvents) {
    this.#clock = clock;
    this.#dice = dice;
    this.#events = events;
    this.all = Array.from({ length: count }, (_item, n) => {
      return { id: `node-${n}`, hostname: `pi-${n}`, isManager: n === 0, reachable: true, state: "ready" };
    });
  }

  get managerRuns(): boolean {
    return this.#managerRuns;
  }

  get workers(): readonly SimNode[] {
    return this.all.filter(({ isManager }) => !isManager);
  }

  node(id: string | null): SimNode | undefined {
    return this.all.find((node) => node.id === id);
  }

  /** Whether a node and the manager can speak with each other. */
  hears(node: SimNode): boolean {
    return this.#managerRuns && node.reachable;
  }

  /** The manager hears no more of a node. */
  lose(node: SimNode): void {
    if (!node.reachable) return;
    node.reachable = false;
    this.#missFrom(node);
  }

  #missFrom(node: SimNode): void {
    this.#clock.after(DOWN_AFTER_MS, () => {
      if (this.#managerRuns && !node.reachable) this.#set(node, "down");
    });
  }

  /** The node speaks again a moment later. */
  restore(node: SimNode): void {
    if (node.reachable) return;
    node.reachable = true;
    this.#hearSoon(node);
  }

  #hearSoon(node: SimNode): void {
    this.#clock.after(this.#dice.between(500, 3000), () => {
      if (!this.hears(node)) return;
      this.#events.returned(node);
      this.#set(node, "ready");
    });
  }

  stopManager(): void {
    this.#managerRuns = false;
  }

  /** The manager finds its nodes again one by one; what it does not hear of is down as ever. */
  startManager(): void {
    if (this.#managerRuns) return;
    this.#managerRuns = true;
    for (const node of this.all) {
      node.state = "unknown";
      if (node.reachable) this.#hearSoon(node);
      else this.#missFrom(node);
    }
  }

  #set(node: SimNode, state: SimNode["state"]): void {
    const before = node.state;
    if (before === state) return;
    node.state = state;
    this.#events.changed(node, before);
  }
}
