import type { Clock } from "../../shared/clock/clock.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { WaitReasons } from "../../shared/controller/wait-reason.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { enginesOf, LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Fleet, Pool } from "../../shared/fleet/pool.ts";
import { describeJob, describeJobs, type OpenJob } from "../../shared/status/describe-jobs.ts";
import { describePools, describeSlots, type PoolHistory } from "../../shared/status/describe-pools.ts";
import type { FleetStatus } from "../../shared/status/fleet-status.ts";
import type { LinkStatus } from "../../shared/status/link-status.ts";
import { STATUS_VERSION, type Status } from "../../shared/status/status.ts";
import type { SweepStatus } from "../../shared/status/sweep-status.ts";
import type { Totals } from "../../shared/status/totals-status.ts";
import { VERSION } from "../../shared/version.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import { scopeName } from "../github/model/scope.ts";
import type { Journal } from "../journal/journal.ts";
import type { LinkClient } from "../link/link-client.ts";
import { shortHash } from "../slots/pool-hash.ts";
import type { SlotManager } from "../slots/slot-manager.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import type { DeliverySweep } from "../sweeps/delivery-sweep.ts";
import type { SweepLoop } from "../sweeps/sweep-loop.ts";
import { describeEngines } from "./describe-engines.ts";
import type { LatencyBook } from "./latency-book.ts";
import type { SweepBook } from "./sweep-book.ts";
import type { AgentTotals } from "./totals.ts";

/** What GitHub leaves of the credential's limits. */
export type Credential = SweepStatus["credential"];

/** Where the parts of the status document come from. Each is asked anew for every document. */
export interface StatusSources {
  readonly instance: string;
  readonly host: string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly journal: Pick<Journal, "cursor" | "unread" | "counts">;
  readonly latency: LatencyBook;
  readonly totals: AgentTotals;
  readonly provider: SlotProvider;
  /** What was called of GitHub so far; not known unless it is given. */
  readonly spent?: () => { readonly calls: number; readonly notModified: number };
  /** The disk of the data folder; not known unless it is given. */
  readonly disk?: () => Status["disk"] | null;
  readonly sweepBook: SweepBook;
  readonly sweepIntervalMs: number;
  readonly live: { readonly configured: Fleet; readonly pools: readonly ServingPool[] };
  readonly control: { readonly holds: readonly string[]; noticeClock(): void };
  readonly slots: Pick<SlotManager, "outcomes" | "remains">;
  readonly sweeps: Pick<SweepLoop, "state">;
  /** Null for an agent that lives by sweeps alone. */
  readonly link: Pick<LinkClient, "state"> | null;
  readonly deliveries: Pick<DeliverySweep, "hooks"> | null;
  /** What GitHub leaves of the credential's limits; not known unless it is given. */
  readonly credential?: () => Credential;
  /** Signals that the edge has given up on, and when it said so on the monotonic clock; null before it has. */
  readonly deadLetters?: () => { readonly count: number; readonly askedMs: number } | null;
}

/**
 * The status document of one daemon. It costs what is open: pools, slots and open jobs, and two small tables of the
 * journal; nothing that grows with history is read.
 */
export class AgentStatus {
  readonly #sources: StatusSources;
  readonly #startedMs: number;
  #loadedMs: number;

  constructor(sources: StatusSources) {
    this.#sources = sources;
    this.#startedMs = sources.clock.monotonicMs();
    this.#loadedMs = this.#startedMs;
  }

  /** The fleet was taken up anew. */
  fleetTaken(): void {
    this.#loadedMs = this.#sources.clock.monotonicMs();
  }

