import { readFileSync } from "node:fs";

/**
 * Memory of a process in KiB: what it holds now, what of that are pages of files, what it held at most. NaN once the
 * process is gone. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function memoryKib(pid: number | null, field: "VmRSS" | "RssFile" | "VmHWM"): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(statusOf(pid))?.[1]);
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
