import { run } from "./run.ts";
import { keeping, scenarioOf } from "./scenario.ts";
import { shrink } from "./shrink.ts";

const TRACE_LINES = 60;

/** What a person needs of a seed that broke a promise: the command that repeats it, and the trace of its smallest form. */
export async function reportFailure(seed: number, promise: string, message: string): Promise<string> {
  const scenario = scenarioOf(seed);
  const kept = await shrink(scenario, promise);
  const trace: string[] = [];
  await run(keeping(scenario, kept), (line) => void trace.push(line));
  const end = trace.findIndex((line) => line.includes("VIOLATION")) + 1;
  const shown = trace.slice(Math.max(0, end - TRACE_LINES), end === 0 ? undefined : end);
  return [
    `seed ${seed} breaks ${message}`,
    `replay: pnpm simulate --seed ${seed} --keep ${kept.length === 0 ? "none" : kept.join(",")} --trace`,
    `${kept.length} of ${scenario.items.length} items are enough; max ${scenario.max}, min ${scenario.min}`,
    ...kept.map((index) => `  ${index}: ${JSON.stringify(scenario.items[index])}`),
    ...shown,
  ].join("\n");
}
