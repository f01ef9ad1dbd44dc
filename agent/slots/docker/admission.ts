import { formatBytes } from "../../../shared/fleet/memory-size.ts";
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

/** @throws {SlotError} `host` before any runner is made on a kernel that none can run on. */
export function refuseOldKernel({ kernelVersion }: HostFeatures): void {
  const problem = kernelProblem(kernelVersion);
  if (problem === null) return;
  const remedy = "Run the agent and its runners on a newer machine; the receiver at the edge stays as it is.";
  throw new SlotError("host", `No runner can run on this machine: ${problem}.`, remedy);
}

/** @throws {SlotError} `no-room` while disk or memory are short: a job waits better than it dies half-way. */
export function refuseWithoutRoom(rule: RoomRule | undefined): void {
  if (rule === undefined) return;
  const { room, minFreeDiskBytes, minFreeMemoryBytes } = rule;
  refuseBelow(room.freeDiskBytes(), minFreeDiskBytes, "disk", DISK_REMEDY);
  refuseBelow(room.freeMemoryBytes(), minFreeMemoryBytes, "memory", MEMORY_REMEDY);
}

const DISK_REMEDY =
  "Free some: docker system df shows what Docker holds, docker image prune removes images that nothing uses. Jobs wait meanwhile (HOOKLINE_MIN_FREE_DISK).";
const MEMORY_REMEDY =
  "Stop something, lower scaling.max, or give pools a memory limit. Jobs wait meanwhile (HOOKLINE_MIN_FREE_MEMORY).";

function refuseBelow(free: number | null, floor: number, what: string, remedy: string): void {
  if (free === null || free >= floor) return;
  const message = `This machine has ${mebibytes(free)} of ${what} left, and a slot starts with ${formatBytes(floor)} at least.`;
  throw new SlotError("no-room", message, remedy);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
