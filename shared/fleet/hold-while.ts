import { formatBytes } from "./memory-size.ts";

/** While any of these is so on the agent's machine, a pool starts no slot on its engine. */
export interface HoldWhile {
  /** Names of containers; each holds while it runs. */
  readonly containers: readonly string[];
  /** Names of programs; each holds while it runs. Seen only by an agent in the host's own process namespace. */
  readonly processes: readonly string[];
  /** Average load of the last minute, from which on it holds. */
  readonly load?: number;
  /** Available memory below which it holds. */
  readonly freeMemoryBytes?: number;
  /** Share of the last ten seconds, in percent, in which something waited for it: from then on it holds. */
  readonly pressure?: { readonly cpu?: number; readonly memory?: number; readonly io?: number };
}

/** In words: `while container backup runs, or the load is 4 or more`. */
export function describeHoldWhile({ containers, processes, load, freeMemoryBytes, pressure = {} }: HoldWhile): string {
  const parts = [
    ...containers.map((name) => `container ${name} runs`),
    ...processes.map((name) => `program ${name} runs`),
    ...(load === undefined ? [] : [`the load is ${load} or more`]),
    ...(freeMemoryBytes === undefined ? [] : [`less than ${formatBytes(freeMemoryBytes)} of memory is free`]),
    ...Object.entries(pressure).map(([what, most]) => `the pressure on ${what} is ${most} % or more`),
  ];
  return `while ${parts.join(", or ")}`;
}
