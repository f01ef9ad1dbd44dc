import { boundsOfFleet } from "../../shared/controller/bounds-of-fleet.ts";
import { Ledger } from "../../shared/controller/ledger.ts";
import { mayRun, type ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { routesOfFleet } from "../../shared/fleet/routes-of-fleet.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { sleep } from "../clock/sleep.ts";
import { journalParts, type JournalParts } from "../journal/journal-parts.ts";
import type { Dial } from "../link/dial.ts";
import { LinkClient } from "../link/link-client.ts";
import { SlotManager } from "../slots/slot-manager.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { AgentStatus } from "../status/agent-status.ts";
import { LatencyBook } from "../status/latency-book.ts";
import { SweepBook } from "../status/sweep-book.ts";
import { AgentTotals } from "../status/totals.ts";
import { SweepLoop } from "../sweeps/sweep-loop.ts";
import type { SweepResult } from "../sweeps/sweep.ts";
import type { AgentOptions } from "./agent-options.ts";
import { carryOut, type Hands } from "./carry-out.ts";
import { ControlLoop } from "./control-loop.ts";
import { FleetChanges } from "./fleet-changes.ts";
import { keepHouse, prepareForJobs } from "./housekeeping.ts";
import { Intake } from "./intake.ts";
import { LiveFleet } from "./live-fleet.ts";
import { makeDeliverySweep } from "./make-delivery-sweep.ts";
import { machineOfJob } from "./machine-of-job.ts";
import { noteFinished } from "./note-finished.ts";
import { Operator } from "./operator.ts";
import { keepCooldowns, recallCooldowns, recallHolds, recallJobs } from "./recall.ts";
import { ReplayHold } from "./replay-hold.ts";
import { Reporter, type AgentState } from "./report.ts";
import { sweepInterests } from "./sweep-interests.ts";
import { watchOver } from "./watch-over.ts";
import { Watchers } from "./watchers.ts";

/** What `docker stop` leaves before it kills is ten seconds; those that start get most of them. */
const START_GRACE_MS = 7000;
const STOP_LIMIT_MS = 9000;

/** The daemon: link, sweeps and slots around the one controller. It wires them and decides nothing. */
export class Agent {
  /** What commands on this machine ask for. */
  readonly operator: Operator;
  readonly #options: AgentOptions;
  readonly #live: LiveFleet;
  readonly #changes: FleetChanges;
  readonly #ledger: Ledger;
  readonly #kept: JournalParts;
  readonly #control: ControlLoop;
  readonly #replay: ReplayHold;
  readonly #intake: Intake;
  readonly #reporter: Reporter;
  readonly #slots: SlotManager;
  readonly #link: LinkClient | null;
  readonly #sweeps: SweepLoop;
  /** Looks after each turn in which something was learnt, and when the link comes up or goes down. */
  readonly watchers = new Watchers();
  readonly #sweepBook: SweepBook;
  readonly #totals = new AgentTotals();
  /** What it believes, and why. */
  readonly status: AgentStatus;
  readonly #abort = new AbortController();
  readonly #background: Promise<unknown>[] = [];

  /** @throws {Error} if the journal was written by a newer version. */
  constructor(options: AgentOptions) {
    const { fleet, architecture, instance, clock, log } = options;
    this.#options = options;
    this.#live = new LiveFleet(fleet, architecture);
    this.#ledger = new Ledger(ownPrefix(instance));
    this.#kept = journalParts(options.journalSql, options.slotsSql);
    const { journal, drains, pause, slots: records, finished, sweeps, replaced } = this.#kept;
    options.provider.keepIn?.(replaced);
    const pools = (): readonly ServingPool[] => this.#live.pools;
    const latency = new LatencyBook(journal, records);
    this.#sweepBook = new SweepBook(clock, sweeps);
    this.#control = new ControlLoop({
      ...options,
      ledger: this.#ledger,
      pools,
      act: (action) => carryOut(action, this.#hands()),
      onTurn: () => this.watchers.look(),
      onClockSet: () => this.operator.keepPause(),
    });
    this.#replay = new ReplayHold(this.#control);
    this.#intake = new Intake({
      ...options,
      ledger: this.#ledger,
      pools,
      ownPrefix: ownPrefix(instance),
      endedAttempt: (jobId) => journal.endedAttempt(jobId),
      githubNowMs: () => options.github.serverNowMs?.() ?? null,
      feed: (event) => this.#control.feed(event),
      requestSweep: () => this.#sweeps.request(),
      finished: noteFinished({
        jobs: finished,
        records,
        latency,
        totals: this.#totals,
        machineOf: (pool, facts) => machineOfJob(pools(), pool, this.#ledger.slot(facts.runnerName ?? ""), facts),
        now: () => clock.now(),
        log,
      }),
    });
    this.#reporter = new Reporter({
      ledger: this.#ledger,
      pools,
      journal,
      send: (report) => this.#link?.report(report),
      clock,
    });
    this.#slots = new SlotManager({
      ...options,
      ledger: this.#ledger,
      records,
      feed: (event) => this.#control.feed(event),
      mayRun: (slot, job) => mayRun(this.#live.pools, slot, job),
      poolHash: (pool) => this.#live.hashOf(pool),
      seen: (engine, { architecture: found }) => this.#live.learn(engine, found),
      answered: (job, askedAtMs) => this.#intake.answered(job, askedAtMs),
    });
    const recovered = (signals: readonly Signal[]): void => this.#received(this.#reporter.missed.recovered(signals));
    const deliveries = makeDeliverySweep(options, journal, this.#live, recovered);
    this.operator = new Operator({
      ...options,
      ledger: this.#ledger,
      pools: () => this.#live.pools.map(({ pool }) => pool.key),
      drains,
      pause,
      slots: this.#slots,
      deliveries,
      requestSweep: () => this.#sweeps.request(),
      feed: (event) => this.#control.feed(event),
      noticeClock: () => this.#control.noticeClock(),
    });
    this.#sweeps = new SweepLoop({
      ...options,
      fleet: () => this.#live.fleet,
      look: (failures, signal) => this.#changes.look(failures, signal),
      deliveries,
      records: sweeps,
      ...sweepInterests({ ...options, ledger: this.#ledger, records, pools }),
      intervalMs: options.sweepIntervalMs,
      onResult: (result) => this.#swept(result),
    });
    this.#link = options.dial === null ? null : this.#makeLink(options.dial);
    this.#changes = new FleetChanges({
      ...options,
      live: this.#live,
      ledger: this.#ledger,
      feed: (event) => this.#control.feed(event),
      announce: () => this.#link?.announce(),
      requestSweep: () => this.#sweeps.request(),
      prepare: (changed) => prepareForJobs({ ...options, fleet: changed }, this.#abort.signal),
      signal: this.#abort.signal,
    });
    this.status = new AgentStatus({
      ...options,
      ledger: this.#ledger,
      journal,
      latency,
      totals: this.#totals,
      sweepBook: this.#sweepBook,
      live: this.#live,
      control: this.#control,
      slots: this.#slots,
      sweeps: this.#sweeps,
      link: this.#link,
      deliveries,
    });
  }

  #makeLink(dial: Dial): LinkClient {
    const { instance, boot, host, clock } = this.#options;
    return new LinkClient({
      ...this.#options,
      dial,
      journal: this.#kept.journal,
      identity: { instance, boot, host },
      routes: () => routesOfFleet(this.#live.fleet),
      events: {
        welcomed: (welcome, behind) => {
          this.#totals.welcomed();
          if (behind) this.#replay.begin(clock.now());
          this.#intake.openJobs(welcome.openJobs);
          this.#sweeps.request();
          if (welcome.routesChanged === true) void this.#changes.announced();
          this.watchers.look();
        },
        received: (signals) => this.#received(this.#reporter.missed.heard(signals)),
        caughtUp: () => {
          this.#replay.end();
          this.#reporter.send();
        },
        down: () => {
          this.#replay.end();
          this.watchers.look();
        },
      },
    });
  }

  /** What the controller's actions are carried out by. */
  #hands(): Hands {
    const { log, onlyPool = null } = this.#options;
    return {
      slots: this.#slots,
      ledger: this.#ledger,
      pools: this.#live.pools,
      requestSweep: () => this.#sweeps.request(),
      onlyPool,
      log,
    };
  }

  /** Starts everything; resolves once what exists has been adopted, or `stop` was called. */
  async start(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#abort;
    const { journal, drains, pause, slots: records, finished } = this.#kept;
    const feed = this.#control.feed.bind(this.#control);
    this.#control.hold("adoption");
    feed(boundsOfFleet(this.#live.fleet));
    // Released when the replay is in, or when the first dial fails: then sweeps carry on alone.
    if (this.#link !== null) this.#replay.begin(clock.now());
    journal.reread(clock.now());
    recallJobs(journal, clock.now(), feed);
    recallHolds(drains, pause, clock.now(), feed);
    this.#link?.start();
    this.#background.push(
      prepareForJobs(this.#options, signal),
      this.#reporter.run(signal),
      keepHouse(
        {
          forget: (atMs) => feed({ type: "forget", atMs }),
          prune: [(nowMs) => finished.fold(nowMs), (nowMs) => journal.prune(nowMs), (nowMs) => records.prune(nowMs)],
          clock,
          log,
        },
        signal,
      ),
      watchOver({ ...this.#options, pools: () => this.#live.fleet.pools, ledger: this.#ledger, feed }, signal),
    );
    await this.#slots.adopt();
    if (signal.aborted) return;
    recallCooldowns(records, clock.now(), feed);
    this.#slots.start();
    this.#sweeps.start();
    this.#control.release("adoption");
  }

  /**
   * Ends the daemon within nine seconds, whatever hangs: intents are in the journal, and the next start settles them.
   * Runners go on; the next start adopts them.
   */
  async stop(): Promise<void> {
    const { clock, log } = this.#options;
    this.#abort.abort();
    this.#control.stop();
    keepCooldowns(this.#kept.slots, this.#ledger, log);
    this.#link?.stop();
    const limit = new AbortController();
    const ended = Promise.all([this.#sweeps.stop(), this.#slots.stop(START_GRACE_MS), ...this.#background]);
    const late = await Promise.race([ended.then(() => false), sleep(clock, STOP_LIMIT_MS, limit.signal)]);
    limit.abort();
    if (late) log.warn("agent stopped with work under way; the next start settles it");
    else log.info("agent stopped; runners go on");
  }

  #received(signals: readonly Signal[]): void {
    this.#intake.received(signals);
    this.#changes.heard(signals);
  }

  #swept(result: SweepResult): void {
    this.#sweepBook.swept(result);
    this.#totals.swept(result.failures.length === 0);
    this.#intake.swept(result);
    this.#changes.swept(result);
    if (this.#reporter.swept(result)) this.#replay.swept(result.startedAtMs);
    this.#slots.swept(result);
    this.#options.onSwept?.();
  }

  /** Serves this version of the pools file from now on, without a restart. */
  takeFleet(fleet: Fleet): void {
    this.#changes.take(fleet);
    this.status.fleetTaken();
  }

  /** Resolves once `holds` is true of the agent's state, now or after any event. Rejects with the signal's reason. */
  waitFor(holds: (state: AgentState) => boolean, signal: AbortSignal): Promise<void> {
    return this.watchers.waitFor(() => holds({ ...this.state(), connected: this.#link?.connected === true }), signal);
  }

  /** Resolves once no slot is coming up any more, whether it came up or failed. */
  whenUp(): Promise<void> {
    return this.#slots.whenUp();
  }

  /** What the agent says of itself. */
  state(): AgentReport {
    return this.#reporter.state();
  }
}
