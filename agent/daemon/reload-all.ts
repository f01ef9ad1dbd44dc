import { describeProblem } from "../../shared/fleet/config-error.ts";
import type { ReloadOutcome } from "../control/reload-outcome.ts";

import type { BuiltAgent } from "./build-agent.ts";

const NO_FILE: ReloadOutcome = {
  kind: "refused",
  code: "failed",
  message: "This daemon reads its pools file at a start alone.",
  remedy: "Restart it.",
};

/**
 * Reads anew what may change without a restart: each secret that stands in a file, and the pools file. What cannot be
 * used is told, and what was before goes on in its place; the others are taken up all the same. Never throws.
 */
export function reloadAll({ fleetFile, secrets }: Pick<BuiltAgent, "fleetFile" | "secrets">): ReloadOutcome {
  const { changed, problems } = secrets?.readAnew() ?? { changed: [], problems: [] };
  const pools = fleetFile?.reload() ?? NO_FILE;
  if (pools.kind === "refused") return pools;
  if (problems.length === 0) return changed.length === 0 ? pools : { ...pools, secrets: changed };
  return {
    kind: "refused",
    code: "secret-unusable",
    message: problems.map((problem) => describeProblem("environment", problem)).join("\n"),
    remedy: "Mend the file, then reload again. The secret of before goes on; the pools file is taken up.",
  };
}
