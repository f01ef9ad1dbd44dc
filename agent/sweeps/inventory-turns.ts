import { scopeName } from "../github/model/scope.ts";
import type { RunnerScope } from "../github/model/types.ts";

/**
 * Chooses where a sweep lists runners: organizations, and wherever a slot is or was begun, each time; of the other
 * repositories one in turn, since three hundred of them would be three hundred calls that have nothing to tell.
 */
export class InventoryTurns {
  /** The turn in which each of the others was last listed, by name in lower case. */
  readonly #listedIn = new Map<string, number>();
  #turn = 0;

  /** Of the fleet's places in their order, then of those where slots are beside them. Each place once, whatever its case. */
  next(fleet: Iterable<RunnerScope>, held: Iterable<RunnerScope>): readonly RunnerScope[] {
    const served = byName(fleet);
    const holding = byName(held);
    const others = [...served.keys()].filter((name) => served.get(name)?.kind === "repository" && !holding.has(name));
    const [inTurn] = others.toSorted((a, b) => this.#lastOf(a) - this.#lastOf(b));
    if (inTurn !== undefined) this.#listedIn.set(inTurn, (this.#turn += 1));
    for (const name of this.#listedIn.keys()) if (!served.has(name)) this.#listedIn.delete(name);
    const left = new Set(others.filter((name) => name !== inTurn));
    const chosen = [...served].filter(([name]) => !left.has(name));
    return [...new Map([...chosen, ...[...holding].filter(([name]) => !served.has(name))]).values()];
  }

  #lastOf(name: string): number {
    return this.#listedIn.get(name) ?? 0;
  }
}

function byName(scopes: Iterable<RunnerScope>): ReadonlyMap<string, RunnerScope> {
  const found = new Map<string, RunnerScope>();
  for (const scope of scopes) {
    const name = scopeName(scope).toLowerCase();
    if (!found.has(name)) found.set(name, scope);
  }
  return found;
}