  /** A job that is open; both null for any other. */
  job(jobId: number): OpenJob & { readonly atMs: number } {
    const { ledger, instance, control, clock } = this.#sources;
    control.noticeClock();
    return { atMs: clock.now(), ...describeJob(ledger, this.#reasons(), ownPrefix(instance), jobId) };
  }

  #reasons(): WaitReasons {
    const { ledger, live, clock, control } = this.#sources;
    return new WaitReasons(ledger, live.pools, clock.now(), control.holds);
  }

  /** The document as of now; `file` is null for a daemon that reads its pools file at the start alone. */
  document(file: FleetStatus["file"]): Status {
    const { instance, host, clock, ledger, live, control, slots, latency, disk } = this.#sources;
    const measured = disk?.() ?? null;
    control.noticeClock();
    const atMs = clock.now();
    const holds = [...control.holds];
    return {
      version: STATUS_VERSION,
      atMs,
      agent: { instance, host, version: VERSION, startedAtMs: this.#wall(this.#startedMs), holds },
      fleet: this.#fleet(file),
      link: this.#link(),
      sweeps: this.#sweeps(),
      pools: describePools(ledger, live.pools, (pool) => this.#historyOf(pool), atMs),
      slots: describeSlots(ledger),
      jobs: describeJobs(ledger, this.#reasons(), ownPrefix(instance)),
      remains: slots.remains().map((each) => ({ ...each, sinceMs: this.#wall(each.sinceMs) })),
      latency: latency.status(),
      hooks: this.#hooks(),
      totals: this.#totals(),
      engine: { reachable: this.#localAnswers() },
      engines: describeEngines(ledger, this.#sources.provider, live.configured),
      ...(measured === null ? {} : { disk: measured }),
      operatorPause: ledger.operatorPause(atMs),
      deadLetters: this.#deadLetters(),
    };
  }

  #historyOf(pool: Pool): PoolHistory {
    const { slots, provider } = this.#sources;
    const { lastFailure, outcomes } = slots.outcomes.of(pool.key);
    const imageBuiltAtMs = provider.imageBuiltAtMs?.(pool);
    return { lastFailure, outcomes: [...outcomes], ...(imageBuiltAtMs === undefined ? {} : { imageBuiltAtMs }) };
  }

  #totals(): Totals {
    const { journal, totals, slots, provider, spent } = this.#sources;
    const { fresh, again } = journal.counts();
    const asked = spent?.();
    const calls = provider.asked?.();
    return {
      ...totals.status(),
      signals: fresh,
      duplicates: again,
      github: asked === undefined ? null : { calls: asked.calls, notModified: asked.notModified },
      docker: calls === undefined ? null : { ok: calls.ok, refused: calls.refused, failed: calls.failed },
      slots: slots.outcomes.totals(),
    };
  }

  #localAnswers(): boolean | null {
    const { live, provider } = this.#sources;
    const isUsed = live.configured.pools.some((pool) => enginesOf(pool).includes(LOCAL_ENGINE));
    return isUsed ? (provider.asked?.().reachable ?? null) : null;
  }

  #deadLetters(): NonNullable<Status["deadLetters"]> | null {
    const said = this.#sources.deadLetters?.() ?? null;
    return said === null ? null : { count: said.count, askedAtMs: this.#wall(said.askedMs) };
  }

  #wall(monotonicMs: number): number {
    return wallTimeMs(this.#sources.clock, monotonicMs);
  }

  #fleet(file: FleetStatus["file"]): FleetStatus {
    const fleet = this.#sources.live.configured;
    return {
      hash: shortHash(fleet),
      loadedAtMs: this.#wall(this.#loadedMs),
      pools: fleet.pools.map(({ key }) => key),
      maxSlots: fleet.maxSlots ?? null,
      file,
    };
  }

  #link(): LinkStatus {
    const { journal, link } = this.#sources;
    const cursor = journal.cursor();
    const state = link?.state() ?? { state: "none" as const, sinceMs: null, redialAtMs: null, lastClose: null };
    return {
      ...state,
      cursor: cursor === null ? null : { stream: cursor.stream, acked: cursor.acked },
      unread: journal.unread.count(),
    };
  }

  #sweeps(): SweepStatus {
    const { sweepBook, sweepIntervalMs: intervalMs, sweeps, credential } = this.#sources;
    const limits = credential?.() ?? { kind: null, limits: [], closedUntilMs: null };
    return { intervalMs, ...sweeps.state(), ...sweepBook.status(), credential: limits };
  }

  #hooks(): Status["hooks"] {
    return (this.#sources.deliveries?.hooks() ?? []).map(({ hook: { home, id, url }, readable }) => {
      return { home: home.kind === "app" ? "app" : scopeName(home), id, url, readable };
    });
  }
}
