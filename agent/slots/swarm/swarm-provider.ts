import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { soon } from "../../clock/soon.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import type { RegistryAuth } from "../../docker/registry-auth.ts";
import type { SwarmNode, SwarmService, SwarmTask } from "../../docker/swarm-api.ts";
import type { EngineInfo } from "../../docker/system-api.ts";
import type { EngineCalls } from "../../docker/transport.ts";
import type { OwnProxy } from "../../settings/own-proxy.ts";
import { INSTANCE_LABEL, readSlotLabels } from "../docker/container-labels.ts";
import { watchEvents, type FollowedEvents } from "../docker/event-watch.ts";
import { hostFeatures, type HostFeatures } from "../docker/host-features.ts";
import { RUNNER_LINES, runsJob } from "../docker/runner-words.ts";
import { inSlotTerms } from "../docker/slot-error.ts";
import {
  SlotError,
  type ContainerChange,
  type ObservedSlot,
  type OnWaits,
  type SlotProvider,
  type SlotSpec,
} from "../slot-provider.ts";
import { hasTaskEnded, observedService, runs } from "./observed-service.ts";
import { serviceSpec } from "./service-spec.ts";
import { ServiceStart } from "./service-start.ts";
import { TaskLooks } from "./task-looks.ts";

/** The logs of a task come from its node, which may be gone. */
const LOGS_WITHIN_MS = 5000;

export interface SwarmSlotProviderOptions {
  readonly client: DockerClient;
  /** Of the pools file. */
  readonly engine: string;
  readonly instance: string;
  readonly folderId: string | null;
  readonly proxy: OwnProxy;
  readonly registryAuth?: RegistryAuth;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Slots as services of a Docker Swarm, known by their labels alone. Swarm holds the queue and chooses the node: a task
 * without room waits there. A task has no end event, so tasks are asked for while there are any; nodes have events.
 */
export class SwarmSlotProvider implements SlotProvider {
  readonly #options: SwarmSlotProviderOptions;
  readonly #client: DockerClient;
  readonly #looks: TaskLooks;
  readonly #start: ServiceStart;
  readonly #ending = new Map<string, SwarmService>();
  #features: HostFeatures | null = null;
  #down: ReadonlySet<string> = new Set();

  constructor(options: SwarmSlotProviderOptions) {
    this.#options = options;
    this.#client = options.client;
    const tasks = (signal: AbortSignal) => this.#tasks(signal);
    this.#looks = new TaskLooks({ clock: options.clock, tasks });
    const isDown = (nodeId: string): boolean => this.#down.has(nodeId);
    this.#start = new ServiceStart({ ...options, looks: this.#looks, isDown, tasks });
  }

  async prepare(): Promise<void> {}

  /** @throws {SlotError} `host` where the engine is no manager of a swarm. */
  async admit(_name: string, _pool: Pool, signal: AbortSignal): Promise<void> {
    const info = await inSlotTerms(() => this.#client.system.info(signal));
    if (info.Swarm?.ControlAvailable === true) return;
    const remedy = "docker swarm init there, name a manager as host, or take swarm: true away.";
    throw new SlotError("host", `The engine ${this.#options.engine} is no manager of a swarm.`, remedy);
  }

  async start(spec: SlotSpec, signal: AbortSignal, onWaits?: OnWaits): Promise<{ readonly startedAtMs: number }> {
    const { instance, folderId, proxy, clock, registryAuth } = this.#options;
    const body = serviceSpec({ spec, instance, folderId, proxy, createdAtMs: clock.now() });
    await this.#start.start(spec, body, registryAuth?.(spec.pool.image) ?? null, signal, onWaits);
    return { startedAtMs: clock.now() };
  }

  list(signal: AbortSignal): Promise<readonly ObservedSlot[]> {
    return inSlotTerms(async () => {
      const { instance } = this.#options;
      const [services, tasks, nodes] = await Promise.all([
        this.#client.swarm.services(INSTANCE_LABEL, instance, signal),
        this.#tasks(signal),
        this.#client.swarm.nodes(signal),
      ]);
      this.#down = new Set(nodes.filter(({ isDown }) => isDown).map(({ id }) => id));
      return [...services, ...this.#unlisted(services, tasks)].flatMap((each) => this.#observed(each, tasks, nodes));
    });
  }

  /** All of ours, in one call. */
  #tasks(signal: AbortSignal): Promise<readonly SwarmTask[]> {
    return this.#client.swarm.tasks(INSTANCE_LABEL, this.#options.instance, signal);
  }

  /** Those that are being stopped: a service is gone from the list at once, its task once that has ended. */
  #unlisted(services: readonly SwarmService[], tasks: readonly SwarmTask[]): readonly SwarmService[] {
    return [...this.#ending.values()].filter(
      ({ id }) => services.every((each) => each.id !== id) && tasks.some(({ serviceId }) => serviceId === id),
    );
  }

