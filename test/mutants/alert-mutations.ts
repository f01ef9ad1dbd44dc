import type { Mutation } from "./mutation.ts";

/** Breaks of what an alert asks about: the run that brings its condition about must miss it. They need promtool. */
export const ALERT_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "Prometheus learns of no link that is down",
    file: "agent/web/metrics/agent-families.ts",
    search: 'Number(link.state === "down" || link.state === "dialling")',
    replace: 'Number(link.state === "none")',
    foundBy: ["alerts"],
  },
  {
    breaks: "Prometheus learns of no signal that waits at the edge",
    file: "agent/web/metrics/edge-families.ts",
    search: "(oldest ?? 0) / 1000",
    replace: "0",
    foundBy: ["alerts"],
  },
  {
    breaks: "Prometheus takes a pool whose slots start for one that fails",
    file: "agent/web/metrics/pool-families.ts",
    search: "Number(pool.lastFailure !== null)",
    replace: "Number(pool.pauses.length === 0)",
    foundBy: ["alerts"],
  },
  {
    breaks: "a machine without Docker is in trouble although no pool needs one there",
    file: "agent/status/agent-status.ts",
    search: "return isUsed ? (provider.asked?.().reachable ?? null) : null;",
    replace: "return provider.asked?.().reachable ?? null;",
    foundBy: ["alerts"],
  },
];
