import type { Clock } from "../../../shared/clock/clock.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import type { Helper, HelperContainers } from "./helper-container.ts";

/** Containers that are started: these one after the other, and then these at once. */
export const BENCHED = { alone: 5, together: 5 } as const;

/** How long one container took, milliseconds: to its creation, and from there until it ran. */
export interface BenchedStart {
  readonly createMs: number;
  readonly startMs: number;
}

export interface StartBenchOptions {
  readonly client: DockerClient;
  readonly helpers: HelperContainers;
  /** A container that ends by itself. */
  readonly helper: Helper;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly signal: AbortSignal;
}

/**
 * Starts ten containers and removes them: what the engine takes for one that has it to itself, and for five at once, whose
 * `createMs` and `startMs` count from when all were asked for. Rejects with DockerError, or with the signal's reason.
 */
export async function benchStarts(options: StartBenchOptions) {
  const alone: BenchedStart[] = [];
  for (let n = 0; n < BENCHED.alone; n += 1) alone.push(...(await startTogether(options, 1)));
  return { alone, together: await startTogether(options, BENCHED.together) };
}

/** None is removed before all run: a removal would be in the others' way. */
async function startTogether(options: StartBenchOptions, count: number): Promise<readonly BenchedStart[]> {
  const { client, helpers, helper, clock, signal } = options;
  const over = Promise.withResolvers<void>();
  let left = count;
  const beganMs = clock.monotonicMs();
  const one = async (): Promise<BenchedStart> => {
    let isOver = false;
    const end = (): void => {
      if (!isOver && (left -= 1) === 0) over.resolve();
      isOver = true;
    };
    try {
      signal.throwIfAborted();
      return await helpers.use(helper, async (id) => {
        const createdMs = clock.monotonicMs();
        await client.containers.start(id, signal);
        const startMs = clock.monotonicMs() - createdMs;
        end();
        await over.promise;
        return { createMs: createdMs - beganMs, startMs };
      });
    } finally {
      end();
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: count }, one));
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
