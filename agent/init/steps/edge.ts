import { askFreshness } from "../../edge/ask-freshness.ts";
import { EdgeError } from "../../edge/call-edge.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { poll } from "../../clock/poll.ts";
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
 * The edge's freshness as soon as it is as wanted, asked some forty times a minute at most; null where it was not by then.
 * @throws {EdgeError} where the edge could not be asked at last.
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
  const token = readSecret(layout.token, context);
  const last: { refusal: EdgeError | null } = { refusal: null };
  const look = async (): Promise<Freshness | null> => {
    const asked = await ask(edgeUrlOf(progress), token, signal);
    last.refusal = asked instanceof EdgeError ? asked : null;
    return !(asked instanceof EdgeError) && wanted(asked) ? asked : null;
  };
  const seen = await poll(look, { ...world, pauses: PAUSES, patienceMs }, signal);
  if (seen !== null) return seen;
  signal.throwIfAborted();
  if (last.refusal !== null) throw last.refusal;
  return null;
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
