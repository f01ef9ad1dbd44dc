import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Percent of the last ten seconds in which something waited. */
export interface Pressure {
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly io: number | null;
}

/** What this machine does beside jobs, asked anew each time; null where it cannot be seen. */
export interface MachineFacts {
  /** Average load of the last minute. */
  load(): number | null;
  freeMemoryBytes(): number | null;
  pressure(): Pressure;
  /** Names of the programs that run. */
  processes(): ReadonlySet<string> | null;
}

/** The initial namespace of processes has this number on every kernel. https://github.com/torvalds/linux/blob/master/include/linux/proc_ns.h */
const HOST_PROCESSES = "pid:[4026531836]";

/** By /proc, which is the machine's in a container too, but for the processes. */
export function machineFacts(proc = "/proc"): MachineFacts {
  const read = (file: string): string | null => attempt(() => readFileSync(`${proc}/${file}`, "utf8"));
  return {
    load: () => numberIn(/^(\S+)/, read("loadavg")),
    freeMemoryBytes: () => {
      const kib = numberIn(/^MemAvailable:\s+(\d+) kB$/m, read("meminfo"));
      return kib === null ? null : kib * 1024;
    },
    // https://www.kernel.org/doc/html/latest/accounting/psi.html
    pressure: () => {
      const of = (what: string): number | null => numberIn(/^some avg10=(\S+)/m, read(`pressure/${what}`));
      return { cpu: of("cpu"), memory: of("memory"), io: of("io") };
    },
    processes: () => {
      if (attempt(() => readlinkSync(`${proc}/self/ns/pid`)) !== HOST_PROCESSES) return null;
      const ids = attempt(() => readdirSync(proc).filter((name) => /^\d+$/.test(name))) ?? [];
      return new Set(ids.flatMap((id) => read(`${id}/comm`)?.trimEnd() ?? []));
    },
  };
}

function numberIn(pattern: RegExp, text: string | null): number | null {
  const found = text === null ? null : pattern.exec(text);
  const value = found === null ? Number.NaN : Number(found[1]);
  return Number.isFinite(value) ? value : null;
}

/** A file that is not there, or a process that ended meanwhile, tells nothing. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
