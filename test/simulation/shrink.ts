import { run } from "./run.ts";
import { keeping, type Scenario } from "./scenario.ts";

const RUNS_AT_MOST = 300;

/** The indexes of the few items that are enough to break the same promise: without any one of them it holds. */
export async function shrink(scenario: Scenario, promise: string): Promise<readonly number[]> {
  let kept = scenario.items.map((_item, index) => index);
  let runsLeft = RUNS_AT_MOST;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let from = 0;
    while (from < kept.length && runsLeft > 0) {
      runsLeft -= 1;
      const fewer = kept.toSpliced(from, size);
      const { violation } = await run(keeping(scenario, fewer));
      if (violation?.promise === promise) kept = fewer;
      else from += size;
    }
  }
  return kept;
}
