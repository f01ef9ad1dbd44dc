import { LEG_BOUNDS_MS, type Totals } from "../../shared/status/totals-status.ts";

type JobTotals = Totals["jobs"][number];
type LegTotals = Totals["legs"][number];

/** What a job came to, as it is counted. */
export interface CountedJob {
  readonly pool: string;
  readonly conclusion: string | null;
  readonly runMs: number;
  /** How long each leg took that is known, milliseconds. */
  readonly legs: Readonly<Record<string, number>>;
}

/** Counts what happens for as long as the process runs. It holds numbers alone: one a pool, conclusion and leg. */
export class AgentTotals {
  #welcomes = 0;
  #sweeps = 0;
  #incompleteSweeps = 0;
  readonly #jobs = new Map<string, JobTotals>();
  readonly #legs = new Map<string, LegTotals>();

  welcomed(): void {
    this.#welcomes += 1;
  }

  swept(isComplete: boolean): void {
    this.#sweeps += 1;
    if (!isComplete) this.#incompleteSweeps += 1;
  }

  /** A job that has ended, told once. */
  finished({ pool, conclusion, runMs, legs }: CountedJob): void {
    const word = conclusion ?? "unknown";
    const key = JSON.stringify([pool, word]);
    const known = this.#jobs.get(key) ?? { pool, conclusion: word, jobs: 0, runMs: 0 };
    this.#jobs.set(key, { ...known, jobs: known.jobs + 1, runMs: known.runMs + runMs });
    for (const [leg, ms] of Object.entries(legs)) this.#legs.set(leg, added(this.#legs.get(leg), leg, ms));
  }

  /** All but what others count. */
  status(): Pick<Totals, "welcomes" | "sweeps" | "incompleteSweeps" | "jobs" | "legs"> {
    return {
      welcomes: this.#welcomes,
      sweeps: this.#sweeps,
      incompleteSweeps: this.#incompleteSweeps,
      jobs: [...this.#jobs.values()],
      legs: [...this.#legs.values()],
    };
  }
}

function added(known: LegTotals | undefined, leg: string, ms: number): LegTotals {
  const bin = LEG_BOUNDS_MS.findIndex((bound) => ms <= bound);
  const at = bin === -1 ? LEG_BOUNDS_MS.length : bin;
  const counts = known?.counts ?? Array.from({ length: LEG_BOUNDS_MS.length + 1 }, () => 0);
  return {
    leg,
    counts: counts.map((count, index) => (index === at ? count + 1 : count)),
    sumMs: (known?.sumMs ?? 0) + ms,
  };
}
