import type { InventoryEvent } from "./events.ts";

/** A runner of ours at GitHub that no slot belongs to. */
export interface Ghost {
  readonly name: string;
  readonly scope: string;
  readonly runnerId: number;
  readonly firstSeenMs: number;
}

/** Runners of this agent, and of no other, that are registered, offline and without a slot. */
export class Ghosts {
  readonly #ghosts = new Map<string, Ghost>();
  readonly #ownPrefix: string;

  constructor(ownPrefix: string) {
    this.#ownPrefix = ownPrefix;
  }

  get all(): Iterable<Ghost> {
    return this.#ghosts.values();
  }

  /** Something is being done about it; it is a ghost again only if a later inventory still lists it. */
  handled(name: string): void {
    this.#ghosts.delete(name);
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const [name, ghost] of this.#ghosts) {
      this.#ghosts.set(name, { ...ghost, firstSeenMs: ghost.firstSeenMs + byMs });
    }
  }

  inventory(event: InventoryEvent, hasSlot: (name: string) => boolean): void {
    const listed = new Set<string>();
    for (const { id, name, online, busy } of event.runners) {
      if (!name.startsWith(this.#ownPrefix) || hasSlot(name) || online || busy) continue;
      listed.add(name);
      const firstSeenMs = this.#ghosts.get(name)?.firstSeenMs ?? event.atMs;
      this.#ghosts.set(name, { name, scope: event.scope, runnerId: id, firstSeenMs });
    }
    for (const ghost of this.#ghosts.values()) {
      if (ghost.scope === event.scope && !listed.has(ghost.name)) this.#ghosts.delete(ghost.name);
    }
  }
}
