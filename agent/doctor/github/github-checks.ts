import { namedRepositories, type Fleet } from "../../../shared/fleet/pool.ts";
import { accountsOfPatterns } from "../../../shared/fleet/fill-in.ts";
import type { TokenHome } from "../../github/model/delivery-log.ts";
import type { RunnerScope } from "../../github/model/types.ts";
import { scopeKey } from "../../slots/runner-scope.ts";
import { runnerScopes } from "../../sweeps/sweep-targets.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import type { HookEvidence } from "./delivery-evidence.ts";
import type { DockerFacts } from "../docker/docker-facts.ts";
import { judgeAccess } from "./access-check.ts";
import { judgeRate, judgeToken } from "./credential-checks.ts";
import type { GitHubFacts } from "./github-facts.ts";
import { judgeGroup } from "./group-check.ts";
import { judgeDeliveries, judgeHook } from "./hook-checks.ts";
import { apiReached } from "./hosts.ts";
import { judgePattern, judgePatternHooks } from "./pattern-check.ts";
import { judgeRepositories } from "./repositories-check.ts";
import { judgeRunners } from "./runners-check.ts";
import type { SweepRecord } from "../../journal/sweep-records.ts";
import type { JournalFacts } from "../../journal/journal-facts.ts";
import { judgeRunnerVersion } from "./runner-version-check.ts";

export interface GitHubCheckOptions {
  readonly facts: GitHubFacts;
  readonly docker: DockerFacts;
  readonly journal: JournalFacts | null;
  readonly lastSweep: () => Promise<SweepRecord | null>;
  readonly fleet: Fleet | null;
  /** What the API's own host was found to be. */
  readonly api: () => Promise<Finding>;
  /** Null where jobs are found by sweeps alone: then no hook is needed. */
  readonly edgeUrl: string | null;
  /** Resolves once the edge has answered at its address: no hook is held against one that may be wrong. @throws {Skipped} */
  readonly edge: () => Promise<unknown>;
  /** GitHub's logs of the hooks that point at the edge, null where they may not be read. */
  readonly logs: () => Promise<readonly HookEvidence[] | null>;
  readonly instance: string;
  readonly sweepIntervalMs: number;
  readonly nowMs: number;
}

/** Whether GitHub takes the credential for all that the fleet needs, tells us of jobs, and would give them to us. */
export function githubChecks(options: GitHubCheckOptions): readonly Check[] {
  const { facts, fleet, nowMs } = options;
  const scopes = fleet === null ? [] : runnerScopes(fleet);
  const [account] = fleet === null ? [] : accountsOfPatterns(fleet);
  const first: TokenHome | null = scopes[0] ?? (account === undefined ? null : { kind: "account", account });
  const token = check(options, "github-token", () => judgeToken(facts, first, nowMs));
  if (fleet === null || first === null) return [token];
  const rate = async (): Promise<Finding> => {
    const lastSweep = await options.lastSweep();
    return judgeRate(facts, first, { lastSweep, sweepIntervalMs: options.sweepIntervalMs, nowMs });
  };
  return [
    token,
    check(options, "github-rate", rate),
    ...scopes.flatMap((scope) => scopeChecks(options, scope, fleet)),
    ...fleet.pools.flatMap((pool) => poolChecks(options, pool)),
    ...deliveryChecks(options),
    ...versionChecks(options, fleet),
  ];
}

function check(options: GitHubCheckOptions, id: string, judge: () => Promise<Finding>): Check {
  return {
    id,
    group: "github",
    run: async () => {
      await apiReached(options.api());
      return judge();
    },
  };
}

function scopeChecks(options: GitHubCheckOptions, scope: RunnerScope, fleet: Fleet): readonly Check[] {
  const { facts, journal, edgeUrl, instance, nowMs } = options;
  const key = scopeKey(scope);
  const judged = async (address: string): Promise<Finding> => {
    await options.edge();
    return judgeHook(facts, scope, address);
  };
  const hook = edgeUrl === null ? [] : [check(options, `github-hook:${key}`, () => judged(edgeUrl))];
  const slots = journal?.slots ?? null;
  return [
    check(options, `github-access:${key}`, () => judgeAccess(facts, scope, fleet.pools)),
    ...hook,
    check(options, `github-runners:${key}`, () => judgeRunners(facts, scope, { instance, slots, nowMs })),
  ];
}

function poolChecks(options: GitHubCheckOptions, pool: Fleet["pools"][number]): readonly Check[] {
  const { scope } = pool;
  const names = namedRepositories(pool);
  if (pool.patterns !== undefined) return patternChecks(options, pool);
  return [
    ...(scope.kind === "organization"
      ? [check(options, `github-group:${pool.key}`, () => judgeGroup(options.facts, pool, scope))]
      : []),
    ...(names === null
      ? []
      : [check(options, `github-repositories:${pool.key}`, () => judgeRepositories(options.facts, pool, names))]),
  ];
}

/** Of a pattern all repositories together: three hundred of them would be nine hundred checks. */
function patternChecks(options: GitHubCheckOptions, pool: Fleet["pools"][number]): readonly Check[] {
  const { facts, edgeUrl } = options;
  const named = namedRepositories(pool) ?? [];
  const judged = async (address: string): Promise<Finding> => {
    await options.edge();
    return judgePatternHooks(facts, pool, address);
  };
  return [
    ...(named.length === 0
      ? []
      : [check(options, `github-repositories:${pool.key}:named`, () => judgeRepositories(facts, pool, named))]),
    check(options, `github-repositories:${pool.key}`, () => judgePattern(facts, pool)),
    ...(edgeUrl === null ? [] : [check(options, `github-hook:${pool.key}`, () => judged(edgeUrl))]),
  ];
}

function deliveryChecks(options: GitHubCheckOptions): readonly Check[] {
  const { journal, logs, nowMs } = options;
  if (options.edgeUrl === null) return [];
  const judge = async (): Promise<Finding> => judgeDeliveries(await logs(), journal?.has ?? null, nowMs);
  return [check(options, "github-deliveries", judge)];
}

function versionChecks(options: GitHubCheckOptions, fleet: Fleet): readonly Check[] {
  const { facts: github, docker, instance, nowMs } = options;
  return [...new Set(fleet.pools.map(({ image }) => image))].map((image) =>
    check(options, `github-runner-version:${image}`, async () => {
      const token = await github.token().catch(() => null);
      if (token === null) throw new Skipped("GitHub could not be asked", "github-token", "github-rate");
      const [scope] = runnerScopes(await github.sampled(fleet, 1));
      if (scope === undefined) throw new Skipped("no repository is served", "github-repositories");
      return judgeRunnerVersion(image, { github, docker, scope, instance, nowMs });
    }),
  );
}
