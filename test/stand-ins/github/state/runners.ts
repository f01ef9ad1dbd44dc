import type { Clock, Random } from "../../../../shared/clock/clock.ts";
import type { Ids } from "./ids.ts";
import type { Mutable, Runner, Scope } from "./model.ts";
import { letters } from "./random-text.ts";

export interface NewRunner {
  readonly scope: Scope;
  readonly name: string;
  readonly groupId: number;
  readonly groupName: string;
  readonly labels: readonly string[];
  readonly workFolder: string;
}

export type MutableRunner = Mutable<Runner>;

/** The runners that are registered, each with the one token that its JIT configuration carries. */
export class Runners {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #byId = new Map<number, MutableRunner>();
  readonly #byToken = new Map<string, MutableRunner>();

  constructor(ids: Ids, clock: Clock, random: Random) {
    this.#ids = ids;
    this.#clock = clock;
    this.#random = random;
  }

  /** Registers an ephemeral runner; null when its scope has one of that name. */
  add(options: NewRunner): { readonly runner: Runner; readonly token: string } | null {
    const taken = this.of(options.scope).some((runner) => runner.name.toLowerCase() === options.name.toLowerCase());
    if (taken) return null;
    const runner: MutableRunner = {
      ...options,
      id: this.#ids.take("runner"),
      labels: distinct(options.labels),
      os: "unknown",
      status: "offline",
      busy: false,
      jobId: null,
      createdAtMs: this.#clock.now(),
      onlineAtMs: null,
    };
    const token = letters(this.#random, 40, runner.id);
    this.#byId.set(runner.id, runner);
    this.#byToken.set(token, runner);
    return { runner, token };
  }

  get(id: number): MutableRunner | null {
    return this.#byId.get(id) ?? null;
  }

  /** The runner behind a JIT configuration's token; null once it is gone. */
  byToken(token: string): MutableRunner | null {
    return this.#byToken.get(token) ?? null;
  }

  all(): readonly MutableRunner[] {
    return [...this.#byId.values()];
  }

  of(scope: Scope): readonly MutableRunner[] {
    return this.all().filter((runner) => sameScope(runner.scope, scope));
  }

  remove(id: number): void {
    this.#byId.delete(id);
    for (const [token, runner] of this.#byToken) if (runner.id === id) this.#byToken.delete(token);
  }
}

function sameScope(a: Scope, b: Scope): boolean {
  if (a.kind === "organization") return b.kind === "organization" && a.account === b.account;
  return b.kind === "repository" && a.repository === b.repository;
}

/** Labels are told apart whatever their case; the first spelling stays. */
function distinct(labels: readonly string[]): readonly string[] {
  return [...new Map(labels.toReversed().map((label) => [label.toLowerCase(), label])).values()].toReversed();
}
