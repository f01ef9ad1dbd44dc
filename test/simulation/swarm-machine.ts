import { DockerClient } from "../../agent/docker/docker-client.ts";
import { NO_PROXY } from "../../agent/settings/own-proxy.ts";
import { SwarmSlotProvider } from "../../agent/slots/swarm/swarm-provider.ts";
import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { RunnersWorld } from "./boot-runner.ts";
import type { Lender, Machine } from "./machine.ts";
import { MANAGER_RESTARTS, NODE_DOWN, NO_ROOM } from "./met-conditions.ts";
import { SIM_HOST, SimTransport } from "./sim-transport.ts";
import { SwarmEngine } from "./swarm-engine.ts";
import { SwarmTasks, takesPlace } from "./swarm-tasks.ts";
import type { Violation } from "./violation.ts";

export interface SwarmMachineOptions {
  readonly world: RunnersWorld;
  readonly nodes: number;
  readonly room: number;
  /** Whether nobody answers at the manager's address. */
  readonly isDown: () => boolean;
  readonly log: Logger;
  readonly fail: (violation: Violation) => void;
  /** What befell it, by its name. */
  readonly met: (name: string) => void;
}

/** A swarm of a few nodes, the first its manager, under the agent's own provider. */
export class SwarmMachine implements Machine {
  readonly #options: SwarmMachineOptions;
  readonly #tasks: SwarmTasks;
  readonly #engine: SwarmEngine;

  constructor(options: SwarmMachineOptions) {
    this.#options = options;
    const { world, nodes, room, fail, met, isDown } = options;
    this.#tasks = new SwarmTasks({
      world,
      nodes,
      room,
      fail,
      waited: () => met(NO_ROOM),
      changed: (node, before) => {
        if (node.state === "down") met(NODE_DOWN);
        this.#engine.nodeChanged(node, before);
      },
    });
    this.#engine = new SwarmEngine({ ...world, tasks: this.#tasks, isDown });
  }

  slots({ clock, random, killed, guard }: Lender): SlotProvider {
    const client = new DockerClient(SIM_HOST, new SimTransport(guard(this.#engine), killed));
    const { log } = this.#options;
    return new SwarmSlotProvider({
      client,
      engine: "swarm",
      instance: "nas",
      folderId: null,
      proxy: NO_PROXY,
      clock,
      random,
      log,
    });
  }

  get names(): readonly string[] {
    const { services, tasks } = this.#tasks;
    const ofServices = [...services.values()].map(({ name }) => name);
    return [...new Set([...ofServices, ...tasks.map(({ service }) => service.name)])];
  }

  get started(): number {
    return this.#tasks.started;
  }

  alive(pool: string | null): number {
    const { tasks, nodes } = this.#tasks;
    const own = tasks.filter(({ service }) => pool === null || service.labels["hookline.pool"] === pool);
    return own.filter((task) => takesPlace(task, nodes.node(task.nodeId))).length;
  }

  die(which: "one" | "all"): void {
    const running = this.#tasks.tasks.filter(({ container }) => container === "running");
    const victims = which === "all" || running.length === 0 ? running : [this.#options.world.dice.pick(running)];
    for (const task of victims) this.#tasks.exit(task, 137);
  }

  /** A node loses its power, or only its way to the manager, for a while. The manager's own is spared. */
  loseNode(how: "dies" | "cut", forMs: number): void {
    const { workers } = this.#tasks.nodes;
    if (workers.length === 0) return;
    const node = this.#options.world.dice.pick(workers);
    if (how === "dies") this.#tasks.kill(node);
    else this.#tasks.nodes.lose(node);
    this.#options.world.clock.after(forMs, () => this.#tasks.nodes.restore(node));
  }

  /** The manager's dockerd ends, with the containers of its own node, and is started again. */
  restartManager(forMs: number): void {
    const { nodes } = this.#tasks;
    if (!nodes.managerRuns) return;
    this.#options.met(MANAGER_RESTARTS);
    nodes.stopManager();
    for (const node of nodes.all) if (node.isManager) this.#tasks.endAll(node);
    this.#engine.breakStreams();
    this.#options.world.clock.after(forMs, () => nodes.startManager());
  }

  resync(): void {
    this.#engine.breakStreams();
  }

  silent(): void {
    this.#engine.breakStreams();
  }

  calmDown(): void {
    const { nodes } = this.#tasks;
    nodes.startManager();
    for (const node of nodes.all) nodes.restore(node);
    this.resync();
  }
}
