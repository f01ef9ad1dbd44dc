import { formatBytes } from "../../shared/fleet/memory-size.ts";
import type { HoldWhile } from "../../shared/fleet/hold-while.ts";
import type { HouseWord } from "../../shared/controller/events.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** What of a pool's `holdWhile` is so now, and what of it cannot be seen. `running`: names of containers; null where nobody tells. */
export function judgeHouse(rule: HoldWhile, facts: MachineFacts, running: ReadonlySet<string> | null): HouseWord {
  const found = [
    ...ofNames("container", rule.containers, running, "no engine tells which containers run"),
    ...ofNames("program", rule.processes, rule.processes.length === 0 ? null : facts.processes(), NO_PROCESSES),
    ...ofLoad(rule, facts),
    ...ofMemory(rule, facts),
    ...ofPressure(rule, facts),
  ];
  return {
    holds: found.flatMap(({ holds }) => holds ?? []),
    unseen: found.flatMap(({ unseen }) => unseen ?? []),
  };
}

const NO_PROCESSES = "the agent sees no program of the machine without pid: host in its compose file";

interface Found {
  readonly holds?: string;
  readonly unseen?: string;
}

function ofNames(
  kind: string,
  names: readonly string[],
  running: ReadonlySet<string> | null,
  otherwise: string,
): readonly Found[] {
  if (names.length === 0) return [];
  if (running === null) return [{ unseen: `${kind} ${names.join(", ")}: ${otherwise}` }];
  return names.filter((name) => running.has(name)).map((name) => ({ holds: `${kind} ${name} runs` }));
}

function ofLoad({ load: most }: HoldWhile, facts: MachineFacts): readonly Found[] {
  if (most === undefined) return [];
  const load = facts.load();
  if (load === null) return [{ unseen: "load: the machine does not tell it" }];
  return load >= most ? [{ holds: `the load is ${load}, of ${most}` }] : [];
}

function ofMemory({ freeMemoryBytes: least }: HoldWhile, facts: MachineFacts): readonly Found[] {
  if (least === undefined) return [];
  const free = facts.freeMemoryBytes();
  if (free === null) return [{ unseen: "freeMemory: the machine does not tell it" }];
  return free < least ? [{ holds: `less than ${formatBytes(least)} of memory is free` }] : [];
}

function ofPressure({ pressure = {} }: HoldWhile, facts: MachineFacts): readonly Found[] {
  const limits = Object.entries(pressure);
  if (limits.length === 0) return [];
  const now = facts.pressure();
  return limits.flatMap(([what, most]): readonly Found[] => {
    const share = now[what as keyof typeof now];
    if (share === null)
      return [{ unseen: `pressure on ${what}: the kernel has none (from 4.20 on, not switched off)` }];
    return share >= most ? [{ holds: `the pressure on ${what} is ${share} %, of ${most} %` }] : [];
  });
}
