import type { Status } from "../../shared/status/status.ts";

/** What a daemon without pools says of itself a minute after its start. */
export function statusSample(change: Partial<Status> = {}): Status {
  const atMs = Date.parse("2026-11-30T12:00:00Z");
  return {
    version: 2,
    atMs,
    agent: { instance: "nas", host: "nas.local", version: "0.0.0", startedAtMs: atMs - 60_000, holds: [] },
    fleet: { hash: "0123456789ab", loadedAtMs: atMs - 60_000, pools: [], maxSlots: null, file: null },
    link: { state: "none", sinceMs: null, redialAtMs: null, lastClose: null, cursor: null, unread: 0 },
    sweeps: {
      intervalMs: 60_000,
      running: false,
      nextAtMs: atMs + 1000,
      last: null,
      complete: null,
      lastCompleteAtMs: null,
      failures: [],
      failuresTotal: 0,
      credential: { kind: "token", limits: [], closedUntilMs: null },
    },
    pools: [],
    slots: [],
    jobs: { byReason: {}, waitingTotal: 0, waiting: [], runningTotal: 0, running: [] },
    remains: [],
    latency: { jobs: 0, legs: {} },
    hooks: [],
    ...change,
  };
}
