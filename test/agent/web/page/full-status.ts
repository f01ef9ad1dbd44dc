import type { Status } from "../../../../shared/status/status.ts";
import { AT_MS, pageStatus, runningJob, waitingJob } from "./page-status.ts";

/** A household on a busy evening: every part of the page is full, and not all is well. */
export function fullStatus(): Status {
  const status = pageStatus();
  const [pool] = status.pools;
  if (pool === undefined) throw new Error("the sample has no pool");
  const pools: Status["pools"] = [
    {
      ...pool,
      key: "home",
      labels: ["self-hosted", "linux", "x64", "nas"],
      min: 1,
      max: 4,
      held: 3,
      idle: 1,
      slots: { busy: 2, online: 1 },
      waiting: 0,
    },
    {
      ...pool,
      key: "arm-builders",
      labels: ["self-hosted", "linux", "arm64", "nas-arm"],
      max: 2,
      held: 2,
      slots: { busy: 2 },
      waiting: 1,
    },
    {
      ...pool,
      key: "gpu",
      labels: ["self-hosted", "linux", "x64", "gpu"],
      max: 1,
      held: 0,
      slots: {},
      waiting: 1,
      pauses: [{ scope: null, code: "image-missing", failures: 3, untilMs: AT_MS + 90_000 }],
      lastFailure: {
        atMs: AT_MS - 30_000,
        code: "image-missing",
        message: "The image ghcr.io/acme/gpu-runner:7 is not in its registry.",
        remedy: "Correct image in the pools file, or push the image.",
      },
    },
  ];
  const waiting = [
    waitingJob({
      jobId: 72,
      runId: 9,
      name: "train",
      repository: "acme/models",
      labels: ["self-hosted", "gpu"],
      sinceMs: AT_MS - 200_000,
      mender: "person",
      why: "Pool gpu pauses after 3 failures: its image is missing.",
      remedy: "Correct image in the pools file, or push the image.",
    }),
    waitingJob({
      name: "build (arm64)",
      labels: ["self-hosted", "nas-arm"],
      why: "Every slot of arm-builders is taken: 2 of 2.",
      remedy: "Wait for one of its jobs to end, or raise scaling.max.",
    }),
    waitingJob({
      jobId: 73,
      runId: 9,
      name: "deploy",
      labels: ["self-hosted", "production"],
      sinceMs: AT_MS - 12_000,
      mender: "nobody",
      why: "No pool serves it: the label production is on none of them.",
      remedy: "Add its labels or its repository to a pool of the pools file; hookline explain tries a payload.",
    }),
  ];
  const running = [
    runningJob({ pool: "home", slot: "hookline-nas--home-abcdefghij" }),
    runningJob({
      jobId: 82,
      name: "lint",
      startedAtMs: AT_MS - 7000,
      pool: "home",
      slot: "hookline-nas--home-klmnopqrst",
    }),
    runningJob({
      jobId: 83,
      name: "e2e (chromium, shard 2/4)",
      repository: "acme/a-repository-with-quite-a-long-name",
      startedAtMs: AT_MS - 1_000_000,
      pool: "arm-builders",
      slot: "hookline-nas--arm-builders-abcdefghij",
    }),
    runningJob({
      jobId: 84,
      name: "package",
      startedAtMs: AT_MS - 95_000,
      pool: "arm-builders",
      slot: "hookline-nas--arm-builders-klmnopqrst",
    }),
  ];
  return {
    ...status,
    agent: { ...status.agent, host: "nas", version: "0.1.0", startedAtMs: AT_MS - 12 * 86_400_000 },
    pools,
    slots: running.map(({ slot, pool: of, jobId, startedAtMs }) => ({
      slot,
      pool: of ?? "",
      scope: "acme",
      engine: "local",
      state: "busy",
      sinceMs: startedAtMs ?? AT_MS,
      plannedAtMs: AT_MS,
      runnerId: 1,
      jobId,
      retiring: false,
      outdated: false,
      doubted: false,
    })),
    jobs: { byReason: { full: 1 }, waitingTotal: waiting.length, waiting, runningTotal: running.length, running },
    sweeps: { ...status.sweeps, complete: true },
    latency: { jobs: 100, legs: { total: { p50: 1900, p95: 4200 } } },
    disk: { freeBytes: 412 * 2 ** 30, totalBytes: 931 * 2 ** 30 },
  };
}
