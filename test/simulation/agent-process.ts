import { Agent } from "../../agent/daemon/agent.ts";
import type { GitHub } from "../../agent/github/model/types.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import type { MachineFacts } from "../../agent/house/machine-facts.ts";
import type { Dial } from "../../agent/link/dial.ts";
import { SlotEngines } from "../../agent/slots/slot-engines.ts";
import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "../../shared/sql/sql.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import { fullDiskError } from "../stand-ins/disk/full-disk.ts";
import { KILLED } from "./killed.ts";
import type { Lender, Machine } from "./machine.ts";
import type { SimClock } from "./sim-clock.ts";

export const SWEEP_INTERVAL_MS = 60_000;

/** What an agent finds around it. It outlives every agent. */
export interface Surroundings {
  readonly clock: SimClock;
  readonly conditions: () => Conditions;
  readonly dice: Dice;
  readonly github: GitHub;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly dial: Dial | null;
  readonly disk: Disk;
  readonly facts: MachineFacts;
  readonly log: Logger;
  /** An agent that lives has thrown where nobody catches it. */
  readonly crashed: (error: unknown) => void;
}

/** A slot as the journal tells of it. */
export interface PlannedSlot {
  readonly name: string;
  readonly plannedAtMs: number;
}

/** The two files of the journal. They outlive every process. */
export class Disk {
  readonly signals = new NodeSql(":memory:");
  slots = new NodeSql(":memory:");

  /** A power cut may take the last writes to the slots' file; here it takes all, which is worse. */
  loseSlots(): void {
    this.slots.close();
    this.slots = new NodeSql(":memory:");
  }

  /** The slots of a pool that are known, the one that was planned last first. */
  plannedSlots(pool: string): readonly PlannedSlot[] {
    // After a power cut the file is empty until an agent starts on it.
    if (this.slots.exec("SELECT name FROM sqlite_schema WHERE name = 'slots'").length === 0) return [];
    return this.slots
      .exec("SELECT name, planned_at FROM slots WHERE pool = ? ORDER BY planned_at DESC", pool)
      .map((row) => ({ name: String(row["name"]), plannedAtMs: Number(row["planned_at"]) }));
  }

  close(): void {
    this.signals.close();
    this.slots.close();
  }
}

/** Where a process is to be killed: at one of its next calls to GitHub or Docker. */
export interface DeadlyCall {
  callsLeft: number;
  readonly afterEffect: boolean;
  readonly kill: () => void;
}

/** One start of the real agent. Killed, it hears and does nothing any more, wherever it stands. */
export class AgentProcess {
  readonly agent: Agent;
  readonly #surroundings: Surroundings;
  readonly #kill = new AbortController();
  #deadly: DeadlyCall | null = null;

  constructor(surroundings: Surroundings, fleet: Fleet, boot: number) {
    this.#surroundings = surroundings;
    const { github, machines, dial, disk, facts, log, dice } = surroundings;
    this.agent = new Agent({
      instance: "nas",
      boot: `boot-${boot}`,
      host: "nas",
      fleet,
      architecture: "amd64",
      github: this.#guard(github),
      provider: this.#provider(machines),
      dial: dial === null ? null : this.#guardDial(dial),
      journalSql: this.#guardSql(disk.signals, true),
      slotsSql: this.#guardSql(disk.slots, false),
      facts,
      sweepIntervalMs: SWEEP_INTERVAL_MS,
      clock: this.#guardClock(surroundings.clock.home),
      random: dice.fork().next,
      log,
    });
  }

  #provider(machines: ReadonlyMap<string, Machine>): SlotProvider {
    const clock = this.#guardClock(this.#surroundings.clock.home);
    const guard = <T extends object>(target: T): T => this.#guard(target);
    const lender: Lender = { clock, random: this.#surroundings.dice.fork().next, killed: this.#kill.signal, guard };
    const slots = new Map([...machines].map(([name, machine]) => [name, machine.slots(lender)] as const));
    const [[, only] = []] = slots;
    return only !== undefined && slots.size === 1 ? only : new SlotEngines(slots, clock);
  }

  get dead(): boolean {
    return this.#kill.signal.aborted;
  }

  start(): void {
    this.agent.start().catch((error: unknown) => {
      if (!this.dead) this.#surroundings.crashed(error);
    });
  }

  kill(): void {
    if (!this.dead) this.#kill.abort(KILLED);
  }

  /** Has it killed at a call, or, with null, spares it. */
  dieAt(call: DeadlyCall | null): void {
    this.#deadly = call;
  }

  /** Calls of a dead process have no effect, and their answers reach nobody. */
  #guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== "function") return value;
        if (key === "serverNowMs") return value.bind(object) as unknown;
        return (...given: unknown[]) =>
          this.#call((...args) => Reflect.apply(value, object, args) as Promise<unknown>, given);
      },
    });
  }

  async #call(call: (...given: unknown[]) => Promise<unknown>, given: readonly unknown[]): Promise<unknown> {
    const deadly = this.#deadly !== null && (this.#deadly.callsLeft -= 1) < 0 ? this.#deadly : null;
    if (deadly !== null && !deadly.afterEffect) deadly.kill();
    if (this.dead) return NEVER;
    const args = given.map((arg) => (arg instanceof AbortSignal ? AbortSignal.any([arg, this.#kill.signal]) : arg));
    try {
      const answer = await call(...args);
      if (deadly !== null) deadly.kill();
      return this.dead ? await NEVER : answer;
    } catch (error) {
      if (this.dead) return NEVER;
      throw error;
    }
  }

  #guardClock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, fire) =>
        clock.after(delayMs, () => {
          if (!this.dead) fire();
        }),
    };
  }

  #guardDial(dial: Dial): Dial {
    return (events) => {
      const connection = dial({
        opened: () => this.dead || events.opened(),
        received: (data) => this.dead || events.received(data),
        closed: (ending) => this.dead || events.closed(ending),
      });
      this.#kill.signal.addEventListener("abort", () => connection.terminate(), { once: true });
      return {
        send: (text) => this.dead || connection.send(text),
        terminate: () => this.dead || connection.terminate(),
      };
    };
  }

  #guardSql(sql: NodeSql, mayBeFull: boolean): SqlDatabase {
    const check = (): void => {
      if (this.dead) throw new Error("the process is dead");
    };
    return {
      exec: (statement: string, ...values: SqlValue[]): readonly SqlRow[] => {
        check();
        if (mayBeFull && this.#surroundings.conditions().diskFull && statement.startsWith("INSERT")) {
          throw fullDiskError();
        }
        return sql.exec(statement, ...values);
      },
      transaction: (work) => {
        check();
        return sql.transaction(work);
      },
    };
  }
}

/** What a dead process waits for. */
const NEVER = new Promise<never>(() => undefined);
