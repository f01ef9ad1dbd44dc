import { askFreshness } from "../../edge/ask-freshness.ts";
import { EdgeError } from "../../edge/call-edge.ts";
import { Backoff } from "../../../shared/clock/backoff.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { sleep } from "../../clock/sleep.ts";
import { edgeUrlOf, type InitContext, type Step } from "../world/context.ts";
import { readSecret } from "./secrets.ts";

/** A new address needs its DNS record and certificate, which takes a minute at times. */
const PATIENCE_MS = 180_000;
const CALL_MS = 10_000;
const PAUSES = { baseMs: 500, capMs: 4000 } as const;

/** Waits until the Worker answers at its address and takes the token. */
export const edgeStep: Step = {
  id: "edge",
  plan: () => ["wait until the Worker answers and takes the token"],
  async run(context) {
    const freshness = await freshnessWhen(() => true, context);
    return `the edge answers, version ${freshness.edgeVersion}`;
  },
};

/**
 * The edge's freshness as soon as it is as wanted, asked some forty times a minute at most. @throws {EdgeError} why it could not be asked
 * for three minutes, or null when it was asked and was not as wanted
 */
export async function freshnessWhen(
  wanted: (freshness: Freshness) => boolean,
  context: InitContext,
): Promise<Freshness>;
export async function freshnessWhen(
  wanted: (freshness: Freshness) => boolean,
  context: InitContext,
  patienceMs: number,
): Promise<Freshness | null>;
export async function freshnessWhen(
  wanted: (freshness: Freshness) => boolean,
  context: InitContext,
  patienceMs = PATIENCE_MS,
): Promise<Freshness | null> {
  const { world, signal, layout, progress } = context;
  const { clock } = world;
  const token = readSecret(layout.token, context);
  const untilMs = clock.now() + patienceMs;
  const pauses = new Backoff(PAUSES, world.random);
  for (;;) {
    const asked = await ask(edgeUrlOf(progress), token, signal);
    if (!(asked instanceof EdgeError) && wanted(asked)) return asked;
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0) {
      if (asked instanceof EdgeError) throw asked;
      return null;
    }
    await sleep(clock, Math.min(leftMs, pauses.nextMs()), signal);
    signal.throwIfAborted();
  }
}

async function ask(url: string, token: string, signal: AbortSignal): Promise<Freshness | EdgeError> {
  try {
    return await askFreshness(url, token, AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EdgeError) return error;
    throw error;
  }
}
