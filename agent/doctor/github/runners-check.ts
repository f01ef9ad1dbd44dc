import { scopeName } from "../../github/model/scope.ts";
import type { GitHubRunner, RunnerScope } from "../../github/model/types.ts";
import type { SlotRecord } from "../../journal/slot-records.ts";
import { ownPrefix } from "../../slots/slot-name.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { orGitHubSkipped, type GitHubFacts } from "./github-facts.ts";
import { countText } from "../../../shared/text/count-text.ts";

const LONG_MS = 60 * 60_000;

export interface RunnersOptions {
  readonly instance: string;
  /** The journal's slots; null where there is no journal, which alone knows since when a runner exists. */
  readonly slots: readonly SlotRecord[] | null;
  readonly nowMs: number;
}

/** Whether runners of ours are listed as offline for an hour and more: nobody will bring them back. */
export async function judgeRunners(facts: GitHubFacts, scope: RunnerScope, options: RunnersOptions): Promise<Finding> {
  const listing = await orGitHubSkipped(facts.runners(scope), `github-access:${scopeName(scope).toLowerCase()}`);
  const own = listing.items.filter(({ name }) => name.startsWith(ownPrefix(options.instance)));
  const stale = own.filter((runner) => isStale(runner, options));
  const [first] = stale;
  const summary = `${countText(listing.items.length, "runner")} at ${scopeName(scope)}, ${own.length} of them ours`;
  if (first === undefined) return { status: "pass", summary };
  const path = scope.kind === "organization" ? `orgs/${scope.organization}` : `repos/${scopeName(scope)}`;
  return {
    status: "warn",
    summary: `${countText(stale.length, "runner of ours is", "runners of ours are")} offline for longer than ${ageText(LONG_MS)}: ${first.name}`,
    detail: summary,
    remedy: stale
      .slice(0, 3)
      .map(({ id }) => `gh api -X DELETE ${path}/actions/runners/${id}`)
      .join(" && "),
  };
}

/** One that the journal does not know is an hour old at least: the name of each runner is written down before it is. */
function isStale({ name, status, busy }: GitHubRunner, { slots, nowMs }: RunnersOptions): boolean {
  if (status !== "offline" || busy || slots === null) return false;
  const record = slots.find((slot) => slot.name === name);
  return record === undefined || nowMs - record.plannedAtMs > LONG_MS;
}
