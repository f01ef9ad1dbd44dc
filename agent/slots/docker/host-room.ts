import { readFileSync, statfsSync } from "node:fs";
import type { HostRoom } from "./admission.ts";

/**
 * What this machine has left. Docker's API does not tell: the disk is the one of the journal's folder, which in a
 * volume is the disk that Docker keeps everything on, and the memory is the machine's, in a container too.
 */
export function hostRoom(dataFolder: string): HostRoom {
  return {
    freeDiskBytes: () =>
      attempt(() => {
        const { bavail, bsize } = statfsSync(dataFolder);
        return bavail * bsize;
      }),
    freeMemoryBytes: () => attempt(() => availableMemory(readFileSync("/proc/meminfo", "utf8"))),
  };
}

/** https://www.kernel.org/doc/html/latest/filesystems/proc.html#meminfo */
function availableMemory(meminfo: string): number | null {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo);
  return match === null ? null : Number(match[1]) * 1024;
}

function attempt(measure: () => number | null): number | null {
  try {
    return measure();
  } catch {
    return null;
  }
}
