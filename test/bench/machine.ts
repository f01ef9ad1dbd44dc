import { availableParallelism, cpus, totalmem } from "node:os";

/** The machine that figures were taken on, in one line: a figure without it says little. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  return `${model}, ${availableParallelism()} cores, ${gibibytes} GiB, Node ${process.versions.node}, ${process.arch}`;
}
