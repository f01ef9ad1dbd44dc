import { scopeName } from "../github/model/scope.ts";
import type { RunnerScope } from "../github/model/types.ts";
import type { RunnerInventory } from "./sweep-result.ts";

/** A place that cannot be listed for so long is given up: GitHub removes runners by itself that do not come back. */
const MOST_FAILURES = 10;

/**
 * Chooses where a sweep lists runners: organizations, wherever a slot is or was begun, and where one was until a whole
 * list shows no runner of ours, each time; of the other repositories one in turn, since three hundred of them would be
 * three hundred calls that have nothing to tell. A process knows of a place that the fleet has left only what it saw itself.
 */
export class InventoryTurns {
  readonly #isOurs: (runnerName: string) => boolean;
  /** The turn in which each of the others was last listed, by name in lower case. */
  readonly #listedIn = new Map<string, number>();
  /** Where slots were, though the fleet may serve it no more, and how often in a row it could not be listed. */
  readonly #unsettled = new Map<string, { readonly scope: RunnerScope; readonly failures: number }>();
  #turn = 0;

  /** `isOurs` tells by its name whether a runner is this agent's. */
  constructor(isOurs: (runnerName: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Of the fleet's places in their order, then of those where slots are or were beside them. Each place once, whatever its case. */
  next(fleet: Iterable<RunnerScope>, held: Iterable<RunnerScope>): readonly RunnerScope[] {
    const served = byName(fleet);
    for (const [name, scope] of byName(held)) this.#unsettled.set(name, { scope, failures: 0 });
    const isOther = ([name, { kind }]: [string, RunnerScope]): boolean =>
      kind === "repository" && !this.#unsettled.has(name);
    const others = [...served].filter(isOther).map(([name]) => name);
    const [inTurn] = others.toSorted((a, b) => this.#lastOf(a) - this.#lastOf(b));
    if (inTurn !== undefined) this.#listedIn.set(inTurn, (this.#turn += 1));
    for (const name of this.#listedIn.keys()) if (!served.has(name)) this.#listedIn.delete(name);
    const left = new Set(others.filter((name) => name !== inTurn));
    const chosen = [...served].filter(([name]) => !left.has(name));
    const beside = [...this.#unsettled].filter(([name]) => !served.has(name));
    return [...chosen.map(([, scope]) => scope), ...beside.map(([, { scope }]) => scope)];
  }

  /** What a list showed. A runner whose container is gone stays registered until GitHub lets it be removed. */
  listed({ scope, complete, items }: RunnerInventory): void {
    const name = scopeName(scope).toLowerCase();
    const known = this.#unsettled.get(name);
    if (items.some((runner) => this.#isOurs(runner.name))) this.#unsettled.set(name, { scope, failures: 0 });
    else if (known === undefined) return;
    else if (complete || known.failures + 1 >= MOST_FAILURES) this.#unsettled.delete(name);
    else this.#unsettled.set(name, { scope, failures: known.failures + 1 });
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
