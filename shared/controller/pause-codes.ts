/** Causes of a pause that end when the engine answers again. */
export const ENGINE_SILENT: ReadonlySet<string> = new Set(["slot-unreachable", "slot-permission", "slot-api-version"]);

/** Causes of a pause that often pass by themselves. What is not here needs somebody: a refusal stays one. */
export const AGAIN_BY_ITSELF: ReadonlySet<string> = new Set([
  "github-rate-limited",
  "github-unavailable",
  "github-timeout",
  "github-network",
  "github-conflict",
  "slot-start-failed",
  "slot-no-node",
  "slot-unreachable",
  "exited-without-job",
  "never-online",
]);
