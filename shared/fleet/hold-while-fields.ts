import * as z from "zod/mini";
import type { ConfigPath } from "./config-path.ts";
import { described, memorySize, amountUpTo, textLike } from "./fields.ts";
import type { FleetFinding } from "./finding.ts";
import type { HoldWhile } from "./hold-while.ts";

const percent = (of: string) => described(z.optional(amountUpTo(100)), `Percent of ten seconds in which ${of}`);

const pressureShape = {
  cpu: percent("something waited for a processor"),
  memory: percent("something waited for memory"),
  io: percent("something waited for a disk"),
};

/** What a pool may say of its machine's other work. */
const holdWhileShape = {
  containers: described(
    z._default(
      z.array(textLike(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/, "the name of a container, as docker ps shows it")),
      [],
    ),
    "Names of containers of this machine, such as backup, while any of them runs",
  ),
  processes: described(
    z._default(
      z.array(textLike(/^[^/\s]{1,15}$/, "the name of a program of at most 15 characters, without its path")),
      [],
    ),
    "Names of programs, such as rsync, while any of them runs; the agent sees them only with pid: host in its compose file",
  ),
  load: described(
    z.optional(amountUpTo(10_000)),
    "Load average of one minute, from which on it holds; jobs that run count too",
  ),
  freeMemory: described(z.optional(memorySize()), "Available memory, such as 1g, below which it holds"),
  pressure: described(
    z.optional(z.strictObject(pressureShape)),
    "Pressure stall information of the kernel, from 4.20 on: the share of time that something waited",
  ),
};

const holdWhileSchema = z.strictObject(holdWhileShape);
type Stated = z.output<typeof holdWhileSchema>;

export const holdWhileField = () => z.optional(holdWhileSchema);

/** The same under names that say their units; nothing for a pool that holds for nothing. */
export function holdWhileOf(stated: Stated | undefined): { readonly holdWhile?: HoldWhile } {
  if (stated === undefined) return {};
  const { containers, processes, load, freeMemory, pressure } = stated;
  const { cpu, memory, io } = pressure ?? {};
  return {
    holdWhile: {
      containers,
      processes,
      ...(load === undefined ? {} : { load }),
      ...(freeMemory === undefined ? {} : { freeMemoryBytes: freeMemory }),
      ...(pressure === undefined
        ? {}
        : {
            pressure: {
              ...(cpu === undefined ? {} : { cpu }),
              ...(memory === undefined ? {} : { memory }),
              ...(io === undefined ? {} : { io }),
            },
          }),
    },
  };
}

/** A condition that never holds. */
export function holdWhileFindings(at: ConfigPath, stated: Stated | undefined): FleetFinding[] {
  if (stated === undefined) return [];
  const { containers, processes, load, freeMemory, pressure } = stated;
  const isSaid = containers.length + processes.length > 0 || (load ?? freeMemory) !== undefined;
  if (isSaid || Object.values(pressure ?? {}).some((each) => each !== undefined)) return [];
  return [
    { at: [...at, "holdWhile"], message: "names nothing; give it containers, load, freeMemory, pressure or processes" },
  ];
}