  #observed(service: SwarmService, tasks: readonly SwarmTask[], nodes: readonly SwarmNode[]): readonly ObservedSlot[] {
    const task = tasks.find(({ serviceId }) => serviceId === service.id);
    const node = nodes.find(({ id }) => id === task?.nodeId);
    const slot = observedService(service, task, node, this.#options.instance);
    if (slot === null) return [];
    if (slot.state !== "exited") this.#looks.add(slot.name, service.id);
    return [slot];
  }

  async watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    const onInfo = (info: EngineInfo): void => void (this.#features = hostFeatures(info));
    const nodes = watchEvents({ ...this.#options, onInfo }, this.#nodes(), onChange, signal);
    await Promise.all([nodes, this.#looks.watch(onChange, signal)]);
  }

  /** Each event of a node means that slots may be out of sight, or back. */
  #nodes(): FollowedEvents {
    return {
      open: (since, onOpen, signal) => this.#client.events.nodes(since, onOpen, signal),
      changeOf: ({ action, attributes }) => {
        this.#options.log.debug("node of the swarm", { action, ...attributes });
        return { kind: "resync" };
      },
    };
  }

  /** A service has no stop: it is removed, which asks its task to end, and gone once that has. */
  async stop(name: string, graceMs: number, signal: AbortSignal): Promise<void> {
    const own = await inSlotTerms(() => this.#own(name, signal));
    if (own === null) return;
    this.#ending.set(name, own);
    try {
      await inSlotTerms(() => this.#client.swarm.remove(own.id, signal));
      await inSlotTerms(() => this.#untilEnded(own.id, graceMs, signal));
    } finally {
      this.#ending.delete(name);
    }
    this.#looks.ended(name);
  }

  /** What is on a node that is down is not waited for: it is cleared away by Swarm when the node is back. */
  async #untilEnded(id: string, graceMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const sinceMs = clock.monotonicMs();
    while (clock.monotonicMs() < sinceMs + graceMs) {
      const tasks = await this.#looks.soon(sinceMs, signal);
      const task = tasks.find(({ serviceId }) => serviceId === id);
      if (task === undefined || hasTaskEnded(task) || task.nodeId === null || this.#down.has(task.nodeId)) return;
    }
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return inSlotTerms(async () => {
      const own = await this.#own(name, signal);
      if (own !== null) {
        // A task that had not begun when it was listed may run by now.
        const tasks = await this.#tasks(signal);
        if (tasks.some((task) => task.serviceId === own.id && runs(task))) throw itRuns(name);
        await this.#client.swarm.remove(own.id, signal);
      }
      this.#looks.forget(name);
    });
  }

  /** By its task's log, the one word that is to be had of a container on another node. */
  async working(name: string, signal: AbortSignal): Promise<boolean | null> {
    return runsJob(await this.logTail(name, RUNNER_LINES, signal));
  }

  logTail(name: string, lines: number, signal: AbortSignal): Promise<string> {
    return inSlotTerms(async () => {
      const own = await this.#own(name, signal);
      if (own === null) return "";
      const read = (limited: AbortSignal) => this.#client.swarm.logs(own.id, lines, limited);
      return ((await soon(read, LOGS_WITHIN_MS, this.#options.clock, signal, noLog(name))) ?? "").trimEnd();
    });
  }

  ping(signal: AbortSignal): Promise<void> {
    return inSlotTerms(() => this.#client.system.ping(signal));
  }

  host(): HostFeatures | null {
    return this.#features;
  }

  describe(signal: AbortSignal): Promise<HostFeatures> {
    return inSlotTerms(async () => (this.#features ??= hostFeatures(await this.#client.system.info(signal))));
  }

  asked(): EngineCalls {
    return this.#client.calls();
  }

  /** The service of that name if it is ours; one that is not is as good as absent. */
  async #own(name: string, signal: AbortSignal): Promise<SwarmService | null> {
    const found = await this.#client.swarm.inspect(name, signal);
    if (found === null || found.name !== name) return null;
    if (readSlotLabels(found.labels, this.#options.instance) !== null) return found;
    this.#options.log.warn("a service with the name of a slot is not this agent's and is left alone", { slot: name });
    return null;
  }
}

function itRuns(name: string): SlotError {
  return new SlotError("rejected", `The task of ${name} runs.`, "It is removed once that has ended.");
}

function noLog(name: string): SlotError {
  const message = `The log of ${name} did not come within ${LOGS_WITHIN_MS / 1000} s.`;
  return new SlotError("unreachable", message, "Look at the node that has its task; it is asked again.");
}
