import type { Random } from "../../../shared/clock/clock.ts";
import type { VirtualClock } from "../time/virtual-clock.ts";

/** What becomes of a start on an engine of some kind: resolves once its container runs. */
export type ModelEngine = () => Promise<void>;

/**
 * Starts that share processors: each needs some `workMs` of one, a third more or less, and `restMs` of nobody's. Measured on
 * Docker 20.10.24 and two cores: alone 207 ms, twenty at once 3.2 s.
 */
export function sharedCores(
  clock: VirtualClock,
  random: Random,
  { cores, workMs, restMs }: { readonly cores: number; readonly workMs: number; readonly restMs: number },
): ModelEngine {
  const left = new Map<() => void, number>();
  let sinceMs = clock.monotonicMs();
  let cancel = (): void => {};
  const share = (): number => Math.min(1, cores / left.size);
  const passed = (): void => {
    const doneMs = (clock.monotonicMs() - sinceMs) * (left.size === 0 ? 0 : share());
    sinceMs = clock.monotonicMs();
    for (const [done, ms] of left) left.set(done, ms - doneMs);
  };
  const next = (): void => {
    cancel();
    if (left.size === 0) return;
    cancel = clock.after(Math.max(0.001, Math.min(...left.values()) / share()), () => {
      passed();
      for (const [done, ms] of left) {
        if (ms > 0.001) continue;
        left.delete(done);
        done();
      }
      next();
    });
  };
  return async () => {
    await passes(clock, restMs);
    await new Promise<void>((resolve) => {
      passed();
      left.set(resolve, workMs * (2 / 3 + (2 / 3) * random()));
      next();
    });
  };
}

/** One start after the other, in their order, as behind one lock. */
export function serial(clock: VirtualClock, workMs: number): ModelEngine {
  let last = Promise.resolve();
  return () => (last = last.then(() => passes(clock, workMs)));
}

/** Disks that take their time, however many ask, and then `engine`. */
export function slowDisks(
  clock: VirtualClock,
  random: Random,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
  engine: ModelEngine = () => Promise.resolve(),
): ModelEngine {
  return async () => {
    await passes(clock, leastMs + random() * (mostMs - leastMs));
    await engine();
  };
}

function passes(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
