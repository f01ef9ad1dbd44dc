import type { Clock } from "../../../shared/clock/clock.ts";
import { formatBytes } from "../../../shared/fleet/memory-size.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { HostFeatures } from "./host-features.ts";
import { kernelProblem } from "./kernel.ts";
import { SlotError } from "../slot-provider.ts";

/** What this machine has left, in bytes; null where it does not say. */
export interface HostRoom {
  freeDiskBytes(): number | null;
  freeMemoryBytes(): number | null;
}

/** How much has to be left for a slot to start. */
export interface RoomRule {
  readonly room: HostRoom;
  readonly minFreeDiskBytes: number;
  readonly minFreeMemoryBytes: number;
}

/** What a machine has in all. */
export type Machine = Pick<HostFeatures, "memoryBytes">;

/** Lets slots in while there is room for them. */
export interface RoomKeeper {
  /** Keeps room for a slot. @throws {SlotError} `no-room` where there is none. */
  admit(name: string, pool: Pool, machine: Machine, signal: AbortSignal): void | Promise<void>;
  /** Its container runs. */
  started(name: string): void;
  /** It has ended, or never came. */
  release(name: string): void;
}

/** @throws {SlotError} `host` before any runner is made on a kernel that none can run on. */
export function refuseOldKernel({ kernelVersion }: HostFeatures): void {
  const problem = kernelProblem(kernelVersion);
  if (problem === null) return;
  const remedy = "Run the agent and its runners on a newer machine; the receiver at the edge stays as it is.";
  throw new SlotError("host", `No runner can run on this machine: ${problem}.`, remedy);
}

/** A job that has run for this long shows in the machine's free memory. */
const YOUNG_MS = 2 * 60_000;

interface Reservation {
  readonly bytes: number;
  /** On the monotonic clock; infinite until its container runs. */
  untilMs: number;
}

/**
 * Whether this machine has room for one more slot. Free memory says nothing of slots that have only begun, so what they
 * may take (their pool's limit, or else the floor) is held for them until two minutes after their start.
 */
export class Admission implements RoomKeeper {
  readonly #rule: RoomRule;
  readonly #clock: Clock;
  readonly #reserved = new Map<string, Reservation>();

  constructor(rule: RoomRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  /** @throws {SlotError} `no-room` while disk or memory are short: a job waits better than it dies half-way. */
  admit(name: string, pool: Pool): void {
    const short = shortage(this.#rule, pool, this.#reservedBytes());
    if (short !== null) throw short;
    this.#reserved.set(name, { bytes: bytesOf(pool, this.#rule), untilMs: Number.POSITIVE_INFINITY });
  }

  /** Its container runs. */
  started(name: string): void {
    const reservation = this.#reserved.get(name);
    if (reservation !== undefined) reservation.untilMs = this.#clock.monotonicMs() + YOUNG_MS;
  }

  /** It has ended, or never came. */
  release(name: string): void {
    this.#reserved.delete(name);
  }

  #reservedBytes(): number {
    const nowMs = this.#clock.monotonicMs();
    let bytes = 0;
    for (const [name, each] of this.#reserved) {
      if (each.untilMs <= nowMs) this.#reserved.delete(name);
      else bytes += each.bytes;
    }
    return bytes;
  }
}

/**
 * Why no slot of the pool would be let in beside `reservedBytes` for those that are starting; null where it would. The
 * doctor asks it too.
 */
export function shortage(rule: RoomRule, pool: Pool, reservedBytes: number): SlotError | null {
  const { room, minFreeDiskBytes, minFreeMemoryBytes } = rule;
  const disk = below(room.freeDiskBytes(), minFreeDiskBytes, "disk", "", DISK_REMEDY);
  if (disk !== null || minFreeMemoryBytes === 0) return disk;
  // One slot alone may have a limit above what is free: a machine without others must serve its pool.
  const isAlone = reservedBytes === 0;
  const needed = isAlone ? minFreeMemoryBytes : minFreeMemoryBytes + reservedBytes + bytesOf(pool, rule);
  const why = isAlone ? "" : `, with what the pool and ${formatBytes(reservedBytes)} for slots that are starting take`;
  return below(room.freeMemoryBytes(), needed, "memory", why, MEMORY_REMEDY);
}

/** What a slot of the pool may take. */
function bytesOf({ resources }: Pool, { minFreeMemoryBytes }: RoomRule): number {
  return resources.memoryBytes ?? minFreeMemoryBytes;
}

const DISK_REMEDY =
  "Free some: docker system df shows what Docker holds, docker image prune removes images that nothing uses. Jobs wait meanwhile (HOOKLINE_MIN_FREE_DISK).";
const MEMORY_REMEDY =
  "Stop something, lower scaling.max, or give pools a memory limit. Jobs wait meanwhile (HOOKLINE_MIN_FREE_MEMORY).";

function below(free: number | null, floor: number, what: string, why: string, remedy: string): SlotError | null {
  if (free === null || free >= floor) return null;
  const message = `This machine has ${mebibytes(free)} of ${what} left, and a slot starts with ${formatBytes(floor)} at least${why}.`;
  return new SlotError("no-room", message, remedy);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
