import type { Freshness } from "../../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../../shared/status/status.ts";
import { AgentTotals } from "../../../../agent/status/totals.ts";
import { freshnessOf } from "../../doctor/freshness-sample.ts";
import { statusSample } from "../../../samples/status.ts";

const AT_MS = Date.parse("2026-11-30T12:00:00Z");

/** A daemon in which everything that can be told has something to tell. */
export function busyStatus(): Status {
  const totals = new AgentTotals();
  totals.welcomed();
  totals.swept(false);
  totals.finished({ pool: "nas", conclusion: "success", runMs: 61_000, legs: { edge: 90, total: 1900 } });
  totals.finished({ pool: "nas", conclusion: "success", runMs: 1000, legs: { edge: 110, total: 4_000_000 } });
  const { sweeps } = statusSample();
  return statusSample({
    sweeps: {
      ...sweeps,
      lastCompleteAtMs: AT_MS - 1000,
      last: {
        startedAtMs: AT_MS - 2000,
        finishedAtMs: AT_MS - 1000,
        allReadSinceMs: null,
        calls: 4,
        notModified: 1,
        budget: 60,
        failures: 0,
      },
      credential: {
        kind: "token",
        limits: [{ resource: "core", limit: 5000, remaining: 4990, resetAtMs: AT_MS + 60_000 }],
        closedUntilMs: null,
        expiresAtMs: AT_MS + 1000,
      },
    },
    pools: [
      {
        key: "nas",
        labels: ["nas"],
        min: 0,
        max: 3,
        queueThreshold: 0,
        cooldownSeconds: 0,
        image: "runner:1",
        network: "bridge",
        engines: ["local"],
        slots: { busy: 1 },
        idle: 0,
        held: 1,
        draining: false,
        pauses: [],
        waiting: 2,
        lastFailure: null,
        outcomes: [],
        imageBuiltAtMs: AT_MS - 86_400_000,
      },
    ],
    jobs: { byReason: { "at-max": 2 }, waitingTotal: 2, waiting: [], runningTotal: 1, running: [] },
    totals: {
      ...totals.status(),
      signals: 9,
      duplicates: 1,
      github: { calls: 12, notModified: 3 },
      docker: { ok: 20, refused: 1, failed: 2 },
      slots: [{ pool: "nas", kind: "job", slots: 2, ranMs: 70_000 }],
    },
    engine: { reachable: true },
    engines: [
      {
        name: "local",
        silentSinceMs: null,
        used: true,
        slots: 1,
        maxSlots: null,
        machine: { architecture: "amd64", memoryBytes: 8e9, engineVersion: "27.0.1" },
        calls: { ok: 20, refused: 1, failed: 2 },
      },
    ],
    disk: { freeBytes: 10, totalBytes: 100 },
  });
}

export function freshnessOfBusy(): Freshness {
  return freshnessOf({ rejected: { missing: 0, malformed: 0, mismatch: 1 } });
}
