import { namedRepositories, ownersOf, type Fleet } from "../../../shared/fleet/pool.ts";
import { refusal, servingPool } from "../../../shared/controller/pool-choice.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { GitHubError, type GitHubJob } from "../../github/model/types.ts";
import { LOG_WINDOW_MS } from "../../sweeps/delivery-sweep.ts";
import { runnerScopes } from "../../sweeps/sweep-targets.ts";
import { evidenceOf, type HookEvidence } from "../github/delivery-evidence.ts";
import type { GitHubFacts } from "../github/github-facts.ts";
import type { OutsideEvidence, UnseenJob } from "./judge-freshness.ts";
import { ourHooks } from "../github/our-hooks.ts";

/** A webhook may be that late before its absence means anything. */
const GRACE_MS = 60_000;
/** Repositories whose queue is looked at: the doctor samples, the agent's sweeps read them all. */
const MOST_REPOSITORIES = 5;
/** Repositories of a pattern whose hooks' logs are looked at. */
const MOST_LOGS = 20;

/** GitHub's logs of the fleet's hooks that point at the edge; null where none may be read. */
export async function hookLogs(
  facts: GitHubFacts,
  fleet: Fleet,
  edgeUrl: string,
): Promise<readonly HookEvidence[] | null> {
  try {
    const scopes = runnerScopes(await facts.sampled(fleet, MOST_LOGS));
    if (scopes.length === 0) return [];
    const hooks = await ourHooks(facts, scopes, edgeUrl);
    return await Promise.all(
      hooks.map(async (hook) => {
        const { items, complete } = await facts.attempts(hook);
        return evidenceOf(hook, items, complete);
      }),
    );
  } catch (error) {
    if (error instanceof GitHubError) return null;
    throw error;
  }
}

/** What GitHub knows of the time in which the edge was silent. Jobs are asked for only where it was. */
export async function outsideEvidence(
  facts: GitHubFacts | null,
  fleet: Fleet | null,
  edgeUrl: string,
  freshness: Freshness,
  pollIntervalMs: number,
): Promise<OutsideEvidence> {
  if (facts === null || fleet === null) return { logs: null, unseenJobs: [] };
  const { lastSignalAt, now } = freshness;
  const isSilent = lastSignalAt === null || now - lastSignalAt > pollIntervalMs;
  const [logs, unseenJobs] = await Promise.all([
    hookLogs(facts, fleet, edgeUrl),
    isSilent ? jobsUnseen(facts, fleet, freshness) : [],
  ]);
  return { logs, unseenJobs };
}

async function jobsUnseen(facts: GitHubFacts, fleet: Fleet, freshness: Freshness): Promise<readonly UnseenJob[]> {
  const sampled = await facts.sampled(fleet, MOST_REPOSITORIES);
  const names = await sampledRepositories(facts, sampled);
  const listings = await Promise.all(names.map((name) => facts.jobs(name).catch(nothing)));
  const pools = sampled.pools.flatMap((pool) => [servingPool(pool, "amd64"), servingPool(pool, "arm64")]);
  const isOurs = (job: GitHubJob): boolean =>
    pools.some((pool) => refusal(pool, { ...job, labels: [...job.labels] }) === null);
  return listings
    .flatMap(({ items }) => items)
    .flatMap((job) => {
      const { id, repository, createdAtMs } = job;
      const isUnseen = createdAtMs !== null && isSince(createdAtMs, freshness) && isOurs(job);
      return isUnseen ? [{ id, repository, createdAtMs }] : [];
    });
}

/** Created after the last signal came, long enough ago, and within the time that anybody remembers. */
function isSince(createdAtMs: number, { now, lastSignalAt }: Freshness): boolean {
  return createdAtMs > (lastSignalAt ?? now - LOG_WINDOW_MS) && createdAtMs < now - GRACE_MS;
}

async function sampledRepositories(facts: GitHubFacts, fleet: Fleet): Promise<readonly string[]> {
  const named = fleet.pools.flatMap((pool) => namedRepositories(pool) ?? []);
  const open = fleet.pools.flatMap((pool) => (namedRepositories(pool) === null ? ownersOf(pool) : []));
  const listed = await Promise.all([...new Set(open)].map((name) => facts.repositories(name).catch(nothing)));
  const pushed = listed
    .flatMap(({ items }) => items.filter(({ archived }) => !archived))
    .map(({ fullName }) => fullName);
  return [...new Set([...named, ...pushed])].slice(0, MOST_REPOSITORIES);
}

/** What cannot be read is reported by the checks of GitHub. */
function nothing(error: unknown): { readonly items: readonly never[] } {
  if (error instanceof GitHubError) return { items: [] };
  throw error;
}
