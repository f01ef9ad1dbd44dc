import { instantMs } from "../model/answers.ts";
import type { GitHubHook, TokenHome } from "../model/delivery-log.ts";
import { pingHook, readAppHook } from "./hooks.ts";
import {
  anyRuns,
  buckets,
  groupRepositoriesPage,
  groupsPage,
  releasesPage,
  repository,
  runnerVersionsPage,
} from "./inspect-answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import { REGISTRATION_RESOURCE, type RateLimit } from "../http/rate-limit.ts";
import type { Rest } from "../http/rest.ts";
import { actionsPath, repositoryScope, scopePath } from "../model/scope.ts";
import type { Listing, RunnerScope } from "../model/types.ts";

export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  /** `all`, `private` or `selected` repositories; an open enum. */
  readonly visibility: string;
  readonly allowsPublicRepositories: boolean;
  readonly default: boolean;
  /** Whether it comes from the organization's enterprise. */
  readonly inherited: boolean;
  /** The workflows that alone may use it; null where all may. */
  readonly workflows: readonly string[] | null;
}

export interface InspectedRepository {
  /** `owner/name`, in GitHub's spelling. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly archived: boolean;
}

/** What GitHub says of the credential's limits, and in passing of itself. */
export interface LimitReport {
  readonly buckets: readonly RateLimit[];
  /** GitHub's clock, milliseconds since the epoch; null where it sends none. */
  readonly githubNowMs: number | null;
  /** When the token ends, milliseconds since the epoch; null where GitHub does not say. */
  readonly tokenEndsAtMs: number | null;
}

/** A version of the runner, and when it came out, milliseconds since the epoch. */
export interface RunnerRelease {
  readonly version: string;
  readonly publishedAtMs: number;
}

/** Readings of GitHub that the doctor alone makes, and the one ping that it may be asked for. All throw GitHubError. */
export class Inspector {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /**
   * Counts against no limit. GitHub Enterprise Server has none unless its operator sets one, and answers 404 then.
   * https://docs.github.com/en/rest/rate-limit/rate-limit
   * https://docs.github.com/en/enterprise-server@latest/admin/configuring-settings/configuring-user-applications-for-your-enterprise/configuring-rate-limits
   */
  async limits(scope: TokenHome, signal: AbortSignal): Promise<LimitReport> {
    const answer = await this.#rest.look("/rate_limit", buckets, scope, signal).catch(noneIfNotFound);
    if (answer === null) return { buckets: [], githubNowMs: null, tokenEndsAtMs: null };
    const { value, headers } = answer;
    const { core, actions_runner_registration: registration } = value.resources;
    const named = [["core", core] as const, ...(registration ? [[REGISTRATION_RESOURCE, registration] as const] : [])];
    return {
      buckets: named.map(([resource, { limit, remaining, reset }]) => ({
        resource,
        limit,
        remaining,
        resetAtMs: reset * 1000,
      })),
      githubNowMs: instantMs(headers.get("date")),
      tokenEndsAtMs: instantMs(headers.get("github-authentication-token-expiration")?.replace(" UTC", "Z")),
    };
  }

  /** https://docs.github.com/en/rest/actions/self-hosted-runner-groups */
  async groups(organization: string, signal: AbortSignal): Promise<Listing<RunnerGroup>> {
    const scope: RunnerScope = { kind: "organization", organization };
    const listing = await readListing(
      this.#rest,
      {
        path: `${actionsPath(scope)}/runner-groups?per_page=100`,
        schema: groupsPage,
        itemsOf: (page) => page.runner_groups,
        keyOf: ({ id }) => id,
      },
      { scope, signal, urgent: true },
    );
    const items = listing.items.map((group) => ({
      id: group.id,
      name: group.name,
      visibility: group.visibility,
      allowsPublicRepositories: group.allows_public_repositories,
      default: group.default === true,
      inherited: group.inherited === true,
      workflows: group.restricted_to_workflows === true ? (group.selected_workflows ?? []) : null,
    }));
    return { ...listing, items };
  }

  /** The repositories, `owner/name`, that a group of visibility `selected` serves. */
  async groupRepositories(organization: string, groupId: number, signal: AbortSignal): Promise<Listing<string>> {
    const scope: RunnerScope = { kind: "organization", organization };
    const listing = await readListing(
      this.#rest,
      {
        path: `${actionsPath(scope)}/runner-groups/${groupId}/repositories?per_page=100`,
        schema: groupRepositoriesPage,
        itemsOf: (page) => page.repositories,
        keyOf: ({ full_name }) => full_name,
      },
      { scope, signal, urgent: true },
    );
    return { ...listing, items: listing.items.map(({ full_name }) => full_name) };
  }

  async repository(name: string, signal: AbortSignal): Promise<InspectedRepository> {
    const scope = repositoryScope(name);
    const { value } = await this.#rest.look(scopePath(scope), repository, scope, signal);
    return { fullName: value.full_name, isPrivate: value.private, archived: value.archived };
  }

  /** Whether runs of the repository may be read; what they are is of no interest. */
  async mayReadRuns(name: string, signal: AbortSignal): Promise<void> {
    const scope = repositoryScope(name);
    await this.#rest.look(`${actionsPath(scope)}/runs?per_page=1`, anyRuns, scope, signal);
  }

  /** The versions that GitHub lists the runners of a scope with; those that never came online have none. */
  async runnerVersions(
    scope: RunnerScope,
    signal: AbortSignal,
  ): Promise<readonly { readonly name: string; readonly version: string }[]> {
    const path = `${actionsPath(scope)}/runners?per_page=100`;
    const { value } = await this.#rest.look(path, runnerVersionsPage, scope, signal);
    return value.runners.flatMap(({ name, version }) => (version == null ? [] : [{ name, version }]));
  }

  /** Published versions of the runner, the newest hundred. https://github.com/actions/runner/releases */
  async runnerReleases(scope: RunnerScope, signal: AbortSignal): Promise<readonly RunnerRelease[]> {
    const { value } = await this.#rest.look("/repos/actions/runner/releases?per_page=100", releasesPage, scope, signal);
    return value.flatMap(({ tag_name: tag, draft, prerelease, published_at: published }) => {
      const publishedAtMs = instantMs(published);
      if (draft || prerelease || publishedAtMs === null) return [];
      return [{ version: tag.replace(/^v/, ""), publishedAtMs }];
    });
  }

  /** The App's own hook; null when it has none. */
  appHook(signal: AbortSignal): Promise<GitHubHook | null> {
    return readAppHook(this.#rest, signal);
  }

  /** The one writing call here: made for `--probe` alone. Throws TypeError for an App's hook, which takes none. */
  ping(hook: GitHubHook, signal: AbortSignal): Promise<void> {
    return pingHook(this.#rest, hook, signal);
  }
}
