import { bootRunner, type RunnersWorld } from "./boot-runner.ts";
import { SwarmNodes, type SimNode } from "./swarm-nodes.ts";
import { Violation } from "./violation.ts";

export interface SimService {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** What a manager believes of a task. */
export interface TaskStatus {
  readonly state: string;
  readonly error: string | null;
  readonly exitCode: number | null;
  readonly sinceMs: number;
}

export interface SimTask {
  readonly service: SimService;
  readonly runnerId: number;
  nodeId: string | null;
  /** As the manager lists it. */
  status: TaskStatus;
  /** As its node knows it, and tells as soon as it is heard. */
  truth: TaskStatus;
  container: "none" | "running" | "ended";
  /** What the manager wants of it. */
  wanted: "run" | "end" | "remove";
}

const ENDED: ReadonlySet<string> = new Set(["complete", "failed", "shutdown", "rejected"]);

/**
 * The services of a swarm, of one task each that is started once. A task without room waits; a task of a node that dies is
 * listed as running until that node speaks again, which then ends what still runs of it. Nobody is told of a task's end.
 */
export class SwarmTasks {
  readonly nodes: SwarmNodes;
  readonly services = new Map<string, SimService>();
  readonly tasks: SimTask[] = [];
  started = 0;
  readonly #world: RunnersWorld;
  readonly #room: number;
  readonly #fail: (violation: Violation) => void;
  readonly #waited: () => void;
  #nextId = 1;

  constructor(options: {
    readonly world: RunnersWorld;
    readonly nodes: number;
    /** Tasks that a node has room for. */
    readonly room: number;
    readonly changed: (node: SimNode, before: SimNode["state"]) => void;
    readonly fail: (violation: Violation) => void;
    /** A task found no room. */
    readonly waited: () => void;
  }) {
    this.#world = options.world;
    this.#room = options.room;
    this.#fail = options.fail;
    this.#waited = options.waited;
    const { clock, dice } = options.world;
    this.nodes = new SwarmNodes(options.nodes, clock, dice, {
      changed: (node, before) => {
        if (node.state === "down") this.#giveUp(node);
        options.changed(node, before);
        this.#schedule();
      },
      returned: (node) => this.#catchUp(node),
    });
  }

