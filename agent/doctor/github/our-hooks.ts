import type { GitHubHook } from "../../github/model/delivery-log.ts";
import { webhookUrl } from "../../github/model/delivers-to.ts";
import { ownerOf } from "../../github/model/scope.ts";
import { GitHubError, type RunnerScope } from "../../github/model/types.ts";
import type { GitHubFacts } from "./github-facts.ts";

/**
 * The hooks that may tell of a scope's jobs: the App's, the scope's own, and for a repository its organization's.
 * Throws GitHubError where the scope's own hooks may not be read and there is no hook of an App.
 */
export async function hooksFor(facts: GitHubFacts, scope: RunnerScope): Promise<readonly GitHubHook[]> {
  const app = await facts.appHook();
  if (app !== null) return [app];
  const own = (await facts.hooks(scope)).items;
  if (scope.kind === "organization") return own;
  return [...own, ...(await ownersHooks(facts, scope))];
}

/** A personal account has no hooks, and a token for one repository does not see those of its organization. */
async function ownersHooks(facts: GitHubFacts, scope: RunnerScope): Promise<readonly GitHubHook[]> {
  try {
    return (await facts.hooks({ kind: "organization", organization: ownerOf(scope) })).items;
  } catch (error) {
    if (error instanceof GitHubError && (error.code === "forbidden" || error.code === "not-found")) return [];
    throw error;
  }
}

/** Whether the hook's address is that of our receiver, whatever else is wrong with the hook. */
export function pointsAt({ url }: GitHubHook, edgeUrl: string): boolean {
  return url !== null && URL.canParse(url) && new URL(url).href === webhookUrl(edgeUrl);
}

/** All hooks of the fleet that point at us, each once. Rejects with GitHubError only when no scope's could be read. */
export async function ourHooks(
  facts: GitHubFacts,
  scopes: readonly RunnerScope[],
  edgeUrl: string,
): Promise<readonly GitHubHook[]> {
  const outcomes = await Promise.allSettled(scopes.map((scope) => hooksFor(facts, scope)));
  const read = outcomes.filter((outcome) => outcome.status === "fulfilled").flatMap(({ value }) => value);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined && outcomes.every(({ status }) => status === "rejected")) throw failed.reason;
  const ours = read.filter((hook) => pointsAt(hook, edgeUrl));
  return [...new Map(ours.map((hook) => [String(hook.id), hook])).values()];
}
