import { BEGIN } from "../../settings/nothing-set-up.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import type { Check } from "../check/check.ts";

export const SETUP = "setup";

/** Neither an edge nor a credential for GitHub: nobody has begun. */
export function isNothingSetUp({ edgeUrl, token, github }: AgentSettings): boolean {
  return edgeUrl === null && token === null && github === null;
}

/** What to type first, in the place of all that a beginner lacks. */
export function setupCheck(): Check {
  return {
    id: SETUP,
    group: "edge",
    run: () => ({
      status: "fail",
      summary: "nothing is set up yet: neither HOOKLINE_EDGE_URL nor a credential for GitHub is set",
      remedy: BEGIN,
    }),
  };
}