  create(name: string, labels: Readonly<Record<string, string>>): SimService {
    const service = { id: `service-${this.#nextId++}`, name, labels, createdAtMs: this.#world.clock.now() };
    this.services.set(service.id, service);
    const status = this.#status("pending");
    const runnerId = Number(labels["hookline.runner-id"]);
    this.tasks.push({
      service,
      runnerId,
      nodeId: null,
      status,
      truth: status,
      container: "none",
      wanted: "run",
    });
    this.#schedule();
    return service;
  }

  remove(service: SimService): void {
    this.services.delete(service.id);
    const task = this.tasks.find((each) => each.service === service);
    if (task === undefined) return;
    const job = this.#world.github.runners.get(task.runnerId)?.job ?? null;
    // What runs on a node that is down, Swarm itself ends when the node is back.
    if (job !== null && task.container === "running" && task.wanted === "run")
      this.#fail(new Violation("promise 8", `${service.name} was removed while it ran job ${job.id}`));
    task.wanted = "remove";
    const node = this.nodes.node(task.nodeId);
    if (node === undefined || this.nodes.hears(node)) this.#obey(task);
  }

  #status(state: string, error: string | null = null, exitCode: number | null = null): TaskStatus {
    return { state, error, exitCode, sinceMs: this.#world.clock.now() };
  }

  #schedule(): void {
    this.#world.clock.after(this.#world.dice.between(20, 150), () => {
      if (!this.nodes.managerRuns) return;
      for (const task of this.tasks) if (task.status.state === "pending" && task.wanted === "run") this.#place(task);
    });
  }

  #place(task: SimTask): void {
    const ready = this.nodes.all.filter(({ state }) => state === "ready");
    const load = (node: SimNode): number =>
      this.tasks.filter((each) => each.nodeId === node.id && !hasEnded(each)).length;
    const [node] = ready.filter((each) => load(each) < this.#room).toSorted((a, b) => load(a) - load(b));
    if (node === undefined) {
      this.#waited();
      const [full, away] = [ready.length, this.nodes.all.length - ready.length];
      const why = `no suitable node (insufficient resources on ${full} nodes; ${away} node not available for new tasks)`;
      task.status = task.truth = this.#status("pending", why);
      return;
    }
    task.nodeId = node.id;
    task.status = task.truth = this.#status("preparing");
    this.#world.clock.after(this.#world.dice.between(400, 900), () => this.#begin(task, node));
  }

  #begin(task: SimTask, node: SimNode): void {
    if (task.wanted !== "run" || !this.nodes.hears(node) || task.container !== "none") return;
    if (this.#world.conditions().dockerFull)
      return this.#tell(task, this.#status("rejected", "no space left on device"));
    task.container = "running";
    this.started += 1;
    this.#tell(task, this.#status("running"));
    const runs = (): boolean => task.container === "running";
    bootRunner(this.#world, { runnerId: task.runnerId, runs, exit: (exitCode) => this.exit(task, exitCode) });
  }

  /** A container ends. */
  exit(task: SimTask, exitCode: number): void {
    if (task.container !== "running") return;
    task.container = "ended";
    this.#world.github.disconnect(task.runnerId);
    const error = exitCode === 0 ? null : `task: non-zero exit (${exitCode})`;
    this.#tell(task, this.#status(exitCode === 0 ? "complete" : "failed", error, exitCode));
  }

  /** A node tells its manager, if that hears it. */
  #tell(task: SimTask, truth: TaskStatus): void {
    task.truth = truth;
    const node = this.nodes.node(task.nodeId);
    if (node === undefined || !this.nodes.hears(node)) return;
    task.status = truth;
    if (task.wanted === "remove") return this.#obey(task);
    if (hasEnded(task)) this.#schedule();
  }

  /** A node does what its manager wants of a task. */
  #obey(task: SimTask): void {
    if (task.container === "running") {
      this.#world.clock.after(this.#world.dice.between(50, 2000), () => this.exit(task, 143));
    } else if (task.wanted === "remove") {
      this.tasks.splice(this.tasks.indexOf(task), 1);
      this.#schedule();
    } else if (!hasEnded(task)) this.#tell(task, this.#status("shutdown"));
  }

  /** Tasks of a node that is down are not started elsewhere, and are to end when it is back. They stay listed as they were. */
  #giveUp(node: SimNode): void {
    for (const task of this.tasks) if (task.nodeId === node.id && task.wanted === "run") task.wanted = "end";
  }

  #catchUp(node: SimNode): void {
    for (const task of this.tasks.filter(({ nodeId }) => nodeId === node.id)) {
      task.status = task.truth;
      if (task.wanted !== "run") this.#obey(task);
      else if (task.container === "none" && !hasEnded(task)) this.#begin(task, node);
    }
    this.#schedule();
  }

  /** What the runner in its container has printed. */
  printed({ runnerId, container }: SimTask): string {
    const runner = this.#world.github.runners.get(runnerId);
    if (container !== "running" || runner?.online !== true) return "";
    return runner.job === null ? "Listening for Jobs\n" : "Listening for Jobs\nRunning job: build\n";
  }

  /** A node loses its power: all that runs on it ends. */
  kill(node: SimNode): void {
    this.nodes.lose(node);
    this.endAll(node);
  }

  endAll(node: SimNode): void {
    for (const task of this.tasks) if (task.nodeId === node.id) this.exit(task, 137);
  }
}

function hasEnded({ truth }: SimTask): boolean {
  return ENDED.has(truth.state);
}

/** Whether it runs, or may yet. What nobody can see, on a node that is down and of a service that is gone, does not count. */
export function takesPlace(task: SimTask, node: SimNode | undefined): boolean {
  if (task.wanted !== "remove") return !hasEnded(task);
  return task.container === "running" && node?.state !== "down";
}
