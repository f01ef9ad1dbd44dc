import type { Clock } from "../../shared/clock/clock.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "../../shared/sql/sql.ts";

export const LATENCY_MS = 3;
/** From the end of a process to its next start. */
export const RESTART_MS = 40;

/** What any process of a run stands in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly plan: CrashPlan;
  /** Runs a handler of some process; its death ends only itself. */
  run(work: () => void): void;
  /** The network ends a connection behind what is on its way. */
  dropLater(socket: { drop(reason: string): void }, reason: string): void;
}

/** What a process that has been killed throws at whoever still calls into it. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** One process from its start to its end. */
export class Life {
  dead = false;
  readonly #died: () => void;

  constructor(died: () => void) {
    this.#died = died;
  }

  end(place: string): never {
    this.dead = true;
    this.#died();
    throw new Crash(place);
  }
}

/**
 * Counts the places at which a process could die: before and after each call that leaves it. A run without a crash
 * lists them; a run with one dies at exactly one.
 */
export class CrashPlan {
  readonly places: string[] = [];
  readonly #at: number | null;
  #looking = false;

  constructor(at: number | null) {
    this.#at = at;
  }

  /** Lets a test look into a process: nothing of that counts. */
  look<T>(work: () => T): T {
    this.#looking = true;
    try {
      return work();
    } finally {
      this.#looking = false;
    }
  }

  /** @throws {Crash} if the process is dead or dies here. */
  pass(life: Life, place: string): void {
    if (this.#looking) return;
    if (life.dead) throw new Crash(place);
    this.places.push(place);
    if (this.places.length - 1 === this.#at) life.end(place);
  }

  /** Makes a call with a place to die before and one after it. */
  around<T>(life: Life, place: string, call: () => T): T {
    this.pass(life, `before ${place}`);
    const result = call();
    this.pass(life, `after ${place}`);
    return result;
  }
}

/** A database whose every statement, and every commit, is a place to die. What was committed stays. */
export class CrashSql implements SqlDatabase {
  readonly #sql: SqlDatabase;
  readonly #plan: CrashPlan;
  readonly #life: Life;
  readonly #name: string;

  constructor(sql: SqlDatabase, plan: CrashPlan, life: Life, name: string) {
    this.#sql = sql;
    this.#plan = plan;
    this.#life = life;
    this.#name = name;
  }

  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[] {
    const place = `${this.#name}: ${shortOf(statement)}`;
    return this.#plan.around(this.#life, place, () => this.#sql.exec(statement, ...values));
  }

  transaction<T>(work: () => T): T {
    const result = this.#sql.transaction(() => {
      const done = work();
      this.#plan.pass(this.#life, `before ${this.#name}: commit`);
      return done;
    });
    this.#plan.pass(this.#life, `after ${this.#name}: commit`);
    return result;
  }
}

const SHORT = new Map<string, string>();

function shortOf(statement: string): string {
  const short = SHORT.get(statement) ?? statement.trim().replaceAll(/\s+/g, " ").slice(0, 48);
  SHORT.set(statement, short);
  return short;
}
