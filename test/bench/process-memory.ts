import { readdirSync, readFileSync } from "node:fs";

/**
 * Memory of a process in KiB: what it holds now, what of that are pages of files and what is its own, what it held at most. NaN once the
 * process is gone. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function memoryKib(pid: number | null, field: "VmRSS" | "RssFile" | "RssAnon" | "VmHWM"): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(statusOf(pid))?.[1]);
}

/**
 * Processor time of a process and its threads so far, milliseconds; NaN once it is gone.
 * https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function processorMs(pid: number | null): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function statusOf(pid: number | null): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

export function mebibytes(kib: number): string {
  return (kib / 1024).toFixed(1);
}
