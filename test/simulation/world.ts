import { PLAIN_CONTAINER } from "../../shared/fleet/container-options.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { poolOf } from "../shared/controller/world.ts";
import { AgentProcess, Disk, type Surroundings } from "./agent-process.ts";
import { calm, type Conditions } from "./conditions.ts";
import { Deliveries } from "./deliveries.ts";
import { Dice } from "./dice.ts";
import { DockerHost } from "./docker-host.ts";
import { Edge } from "./edge.ts";
import { GitHubApi, OWN_NAMES } from "./github-api.ts";
import type { SimJob } from "./github-jobs.ts";
import {
  ARCHIVED,
  HOME as HOME_REPOSITORY,
  MADE,
  NEW_NAME,
  RENAMED,
  SimRepositories,
  type RepositoryChanges,
} from "./github-repositories.ts";
import { GitHubWorld, type SimRunner } from "./github-world.ts";
import type { Machine } from "./machine.ts";
import { Machines } from "./machines.ts";
import { MetConditions } from "./met-conditions.ts";
import { Pauses } from "./pauses.ts";
import { Network } from "./network.ts";
import { PoolHours } from "./pool-hours.ts";
import { HOME, Rivalry } from "./rivalry.ts";
import { simLog } from "./quiet-log.ts";
import { RIVAL_LABEL, type Blow, type Item, type JobPlan, type Scenario, type SimSwarm } from "./scenario.ts";
import { SimClock } from "./sim-clock.ts";
import { SwarmMachine } from "./swarm-machine.ts";
import { Violation } from "./violation.ts";

export const START_MS = Date.UTC(2026, 10, 2, 8, 0, 0);
export const POOL = HOME;

/** Everything of one simulated run: GitHub, the edge, the network, the NAS and the agents on it. */
export class SimWorld {
  readonly clock = new SimClock(START_MS);
  readonly github: GitHubWorld;
  readonly api: GitHubApi;
  readonly docker: Machines;
  readonly #hasSecond: boolean;
  readonly #swarm: SwarmMachine | null;
  readonly #startDeadlineMs: number | undefined;
  readonly #byPattern: boolean;
  readonly edge: Edge;
  readonly deliveries: Deliveries;
  readonly disk = new Disk();
  readonly dice: Dice;
  readonly met: MetConditions;
  readonly pauses: Pauses;
  readonly #network: Network;
  readonly #surroundings: Surroundings;
  readonly #trace: ((line: string) => void) | null;
  #conditions = calm();
  #calmed = false;
  #boots = 0;
  #max: number;
  readonly #min: number;
  readonly #cooldownSeconds: number;
  readonly #sizes: boolean;
  readonly #hours: PoolHours;
  readonly #rivalry: Rivalry | null;
  readonly #share: number | undefined;
  readonly #atOnce: number;
  /** The largest maximum that the pools file has named: slots from before an edit may still be there. */
  largestMax: number;
  process: AgentProcess;
  violation: Violation | null = null;
  #journalled = 0;

