import { runnerGroupsPage } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import type { Rest } from "../http/rest.ts";
import { SingleFlight } from "../auth/single-flight.ts";
import { GitHubError, type Listing } from "../model/types.ts";

interface NamedGroup {
  readonly id: number;
  readonly name: string;
  readonly default?: boolean | undefined;
  /** Whether it comes from the organization's enterprise. */
  readonly inherited?: boolean | undefined;
}

type Groups = Listing<NamedGroup>;

/** What GitHub calls the group that runners join unless they name another; it can be renamed. */
const DEFAULT_NAME = "default";

/**
 * The group that a pool's name stands for: one of the organization's own before an inherited one, and for `Default`,
 * which is also what a pool gets that names none, the group that is the default, whatever it is called.
 */
export function groupNamed<T extends NamedGroup>(groups: readonly T[], name: string): T | undefined {
  const named = groups.filter((group) => group.name.toLowerCase() === name.toLowerCase());
  const own = named.find(({ inherited }) => inherited !== true);
  const isDefault = name.toLowerCase() === DEFAULT_NAME;
  return own ?? (isDefault ? groups.find((group) => group.default === true) : undefined) ?? named[0];
}

/** Runner groups by name, read once for each organization. https://docs.github.com/en/rest/actions/self-hosted-runner-groups */
export class RunnerGroups {
  readonly #rest: Rest;
  readonly #known = new Map<string, Groups>();
  readonly #readings = new SingleFlight<Groups>();
  /** Several jobs may wait for one reading; the abort of one must not end it for the rest. */
  readonly #unaborted = new AbortController().signal;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** The id of the group. Throws GitHubError `not-found` when there is none of that name. */
  async idOf(organization: string, name: string, signal: AbortSignal): Promise<number> {
    const owner = organization.toLowerCase();
    const groups = this.#known.get(owner) ?? (await this.#readings.run(owner, () => this.#read(organization), signal));
    const group = groupNamed(groups.items, name);
    if (group !== undefined) {
      this.#known.set(owner, groups);
      return group.id;
    }
    if (groups.failure !== undefined) throw groups.failure;
    const names = groups.items.map((each) => `"${each.name}"`).join(", ");
    throw new GitHubError(
      "not-found",
      `The organization ${organization} has no runner group "${name}"; it has ${names === "" ? "none that the credential may see" : names}.`,
      "Set the pool's runnerGroup in config/pools.yaml to one of these, or make the group in the organization's Actions settings.",
    );
  }

  /** Reads the organization's groups again at the next call: one may have been made anew under another id. */
  forget(organization: string): void {
    this.#known.delete(organization.toLowerCase());
  }

  #read(organization: string): Promise<Groups> {
    return readListing(
      this.#rest,
      {
        path: `/orgs/${encodeURIComponent(organization)}/actions/runner-groups?per_page=100`,
        schema: runnerGroupsPage,
        itemsOf: (page) => page.runner_groups,
        keyOf: (group) => group.id,
        totalOf: (page) => page.total_count,
      },
      { scope: { kind: "organization", organization }, signal: this.#unaborted, urgent: true },
    );
  }
}
