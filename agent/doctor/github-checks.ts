import type { Fleet } from "../../shared/config/pool.ts";
import type { GitHub } from "../github/types.ts";
import { scopeKey } from "../slots/runner-scope.ts";
import { runnerScopes } from "../sweeps/sweep-targets.ts";
import { ageText } from "./age-text.ts";
import type { Check, Finding } from "./check.ts";

const LOW_SHARE = 0.1;

/** Whether GitHub takes the credential, and whether each scope of the fleet may be managed with it. */
export function githubChecks(github: GitHub, fleet: Fleet | null): readonly Check[] {
  const token: Check = { id: "github-token", group: "github", run: (signal) => judgeToken(github, signal) };
  if (fleet === null) return [token];
  const scopes = runnerScopes(fleet).map((scope): Check => ({
    id: `github-runners:${scopeKey(scope)}`,
    group: "github",
    run: async (signal) => {
      const runners = await github.listRunners(scope, signal);
      return { status: "pass", summary: `${runners.items.length} runners listed at ${scopeKey(scope)}` };
    },
  }));
  const groups = fleet.pools.flatMap((pool): Check[] => {
    if (pool.scope.kind !== "organization") return [];
    const { organization, runnerGroup } = pool.scope;
    return [
      {
        id: `github-group:${pool.key}`,
        group: "github",
        run: async (signal) => {
          const id = await github.runnerGroupId(organization, runnerGroup, signal);
          return { status: "pass", summary: `runner group ${runnerGroup} has id ${id}` };
        },
      },
    ];
  });
  return [token, ...scopes, ...groups];
}

async function judgeToken(github: GitHub, signal: AbortSignal): Promise<Finding> {
  const { subject, rateLimit } = await github.checkToken(signal);
  if (rateLimit === null) return { status: "pass", summary: `GitHub knows us as ${subject}` };
  const { limit, remaining, resetAtMs } = rateLimit;
  const summary = `GitHub knows us as ${subject}; ${remaining} of ${limit} calls left`;
  if (remaining >= limit * LOW_SHARE) return { status: "pass", summary };
  const remedy = `raise HOOKLINE_SWEEP_INTERVAL_SECONDS; the limit resets in ${ageText(resetAtMs - Date.now())}`;
  return { status: "warn", summary, remedy };
}
