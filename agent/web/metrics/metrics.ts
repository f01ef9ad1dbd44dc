import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";
import { agentFamilies } from "./agent-families.ts";
import { edgeFamilies } from "./edge-families.ts";
import type { Family } from "./family.ts";
import { poolFamilies } from "./pool-families.ts";

/** Every metric of the agent, those included that have no line yet. */
export function metricsOf(status: Status, freshness: Freshness | null | undefined): readonly Family[] {
  return [...agentFamilies(status), ...poolFamilies(status), ...edgeFamilies(status.atMs, freshness)];
}
