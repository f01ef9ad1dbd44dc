import type { Clock } from "../../../shared/clock/clock.ts";
import { errorFields } from "../../../shared/errors/message-of.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { SayOnce } from "../../../shared/log/say-once.ts";
import { soon } from "../../clock/soon.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { SwarmTask } from "../../docker/swarm-api.ts";
import { unaborted } from "../../docker/unaborted.ts";
import { readSlotLabels } from "../docker/container-labels.ts";
import { inSlotTerms, slotError } from "../docker/slot-error.ts";
import { SlotError, type OnWaits, type SlotSpec } from "../slot-provider.ts";
import { hasTaskEnded, runs } from "./observed-service.ts";
import type { TaskLooks } from "./task-looks.ts";

/** What is asked of the manager once the time for a start is up. */
const LAST_LOOK_MS = 5000;
/** What may be over at the next look. */
const PASSING: ReadonlySet<string> = new Set(["unreachable", "unexpected", "server"]);

export interface ServiceStartOptions {
  readonly client: DockerClient;
  readonly instance: string;
  readonly looks: TaskLooks;
  readonly isDown: (nodeId: string) => boolean;
  readonly tasks: (signal: AbortSignal) => Promise<readonly SwarmTask[]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the service of a slot and sees its task run. */
export class ServiceStart {
  readonly #options: ServiceStartOptions;
  readonly #waiting: SayOnce;

  constructor(options: ServiceStartOptions) {
    this.#options = options;
    this.#waiting = new SayOnce(options.log);
  }

  /**
   * Resolves once its task runs, or, where a manager that does not answer leaves that open, once the time is up: the slot
   * keeps its place, and what becomes of it is seen when the manager answers again. A manager that falls silent under a
   * start says nothing of its task, which may run. Throws SlotError; then nothing of the slot is left.
   */
  async start(
    spec: SlotSpec,
    body: object,
    auth: string | null,
    signal: AbortSignal,
    onWaits: OnWaits = () => {},
  ): Promise<void> {
    const id = await this.#create(spec, body, auth, signal);
    this.#options.looks.add(spec.name, id);
    try {
      await this.#untilRuns(spec, id, signal, onWaits);
    } catch (error) {
      if (!(await this.#isTakenBack(spec.name, id))) return;
      this.#options.looks.forget(spec.name);
      throw error;
    } finally {
      this.#waiting.over(spec.name);
    }
  }

  /** The call itself is not aborted: the manager would make the service all the same, and nobody would know its id. */
  async #create(spec: SlotSpec, body: object, auth: string | null, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    try {
      return await this.#options.client.swarm.create(body, auth, unaborted());
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.code === "conflict") throw slotError("name-taken", error);
      const id = error.code === "unreachable" || error.code === "unexpected" ? await this.#unanswered(spec) : null;
      return id ?? (await inSlotTerms(() => Promise.reject(error)));
    }
  }

  /** After a create whose answer was lost: the name and the runner's id say whether a service is that one. */
  async #unanswered({ name, runnerId }: SlotSpec): Promise<string | null> {
    const { client, instance } = this.#options;
    const found = await client.swarm.inspect(name, unaborted()).catch(() => null);
    return found !== null && readSlotLabels(found.labels, instance)?.runnerId === runnerId ? found.id : null;
  }

  async #untilRuns({ name, pool }: SlotSpec, id: string, signal: AbortSignal, onWaits: OnWaits): Promise<void> {
    const sinceMs = this.#options.clock.monotonicMs();
    let waitsFor: string | null = null;
    while (true) {
      const tasks = await inSlotTerms(() => this.#look(sinceMs, signal)).catch((error: unknown) => {
        throw signal.aborted && waitsFor !== null ? noNode(waitsFor) : error;
      });
      const task = tasks?.find(({ serviceId }) => serviceId === id);
      if (task === undefined) continue;
      if (runs(task) || task.state === "complete") return;
      if (hasTaskEnded(task)) throw notStarted(task);
      if (task.nodeId !== null && this.#options.isDown(task.nodeId)) throw lostNode();
      const why = task.nodeId === null ? task.error : null;
      if (why !== waitsFor) onWaits(why);
      waitsFor = why;
      if (why === null) continue;
      this.#waiting.say("warn", name, "slot waits for a node", { slot: name, pool: pool.key, reason: noRoom(why) });
    }
  }

  /** Null where the manager did not answer this time. */
  async #look(sinceMs: number, signal: AbortSignal): Promise<readonly SwarmTask[] | null> {
    try {
      return await this.#options.looks.soon(sinceMs, signal);
    } catch (error) {
      if (!signal.aborted && error instanceof DockerError && PASSING.has(error.code)) return null;
      throw error;
    }
  }

  /** Whether its service is gone; not where its task runs after all, or where nobody can say. */
  async #isTakenBack(name: string, id: string): Promise<boolean> {
    const { client, clock, log } = this.#options;
    const takeBack = async (limited: AbortSignal): Promise<boolean> => {
      const task = (await this.#options.tasks(limited)).find(({ serviceId }) => serviceId === id);
      if (task !== undefined && runs(task)) return false;
      await client.swarm.remove(id, limited);
      return true;
    };
    try {
      return await soon(takeBack, LAST_LOOK_MS, clock, unaborted());
    } catch (error) {
      log.warn("a service that was begun cannot be asked for; it keeps its place", {
        slot: name,
        ...errorFields(error),
      });
      return false;
    }
  }
}

function noNode(why: string): SlotError {
  const remedy =
    "Add a node, lower resources or placement of the pool, or wait for jobs to end (startDeadlineSeconds).";
  return new SlotError("no-node", noRoom(why), remedy);
}

function noRoom(why: string): string {
  return `no room on any node: ${why}`;
}

function notStarted({ state, error }: SwarmTask): SlotError {
  const remedy = "docker service ps shows what the node says; look at the image and at the pool's settings.";
  return new SlotError(
    "start-failed",
    `The task ended as ${state} before it ran: ${error ?? "no reason given"}.`,
    remedy,
  );
}

function lostNode(): SlotError {
  return new SlotError("start-failed", "The node that had the task went down.", "Look at that machine.");
}