  constructor(scenario: Scenario, trace: ((line: string) => void) | null) {
    this.#trace =
      trace === null
        ? null
        : (line) => trace(`${((this.clock.now() - START_MS) / 1000).toFixed(3).padStart(9)} ${line}`);
    this.dice = new Dice(scenario.seed ^ 0x5eed);
    this.met = new MetConditions(() => this.#conditions);
    const now = (): Conditions => this.met.now;
    const fail = (violation: Violation): void => this.fail(violation);
    const { repositories } = scenario;
    this.#byPattern = repositories !== undefined;
    const held = new SimRepositories([HOME_REPOSITORY, RENAMED, this.#byPattern ? ARCHIVED : MADE]);
    this.github = new GitHubWorld(this.clock, this.dice.fork(), held, (job, action) => {
      this.say(`github job ${job.id} ${action} (${job.status}) ${job.runnerName ?? ""}`);
      this.deliveries.tell(job, action, held.find(job.repository)?.id ?? 1);
    });
    this.edge = new Edge(now, this.clock, simLog("edge ", this.#trace), fail);
    this.deliveries = new Deliveries((request) => this.edge.post(request), now, this.clock, this.dice.fork());
    this.api = new GitHubApi(this.github, now, this.clock, this.dice.fork(), fail, () => this.met.noteRepositories());
    this.#hasSecond = scenario.second === true;
    const machines = new Map<string, Machine>([
      ["local", new DockerHost(this.github, now, this.clock, this.dice.fork(), fail)],
    ]);
    const others = new Dice(scenario.seed ^ 0xe761e5);
    if (this.#hasSecond) {
      const isDown = (): boolean => now().secondDown;
      machines.set("second", new DockerHost(this.github, now, this.clock, others.fork(), fail, isDown));
    }
    this.#swarm = scenario.swarm === undefined ? null : this.#swarmOf(scenario.swarm, scenario.seed);
    if (scenario.swarm !== undefined && this.#swarm !== null) machines.set(scenario.swarm.at, this.#swarm);
    this.#startDeadlineMs = scenario.swarm?.startDeadlineMs;
    this.docker = new Machines(machines, others);
    this.#network = new Network(this.edge, now, this.clock, this.dice.fork());
    this.#surroundings = {
      clock: this.clock,
      conditions: now,
      dice: this.dice.fork(),
      github: this.api,
      machines: this.docker.byName,
      dial: scenario.sweepsAlone ? null : this.#network.dial,
      disk: this.disk,
      facts: {
        load: () => (this.#hours.isAtOtherWork(this.clock.now()) ? 9 : 0),
        freeMemoryBytes: () => null,
        pressure: () => ({ cpu: null, memory: null, io: null }),
        processes: () => null,
      },
      log: simLog("agent", this.#trace),
      crashed: (error) => fail(new Violation("liveness", `the agent crashed: ${String(error)}`)),
    };
    this.pauses = new Pauses(this.disk, this.clock.home);
    this.#max = scenario.max;
    this.#min = scenario.min;
    this.#cooldownSeconds = scenario.cooldownSeconds;
    this.#sizes = scenario.sizes ?? false;
    this.#hours = new PoolHours(scenario, START_MS, this.disk);
    this.#rivalry = scenario.rival === undefined ? null : new Rivalry(scenario.rival, this.disk);
    this.#share = scenario.maxPerRepository;
    this.#atOnce = scenario.atOnce ?? Number.POSITIVE_INFINITY;
    this.largestMax = scenario.max;
    this.github.register("hookline-nas-2--home-aaaaaaaaaa", ["self-hosted"]);
    this.process = this.#boot();
    if (scenario.sweepsAlone) this.#conditions.edgeDown = true;
    if (repositories !== undefined) this.#changeRepositories(repositories);
    for (const item of scenario.items) this.clock.after(item.atMs, () => this.#happen(item, scenario));
  }

  #swarmOf({ at, nodes, room }: SimSwarm, seed: number): SwarmMachine {
    const conditions = (): Conditions => this.met.now;
    const dice = new Dice(seed ^ 0x5a3a43a);
    return new SwarmMachine({
      world: { github: this.github, conditions, clock: this.clock, dice },
      nodes,
      room,
      isDown: () => (at === "local" ? conditions().dockerDown : conditions().secondDown),
      log: simLog("swarm", this.#trace),
      fail: (violation) => this.fail(violation),
      met: (name) => this.met.note(name),
    });
  }

  say(line: string): void {
    this.#trace?.(line);
  }

  fail(violation: Violation): void {
    this.say(`VIOLATION ${violation.message}`);
    this.violation ??= violation;
  }

  get min(): number {
    return Math.min(this.#min, this.#max);
  }

  #fleet(): Fleet {
    const scaling = { min: this.min, max: this.#max, queueThreshold: 1, cooldownSeconds: this.#cooldownSeconds };
    const sizes = this.#sizes ? { sizes: SIZES } : {};
    const engines = this.#hasSecond ? { engines: ["local", "second"] } : {};
    const share = this.#share === undefined ? {} : { maxPerRepository: this.#share };
    const startDeadlineMs = this.#startDeadlineMs;
    const waits = startDeadlineMs === undefined ? {} : { container: { ...PLAIN_CONTAINER, startDeadlineMs } };
    const features = { ...sizes, ...share, ...this.#hours.settings, ...engines, ...waits };
    const place = this.#byPattern ? BY_PATTERN : { scope: SCOPE };
    const home = poolOf({ key: POOL, scaling, ...place, ...features });
    return this.#rivalry?.fleet(home) ?? { version: 2, pools: [home] };
  }

  #boot(): AgentProcess {
    this.#boots += 1;
    this.say(`-- agent starts, boot ${this.#boots}, max ${this.#max}`);
    const started = new AgentProcess(this.#surroundings, this.#fleet(), this.#boots);
    started.start();
    return started;
  }

  #happen(item: Item, scenario: Scenario): void {
    this.say(`-- ${JSON.stringify(item)}`);
    if (item.kind === "job") return this.#queue(item);
    if (item.kind !== "trouble") return this.#blow(item);
    this.#conditions = { ...this.#conditions, ...item.change };
    const usual = { ...calm(), edgeDown: scenario.sweepsAlone };
    const undo = Object.fromEntries(Object.keys(item.change).map((key) => [key, usual[key as keyof Conditions]]));
    this.clock.after(item.forMs, () => {
      if (this.#calmed) return;
      this.#conditions = { ...this.#conditions, ...undo };
      if ("dockerDown" in undo || "secondDown" in undo) this.docker.resync();
    });
    // Of two machines one that falls silent is noticed by its broken stream, or by what it does not answer.
    if (!this.#hasSecond || item.atMs % 2 === 0) return;
    if (item.change.dockerDown === true) this.docker.silent("local");
    if (item.change.secondDown === true) this.docker.silent("second");
  }

  #changeRepositories({ madeMs, renamedMs, archivedMs }: RepositoryChanges): void {
    const at = (atMs: number, what: string, change: () => void): void => {
      this.clock.after(atMs, () => {
        this.say(`-- repository ${what}`);
        change();
      });
    };
    at(madeMs, `${MADE} is made`, () => this.github.repositories.make(MADE));
    at(renamedMs, `${RENAMED} becomes ${NEW_NAME}`, () => this.github.rename(RENAMED, NEW_NAME));
    at(archivedMs, `${ARCHIVED} is archived`, () => this.github.archive(ARCHIVED));
  }

  /** Where a job is queued: nothing runs in a repository that is not there yet, or archived. */
  #repositoryOf({ repository }: JobPlan): string {
    const found = this.github.repositories.find(repository);
    return found === undefined || found.archived ? HOME_REPOSITORY : found.name;
  }

  #queue(planned: JobPlan): void {
    const plan = { ...planned, repository: this.#repositoryOf(planned) };
    const runId = this.dice.between(1, 2 ** 30);
    for (let left = plan.count; left > 0; left -= 1) {
      const job = this.github.jobs.create({ ...plan, runId, attempt: 1 }, plan.gatedMs !== null, plan.heldMs !== null);
      if (plan.heldMs !== null) this.clock.after(plan.heldMs, () => this.github.jobs.release(job));
      if (plan.gatedMs !== null) this.clock.after(plan.gatedMs, () => this.github.jobs.approve(job));
      if (plan.cancelMs !== null) this.clock.after(plan.cancelMs, () => this.#cancelWaiting(job));
      if (plan.rerun) this.clock.after(plan.durationMs + 60_000, () => this.#rerun(job, plan));
    }
  }

  #cancelWaiting(job: SimJob): void {
    if (job.status !== "in_progress") this.github.cancel(job);
  }

  /** A new attempt is a new job; and GitHub tells the end of the old one once more. */
  #rerun(job: SimJob, plan: JobPlan): void {
    if (job.status !== "completed" || this.#calmed) return;
    const repository = this.#repositoryOf(plan);
    this.github.jobs.create({ ...plan, repository, runId: job.runId, attempt: 2, stuck: false }, false);
    this.github.jobs.retell(job);
  }

  #blow(blow: Blow): void {
    switch (blow.kind) {
      case "cut-link":
        return this.#network.cut();
      case "evict":
        return this.edge.evict(false);
      case "move":
        return this.edge.evict(true);
      case "container-dies":
        return this.docker.die("one");
      case "docker-restarts":
        this.docker.die("all");
        return this.docker.resync();
      case "stop-agent":
        return this.#stop();
      case "kill-agent":
        return this.#killAt(blow);
      case "power-cut":
        this.#die(blow.downMs);
        this.docker.powerCut();
        // Of slots on a machine that is silent when the agent starts again, the journal alone tells.
        return this.#hasSecond ? undefined : this.disk.loseSlots();
      case "node-dies":
        return this.#swarm?.loseNode("dies", blow.forMs);
      case "node-cut":
        return this.#swarm?.loseNode("cut", blow.forMs);
      case "manager-restarts":
        return this.#swarm?.restartManager(blow.forMs);
      case "set-clock":
        this.pauses.clockSet();
        return this.clock.setHome(blow.byMs);
      case "pause":
        return this.#pause(blow);
      case "edit-pools":
        this.#max = blow.max;
        this.largestMax = Math.max(this.largestMax, blow.max);
        return this.#stop();
    }
  }

  /** An agent that is down, or cannot write it down, is not paused. */
  #pause({ forMs, byHand }: Extract<Blow, { kind: "pause" }>): void {
    if (this.process.dead || !this.pauses.begin(this.process.agent.operator, byHand ? null : forMs)) return;
    if (byHand) this.clock.after(forMs, () => this.#resume());
  }

  /** Tried again until an agent is there to hear it. */
  #resume(): void {
    if (!this.process.dead && this.pauses.end(this.process.agent.operator)) return;
    this.clock.after(5000, () => this.#resume());
  }

  #killAt(blow: Extract<Blow, { kind: "kill-agent" }>): void {
    const victim = this.process;
    const kill = (): void => {
      if (this.process === victim) this.#die(blow.downMs);
    };
    victim.dieAt({ callsLeft: blow.calls, afterEffect: blow.afterEffect, kill });
  }

  #die(downMs: number): void {
    if (this.process.dead) return;
    this.say("-- agent killed");
    this.process.kill();
    this.clock.after(downMs, () => this.#reboot());
  }

  /** A clean stop, and the next start right after it. */
  #stop(): void {
    if (!this.process.dead) void this.#stopCleanly(this.process);
  }

  async #stopCleanly(stopping: AgentProcess): Promise<void> {
    await stopping.agent.stop();
    if (stopping.dead) return;
    stopping.kill();
    this.#reboot();
  }

  #reboot(): void {
    if (this.process.dead) this.process = this.#boot();
  }

  /** All faults stop; what GitHub would never hand out is cancelled, what it held may run. */
  calmDown(sweepsAlone: boolean): void {
    this.say("-- calm");
    this.#calmed = true;
    this.process.dieAt(null);
    this.#conditions = { ...calm(), edgeDown: sweepsAlone };
    this.docker.calmDown();
    this.github.calmDown();
  }

  /** What must be true at every moment. */
  check(): void {
    const alive = this.docker.alive(POOL);
    if (alive > this.largestMax)
      this.fail(new Violation("promise 6", `${alive} containers, ${this.largestMax} allowed`));
    const running = this.live().filter(({ status }) => status === "in_progress").length;
    if (running > this.#atOnce) this.fail(new Violation("shares", `${running} jobs run, ${this.#atOnce} at a time`));
    this.#checkAcknowledged();
    if (this.pauses.holds) this.#checkPause();
    this.#checkHours();
    if (this.#rivalry !== null) this.#checkRivalry(this.#rivalry);
    // No signal here is beyond this agent: one that the edge has set aside is lost to it.
    const dead = this.edge.mailbox.dead();
    if (dead > 0) this.fail(new Violation("promise 3", `${dead} signals were set aside as dead letters`));
  }

  #checkPause(): void {
    if (this.live().some(({ status }) => status === "queued")) this.met.notePause();
    const begun = this.pauses.slotBegunMeanwhile();
    if (begun !== null)
      this.fail(new Violation("pause", `slot ${begun} was begun while the operator had paused the fleet`));
  }

  #checkHours(): void {
    const [nowMs, homeMs] = [this.clock.now(), this.clock.home.now()];
    const waits = (): boolean => this.live().some(({ status }) => status === "queued");
    if (this.#hours.isHouseSeen(nowMs) && waits()) this.met.noteHouse();
    if (this.#hours.isClosed(homeMs) && waits()) this.met.noteHours();
    const broken = this.#hours.broken(nowMs, homeMs);
    if (broken !== null) this.fail(broken);
  }

  #checkRivalry(rivalry: Rivalry): void {
    const view = { process: this.process, live: this.live(), alive: this.docker.aliveInAll() };
    if (rivalry.isMet(view)) this.met.notePriority();
    const broken = rivalry.broken(view);
    if (broken !== null) this.fail(broken);
  }

  #checkAcknowledged(): void {
    const acked = this.edge.mailbox.acked();
    if (acked === this.#journalled) return;
    const rows = this.edge.sql.exec(
      "SELECT guid FROM signals WHERE seq > ? AND seq <= ? AND seq NOT IN (SELECT seq FROM dead_letters)",
      this.#journalled,
      acked,
    );
    for (const { guid } of rows) {
      const [found] = this.disk.signals.exec("SELECT guid FROM signals WHERE guid = ?", guid ?? "");
      if (found === undefined) this.fail(new Violation("promise 3", `${guid} is acknowledged and not in the journal`));
    }
    this.#journalled = acked;
  }

  /** Jobs that somebody could still run. */
  live(): readonly SimJob[] {
    const served = this.#rivalry === null ? ["nas"] : ["nas", RIVAL_LABEL];
    return [...this.github.jobs.all].filter(
      ({ status, labels }) => status !== "completed" && served.some((label) => labels.includes(label)),
    );
  }

  ownRunners(): readonly string[] {
    const runners = [...this.github.runners.values()].filter((runner) => !this.#isGitHubsToRemove(runner));
    return runners.map(({ name }) => name).filter((name) => name.startsWith(OWN_NAMES));
  }

  /**
   * A process knows only of places that its fleet serves, or has left since its own start. GitHub itself removes an
   * ephemeral runner that has not connected for a day.
   * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/remove-runners
   */
  #isGitHubsToRemove({ repositoryId, online }: SimRunner): boolean {
    if (online || repositoryId === null || this.#boots === 1) return false;
    return this.github.repositories.all.some(({ id, archived }) => id === repositoryId && archived);
  }

  online(): number {
    return [...this.github.runners.values()].filter(({ online }) => online).length;
  }

  close(): void {
    this.process.kill();
    this.edge.close();
    this.disk.close();
  }
}

const SIZES = { memoryBytes: 4 * 2 ** 30, cpus: 2 } as const;
const BY_PATTERN = {
  scope: { kind: "repositories", repositories: [] },
  repositories: [],
  patterns: { accounts: ["acme"], except: [] },
} as const;
const SCOPE = { kind: "organization", organization: "acme", runnerGroup: "Default" } as const;
