import { performance } from "node:perf_hooks";

import { parseFigures } from "../../config/build/figures.ts";
import { figuresOfTests } from "./figures-of-tests.ts";
import type { Measured } from "./measured.ts";

interface Fuzzed {
  readonly requests: number;
}

/** The long proofs of `pnpm test:soak`, whose assertions are the bounds. */
export async function benchSoak(): Promise<Measured<"soak">> {
  const startedAtMs = performance.now();
  const printed = await figuresOfTests({ args: ["--config", "vitest.soak.config.ts"] });
  const { fuzzCounting, fuzzReal, ...rest } = printed as Record<string, Fuzzed | undefined>;
  const figures = parseFigures("soak", {
    tookMs: performance.now() - startedAtMs,
    ...rest,
    fuzz: { requests: (fuzzCounting?.requests ?? 0) + (fuzzReal?.requests ?? 0) },
  });
  const text = Object.entries(figures).map(([name, values]) => `${name.padEnd(14)} ${JSON.stringify(values)}\n`);
  return { figures, text: text.join(""), ok: true };
}
