import { errorFields } from "../../shared/errors/message-of.ts";
import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { SWEEPS_TO_BE_GONE } from "../../shared/controller/job.ts";
import { Ledger } from "../../shared/controller/ledger.ts";
import type { Action } from "../../shared/controller/plan.ts";
import { describeRefusal } from "../../shared/controller/describe-reason.ts";
import { refusal, servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { servedDemand } from "../../shared/controller/serving.ts";
import { isBusy } from "../../shared/controller/slot.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import type { Route } from "../../shared/link/route.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { factsOfSignal, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { sleep } from "../clock/sleep.ts";
import { runnerGroupOf } from "../github/model/scope.ts";
import type { DeliveryLog, GitHubHook } from "../github/model/delivery-log.ts";
import type { GitHub } from "../github/model/types.ts";
import { DrainRecords } from "../journal/drain-records.ts";
import { Journal } from "../journal/journal.ts";
import { MissedDeliveries } from "../journal/missed-deliveries.ts";
import { SlotRecords } from "../journal/slot-records.ts";
import { SweepRecords } from "../journal/sweep-records.ts";
import type { Dial } from "../link/dial.ts";
import { LinkClient } from "../link/link-client.ts";
import { enforceTimeLimits } from "../slots/time-limits.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { SlotManager } from "../slots/slot-manager.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import { DeliverySweep } from "../sweeps/delivery-sweep.ts";
import type { SweepResult } from "../sweeps/sweep.ts";
import { SweepLoop } from "../sweeps/sweep-loop.ts";
import { poolOfAction } from "./pool-of-action.ts";
import { ControlLoop } from "./control-loop.ts";
import { drainProgress, UnknownPool, type DrainProgress } from "../../shared/controller/drain-progress.ts";
import { feedSweep } from "./feed-sweep.ts";
import { routesOfFleet } from "./routes-of-fleet.ts";
import { Watchers } from "./watchers.ts";

const RECONCILE_RETRY_MS = 5000;
const RECONCILE_RETRY_CAP_MS = 60_000;
const REPORT_INTERVAL_MS = 60_000;
const HOUSEKEEPING_MS = 60 * 60_000;
/** What `docker stop` leaves before it kills is ten seconds. */
const STOP_GRACE_MS = 7000;
const STOP_LIMIT_MS = 9000;

export interface AgentOptions {
  /** Name of this agent, in every runner and container name. */
  readonly instance: string;
  /** Tends this pool alone and leaves the slots of all others as they are; every pool where it is absent. */
  readonly onlyPool?: string | null;
  /** A fresh id of this start. */
  readonly boot: string;
  readonly host: string;
  readonly fleet: Fleet;
  /** Architecture of the host that runs the containers. */
  readonly architecture: "amd64" | "arm64";
  readonly github: GitHub;
  readonly provider: SlotProvider;
  /** Null for an agent that lives by sweeps alone. */
  readonly dial: Dial | null;
  /** Every write on disk before it returns: signals are acknowledged on its word. */
  readonly journalSql: SqlDatabase;
  /** Survives the process; may lose the last moments to a power failure, after which containers tell the truth. */
  readonly slotsSql: SqlDatabase;
  /** GitHub's log of the hooks that deliver to our receiver; null where there is none to look into. */
  readonly deliveries?: { readonly log: DeliveryLog; readonly isOurs: (hook: GitHubHook) => boolean } | null;
  /** What the GitHub client has called so far, for the record of each sweep. */
  readonly spent?: () => { readonly calls: number; readonly notModified: number };
  readonly sweepIntervalMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface AgentState extends AgentReport {
  /** Whether the edge has welcomed this agent on a link that is up. */
  readonly connected: boolean;
}

/** The daemon: link, sweeps and slots around the one controller. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #pools: readonly ServingPool[];
  readonly #ledger: Ledger;
  readonly #journal: Journal;
  readonly #records: SlotRecords;
  readonly #drains: DrainRecords;
  readonly #control: ControlLoop;
  readonly #slots: SlotManager;
  readonly #link: LinkClient | null;
  readonly #sweeps: SweepLoop;
  readonly #watchers = new Watchers();
  readonly #abort = new AbortController();
  readonly #background: Promise<unknown>[] = [];
  #lastSweepAtMs: number | null = null;
  #lastCompleteSweepAtMs: number | null = null;
  #replayHeldSinceMs = 0;
  #sweepsDuringReplay = 0;

  /** @throws {Error} if the journal was written by a newer version. */
  constructor(options: AgentOptions) {
    const { fleet, architecture, instance, clock, log } = options;
    this.#options = options;
    this.#pools = fleet.pools.map((pool) => servingPool(pool, architecture));
    this.#ledger = new Ledger(ownPrefix(instance));
    this.#journal = new Journal(options.journalSql);
    this.#records = new SlotRecords(options.slotsSql);
    this.#drains = new DrainRecords(options.journalSql);
    this.#control = new ControlLoop({
      ledger: this.#ledger,
      pools: () => this.#pools,
      act: (action) => this.#act(action),
      onTurn: () => this.#watchers.look(),
      clock,
      log,
    });
    this.#slots = new SlotManager({
      ...options,
      ledger: this.#ledger,
      records: this.#records,
      feed: (name, step) => this.#control.feed({ type: "slot", atMs: clock.now(), name, ...step }),
    });
    this.#sweeps = new SweepLoop({
      ...options,
      deliveries: this.#deliverySweep(),
      records: new SweepRecords(options.slotsSql),
      activeRepositories: () => this.#activeRepositories(),
      intervalMs: options.sweepIntervalMs,
      onResult: (result) => this.#swept(result),
    });
    this.#link = options.dial === null ? null : this.#makeLink(options.dial);
  }

  #deliverySweep(): DeliverySweep | null {
    const { deliveries, journalSql, clock, log, fleet } = this.#options;
    if (deliveries === undefined || deliveries === null) return null;
    return new DeliverySweep({
      ...deliveries,
      missed: new MissedDeliveries(journalSql),
      has: (guid) => this.#journal.has(guid),
      take: (signal) => this.#received(this.#journal.take([signal], clock.now())),
      fleet,
      clock,
      logger: log,
    });
  }

  /** Where jobs are known that have not ended. */
  *#activeRepositories(): Generator<string> {
    for (const { facts } of this.#ledger.jobs) yield facts.repository;
  }

  #makeLink(dial: Dial): LinkClient {
    const { instance, boot, host } = this.#options;
    return new LinkClient({
      ...this.#options,
      dial,
      journal: this.#journal,
      identity: { instance, boot, host },
      routes: () => this.#routes(),
      events: {
        welcomed: (welcome, behind) => {
          if (behind) this.#holdForReplay();
          for (const facts of welcome.openJobs) this.#feedOpenJob(facts);
          this.#sweeps.request();
          this.#watchers.look();
        },
        received: (signals) => this.#received(signals),
        caughtUp: () => {
          this.#control.release("replay");
          this.#report();
        },
        down: () => this.#control.release("replay"),
      },
    });
  }

  /** Starts everything; resolves once what exists has been adopted, or `stop` was called. */
  async start(): Promise<void> {
    this.#control.hold("adoption");
    // Released when the replay is in, or when the first dial fails: then sweeps carry on alone.
    if (this.#link !== null) this.#holdForReplay();
    this.#recall();
    this.#link?.start();
    this.#background.push(this.#prepare(), this.#reportChanges(), this.#keepHouse());
    const limited = { ...this.#options, pools: this.#options.fleet.pools, ledger: this.#ledger };
    this.#background.push(enforceTimeLimits(limited, this.#abort.signal));
    await this.#adopt();
    if (this.#abort.signal.aborted) return;
    this.#recallSurplus();
    this.#slots.watch();
    this.#slots.settleIntents();
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
    this.#keepSurplus();
    this.#link?.stop();
    const limit = new AbortController();
    const ended = Promise.all([this.#sweeps.stop(), this.#slots.stop(STOP_GRACE_MS), ...this.#background]);
    const late = await Promise.race([ended.then(() => false), sleep(clock, STOP_LIMIT_MS, limit.signal)]);
    limit.abort();
    if (late) log.warn("agent stopped with work under way; the next start settles it");
    else log.info("agent stopped; runners go on");
  }

  /** Rebuilds the ledger from the journal. What has become old news since is confirmed by a sweep first. */
  #recall(): void {
    const now = this.#options.clock.now();
    for (const { signal, agentAtMs } of this.#journal.signals()) {
      const facts = factsOfSignal(signal);
      if (facts === null) continue;
      this.#control.feed({ type: "job", source: "signal", facts, atMs: now, seenAtMs: agentAtMs, guid: signal.guid });
    }
    for (const pool of this.#drains.pools()) this.#control.feed({ type: "drain", pool, on: true });
  }

  /** An idle slot's cooldown goes on from one process to the next, so that runs of `scale --once` retire it in time. */
  #recallSurplus(): void {
    for (const { name, surplusSinceMs } of this.#records.unfinished())
      if (surplusSinceMs !== null) this.#ledger.recallSurplus(name, surplusSinceMs);
  }

  #keepSurplus(): void {
    try {
      for (const { name, surplusSinceMs } of this.#ledger.slots) this.#records.update(name, { surplusSinceMs });
    } catch (error) {
      this.#options.log.warn("cooldowns not kept; they start anew", errorFields(error));
    }
  }

  /** Nothing is started before it is known what runs already. */
  async #adopt(): Promise<void> {
    const { clock, log } = this.#options;
    let told = "";
    for (let delayMs = RECONCILE_RETRY_MS; ; delayMs = Math.min(2 * delayMs, RECONCILE_RETRY_CAP_MS)) {
      try {
        return await this.#slots.reconcile();
      } catch (error) {
        const why = errorFields(error);
        if (why.reason !== told && !this.#abort.signal.aborted) log.error("cannot see what runs; trying again", why);
        told = why.reason;
      }
      if (!(await sleep(clock, delayMs, this.#abort.signal))) return;
    }
  }

  /** What the first job would otherwise wait for: images, and the ids of the runner groups. */
  async #prepare(): Promise<void> {
    const { provider, github, fleet } = this.#options;
    const { signal } = this.#abort;
    await Promise.all([
      this.#attempt("images not ready; they are pulled when needed", () => provider.prepare(fleet.pools, signal)),
      ...fleet.pools.map((pool) =>
        this.#attempt("runner group not found; asked again when needed", () => runnerGroupOf(github, pool, signal)),
      ),
    ]);
  }

  async #attempt(otherwise: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#options.log.warn(otherwise, errorFields(error));
    }
  }

  #received(signals: readonly Signal[]): void {
    const { clock, log } = this.#options;
    const now = clock.now();
    for (const signal of signals) {
      const { guid, jobId, action, status } = signal;
      const facts = factsOfSignal(signal);
      if (facts === null) {
        log.warn("signal with a status that is not known; kept, without effect", { guid, jobId, status });
        continue;
      }
      log.info("signal", { guid, jobId, action, phase: facts.phase, ms: now - signal.receivedAtMs });
      this.#control.feed({ type: "job", source: "signal", facts, atMs: now, seenAtMs: now, guid });
      this.#noteUnserved(facts);
      this.#askIfOvertaken(facts);
    }
  }

  /** A sweep saw the job wait for its approval, and stamps of two clocks cannot tell what came first: GitHub can. */
  #askIfOvertaken({ jobId, phase }: JobFacts): void {
    if (phase === "queued" && this.#ledger.job(jobId)?.facts.phase === "waiting") this.#sweeps.request();
  }

  /** A job that looks like ours and that nobody will serve is worth a word with the reasons. */
  #noteUnserved(facts: JobFacts): void {
    if (facts.phase !== "queued") return;
    const refusals = this.#pools.map((serving) => [serving.pool.key, refusal(serving, facts)] as const);
    if (refusals.some(([, reason]) => reason === null)) return;
    const reasons = refusals.map(([pool, reason]) => [pool, reason === null ? "" : describeRefusal(reason)]);
    const { jobId, repository, labels } = facts;
    this.#options.log.info("no pool serves this job", { jobId, repository, labels, why: Object.fromEntries(reasons) });
  }

  #feedOpenJob(facts: JobFacts): void {
    const atMs = this.#options.clock.now();
    this.#control.feed({ type: "job", source: "open-jobs", facts, atMs, seenAtMs: facts.phaseAtMs });
  }

  #holdForReplay(): void {
    this.#control.hold("replay");
    this.#replayHeldSinceMs = this.#options.clock.now();
    this.#sweepsDuringReplay = 0;
  }

  /** Two complete sweeps know of each job what a replay could tell: one that does not come must not hold them up. */
  #sweptCompletely(result: SweepResult): void {
    if (result.startedAtMs < this.#replayHeldSinceMs) return;
    this.#sweepsDuringReplay += 1;
    if (this.#sweepsDuringReplay >= SWEEPS_TO_BE_GONE) this.#control.release("replay");
  }

  #swept(result: SweepResult): void {
    this.#lastSweepAtMs = result.finishedAtMs;
    feedSweep(result, this.#options.clock.now(), (event) => this.#control.feed(event));
    const { complete, allReadSinceMs } = result.jobs;
    const isWhole = complete && result.runners.every((listing) => listing.complete);
    if (isWhole) this.#sweptCompletely(result);
    // Where the repositories take turns, a round of all of them is what a complete sweep is elsewhere.
    this.#lastCompleteSweepAtMs = isWhole ? result.finishedAtMs : (allReadSinceMs ?? this.#lastCompleteSweepAtMs);
    this.#slots.reconcile().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#options.log.warn("slots not compared with what runs", errorFields(error));
    });
    this.#noteOnline(result);
  }

  /** The first time that GitHub lists a runner as online is part of its timeline. */
  #noteOnline(result: SweepResult): void {
    for (const runner of result.runners.flatMap((listing) => listing.items)) {
      if (runner.status === "online" && this.#ledger.slot(runner.name) !== undefined) {
        this.#records.noteOnline(runner.name, result.startedAtMs);
      }
    }
  }

  #act(action: Action): void {
    const { log, onlyPool = null } = this.#options;
    if (onlyPool !== null && poolOfAction(action, this.#ledger) !== onlyPool) return;
    switch (action.type) {
      case "provision": {
        const serving = this.#pools.find(({ pool }) => pool.key === action.pool);
        if (serving === undefined) return;
        log.info("slot wanted", { pool: action.pool, scope: action.scope, ...action.reason });
        return this.#slots.provision(serving, action.scope);
      }
      case "retire":
        log.info("slot retired", { slot: action.slot, ...action.reason });
        return this.#slots.retire(action.slot);
      case "deregister":
        return this.#slots.deregister(action.ghost);
      case "verify":
        log.debug("sweep asked for", { ...action.reason });
        return this.#sweeps.request();
    }
  }

  /** What the fleet serves, for the edge to turn the rest away. */
  #routes(): readonly Route[] {
    return routesOfFleet(this.#options.fleet);
  }

  /**
   * Lets a pool run empty, or takes that back. On disk and in effect on return: nothing new is started in the pool,
   * and its idle runners go as soon as GitHub has confirmed them idle.
   * @throws {UnknownPool} naming the pools that there are.
   */
  drain(pool: string, on: boolean): void {
    const keys = this.#pools.map((serving) => serving.pool.key);
    if (!keys.includes(pool)) throw new UnknownPool(pool, keys);
    const { clock, log } = this.#options;
    this.#drains.set(pool, on, clock.now());
    log.info(on ? "pool drains" : "pool serves again", { pool });
    this.#control.feed({ type: "drain", pool, on });
  }

  /** How far a pool has run empty. */
  drainProgress(pool: string): DrainProgress {
    return drainProgress(this.#ledger, pool);
  }

  /** Resolves once `holds` is true of the agent's state, now or after any event. Rejects with the signal's reason. */
  waitFor(holds: (state: AgentState) => boolean, signal: AbortSignal): Promise<void> {
    return this.#watchers.waitFor(() => holds({ ...this.state(), connected: this.#link?.connected === true }), signal);
  }

  /** Resolves once no slot is coming up any more, whether it came up or failed. */
  whenUp(): Promise<void> {
    return this.#slots.whenUp();
  }

  /** What the agent says of itself. */
  state(): AgentReport {
    const slots = [...this.#ledger.slots];
    return {
      slots: slots.length,
      busy: slots.filter(isBusy).length,
      demand: servedDemand(this.#ledger, this.#pools),
      lastSweepAt: this.#lastSweepAtMs,
      lastCompleteSweepAt: this.#lastCompleteSweepAtMs,
    };
  }

  #report(): void {
    this.#link?.report(this.state());
  }

  async #reportChanges(): Promise<void> {
    let last = "";
    while (await sleep(this.#options.clock, REPORT_INTERVAL_MS, this.#abort.signal)) {
      const { slots, busy, demand } = this.state();
      const now = JSON.stringify({ slots, busy, demand });
      if (now !== last) this.#report();
      last = now;
    }
  }

  async #keepHouse(): Promise<void> {
    const { clock, log } = this.#options;
    while (await sleep(clock, HOUSEKEEPING_MS, this.#abort.signal)) {
      this.#control.feed({ type: "forget", atMs: clock.now() });
      try {
        this.#journal.prune(clock.now());
        this.#records.prune(clock.now());
      } catch (error) {
        log.error("journal not pruned; it is tried again", {
          ...errorFields(error),
          remedy: "free the disk of HOOKLINE_DATA",
        });
      }
    }
  }
}
