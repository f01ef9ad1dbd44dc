import type { HoldWhile } from "../../shared/fleet/hold-while.ts";
import type { ScheduleEntry } from "../../shared/schedule/schedule-entry.ts";
import type { Disk } from "./agent-process.ts";
import type { Scenario } from "./scenario.ts";
import { HOME } from "./rivalry.ts";
import { Violation } from "./violation.ts";

/** The agent looks every ten seconds. */
const HOUSE_SEEN_MS = 11_000;

/** When the pool starts nothing: in hours that its schedule closes, and while its machine is at other work. */
export class PoolHours {
  readonly #startMs: number;
  readonly #disk: Disk;
  readonly #closed: ScheduleEntry | null;
  readonly #otherWork: Scenario["otherWork"] | null;

  constructor({ closed, otherWork, second }: Scenario, startMs: number, disk: Disk) {
    this.#startMs = startMs;
    this.#disk = disk;
    this.#closed = closed === undefined ? null : closedHours(closed);
    this.#otherWork = second === true ? null : (otherWork ?? null);
  }

  /** What the pools file says of them. */
  get settings(): { readonly schedule?: readonly ScheduleEntry[]; readonly holdWhile?: HoldWhile } {
    return {
      ...(this.#closed === null ? {} : { schedule: [this.#closed] }),
      ...(this.#otherWork === null ? {} : { holdWhile: { containers: [], processes: [], load: 4 } }),
    };
  }

  /** Whether the machine is at other work at this time, and has been for so long. */
  isAtOtherWork(nowMs: number, forMs = 0): boolean {
    const since = nowMs - this.#startMs;
    const { fromMs, toMs } = this.#otherWork ?? { fromMs: 0, toMs: 0 };
    return since >= fromMs + forMs && since < toMs;
  }

  isHouseSeen(nowMs: number): boolean {
    return this.isAtOtherWork(nowMs, HOUSE_SEEN_MS);
  }

  /** By the clock at home. */
  isClosed(homeMs: number): boolean {
    if (this.#closed === null) return false;
    const minute = (homeMs / 60_000) % 1440;
    return minute >= this.#closed.fromMinute && minute < this.#closed.toMinute;
  }

  /** A slot that was begun when none may be. */
  broken(nowMs: number, homeMs: number): Violation | null {
    const [begun] = this.isHouseSeen(nowMs) || this.isClosed(homeMs) ? this.#disk.plannedSlots(HOME) : [];
    if (begun === undefined) return null;
    const { name, plannedAtMs } = begun;
    if (this.isHouseSeen(nowMs) && this.isHouseSeen(plannedAtMs))
      return new Violation("house", `slot ${name} was begun while the machine was at other work`);
    if (this.isClosed(homeMs) && this.isClosed(plannedAtMs))
      return new Violation("hours", `slot ${name} was begun in closed hours`);
    return null;
  }
}

/** The run begins at 08:00 in UTC. */
function closedHours({ fromMinute, toMinute }: NonNullable<Scenario["closed"]>): ScheduleEntry {
  const begin = 8 * 60;
  const span = { fromMinute: begin + fromMinute, toMinute: begin + toMinute };
  return { days: [0, 1, 2, 3, 4, 5, 6], timeZone: "UTC", max: 0, ...span };
}
