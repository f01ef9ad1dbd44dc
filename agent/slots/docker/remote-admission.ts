import { formatBytes } from "../../../shared/fleet/memory-size.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { SlotError } from "../slot-provider.ts";
import type { Machine, RoomKeeper } from "./admission.ts";

/** What a slot on another machine is let in by. */
export interface RemoteRoomRule {
  /** Of the pools file. */
  readonly engine: string;
  /** What a container without a limit is counted as, and what has to be left beside all; 0 counts nothing. */
  readonly minFreeMemoryBytes: number;
}

/**
 * Whether an engine of another machine has room for one more slot. The Engine API tells neither free memory nor free disk
 * of its host: memory is what the machine has less the limits of what runs there, the disk is not known.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
 */
export class RemoteAdmission implements RoomKeeper {
  readonly #rule: RemoteRoomRule;
  readonly #client: DockerClient;
  /** What slots that are on their way may take, by name. */
  readonly #coming = new Map<string, number>();
  /** Limits of containers by id; they hardly ever change. */
  #limits: ReadonlyMap<string, number> = new Map();

  constructor(rule: RemoteRoomRule, client: DockerClient) {
    this.#rule = rule;
    this.#client = client;
  }

  /** @throws {SlotError} `no-room`. @throws {DockerError} where the engine cannot be asked. */
  async admit(name: string, pool: Pool, { memoryBytes }: Machine, signal: AbortSignal): Promise<void> {
    const { engine, minFreeMemoryBytes } = this.#rule;
    if (minFreeMemoryBytes === 0) return;
    const wanted = pool.resources.memoryBytes ?? minFreeMemoryBytes;
    this.#coming.set(name, wanted);
    try {
      const taken = await this.#takenBytes(signal);
      // One slot alone may have a limit above what is there: a machine without others must serve its pool.
      if (taken.isIdle || taken.bytes <= memoryBytes - minFreeMemoryBytes) return;
      const message = `The engine ${engine} has ${formatBytes(memoryBytes)} of memory, and what runs there with one more slot of ${pool.key} may take ${formatBytes(taken.bytes)}; ${formatBytes(minFreeMemoryBytes)} have to be left.`;
      throw new SlotError("no-room", message, REMEDY);
    } catch (error) {
      this.#coming.delete(name);
      throw error;
    }
  }

  /** By now it is one of the containers that run there. */
  started(name: string): void {
    this.#coming.delete(name);
  }

  release(name: string): void {
    this.#coming.delete(name);
  }

  async #takenBytes(signal: AbortSignal): Promise<{ readonly bytes: number; readonly isIdle: boolean }> {
    const rows = await this.#client.containers.running(signal);
    const limits = await Promise.all(rows.map(async ({ id }) => [id, await this.#limitOf(id, signal)] as const));
    this.#limits = new Map(limits);
    const coming = new Map(this.#coming);
    for (const { name } of rows) coming.delete(name);
    const bytes = [...this.#limits.values(), ...coming.values()].reduce((sum, each) => sum + each, 0);
    return { bytes, isIdle: rows.length === 0 && coming.size <= 1 };
  }

  async #limitOf(id: string, signal: AbortSignal): Promise<number> {
    const known = this.#limits.get(id);
    if (known !== undefined) return known;
    const memory = (await this.#client.containers.inspect(id, signal))?.kept?.memory ?? 0;
    return memory === 0 ? this.#rule.minFreeMemoryBytes : memory;
  }
}

const REMEDY =
  "Lower scaling.max of its pools, give pools and containers a memory limit, or stop something there. Jobs go to the pool's next engine or wait meanwhile (HOOKLINE_MIN_FREE_MEMORY).";
