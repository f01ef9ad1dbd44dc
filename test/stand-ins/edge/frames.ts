import type { Batch } from "../../../shared/link/batch.ts";
import { PROTOCOL_VERSION } from "../../../shared/link/protocol.ts";
import type { Down } from "../../../shared/link/down.ts";
import type { Welcome } from "../../../shared/link/welcome.ts";
import { queuedSignal } from "../../samples/signal.ts";

export function welcomeFrame(change: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    protocol: PROTOCOL_VERSION,
    edgeVersion: "0.1.0",
    stream: "stream-1",
    fence: 1,
    head: 0,
    acked: 0,
    gap: null,
    openJobs: [],
    openJobsComplete: true,
    ...change,
  };
}

type Probed = Extract<Down, { type: "probed" }>;

export function probedFrame(id: string, change: Partial<Probed> = {}): Probed {
  return { type: "probed", fence: 1, id, head: 0, acked: 0, now: 0, ...change };
}

/** The signals `after + 1` to `upTo`, each the queued signal of its own number. */
export function batchFrame(after: number, upTo: number, change: Partial<Batch> = {}): Batch {
  const signals = Array.from({ length: upTo - after }, (_, index) => {
    const seq = after + index + 1;
    return { seq, signal: queuedSignal(seq) };
  });
  return { type: "batch", fence: 1, replay: false, after, signals, ...change };
}
