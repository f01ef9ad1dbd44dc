import type { Clock } from "../../../shared/clock/clock.ts";
import { runsPage, type RunAnswer } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import type { ReadOptions, Rest } from "../http/rest.ts";
import { actionsPath, repositoryScope } from "../model/scope.ts";
import type { Listing } from "../model/types.ts";

/**
 * Every status of a run that has not completed. One job that waits for an approval makes its run `waiting` although
 * others of its jobs run or are queued; `pending` runs are held by a concurrency group.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const UNFINISHED = ["queued", "waiting", "pending", "in_progress", "requested"] as const;
type Unfinished = (typeof UNFINISHED)[number];

/** Each status is listed again before a quarter of an hour is over, a sweep's interval included. */
const LIST_AGAIN_MS = 14 * 60_000;

/**
 * A run can be re-run for 30 days and keeps its `created_at`; from then on GitHub lets it live for 35 days more. Runs
 * that are stuck for ever must not be read for ever.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
 * https://docs.github.com/en/actions/reference/limits
 */
const WINDOW_MS = 65 * 24 * 60 * 60_000;

/**
 * Lists of a thousand entries that are read for one status. GitHub shows no more of a filtered list at once.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const MOST_SLICES = 5;

/** The unfinished runs that were found, and what finding them cost. */
export interface FoundRuns extends Listing<RunAnswer> {
  readonly calls: number;
  /** Whether GitHub redirected the call. */
  readonly redirected: boolean;
}

/**
 * Finds the runs of repositories that may hold jobs which have not ended. The newest hundred are read each time, in
 * one call whose ETag holds while nothing happens. Where there are more, the older ones are found by lists that are
 * filtered by status, in turn.
 */
export class ActiveRuns {
  readonly #rest: Rest;
  readonly #clock: Clock;
  /** When each repository's list of a status was last read, on the monotonic clock. */
  readonly #listedAtMs = new Map<string, Map<Unfinished, number>>();

  constructor(rest: Rest, clock: Clock) {
    this.#rest = rest;
    this.#clock = clock;
  }

  /** Throws GitHubError when the newest runs cannot be listed. */
  async find(repository: string, options: ReadOptions): Promise<FoundRuns> {
    const path = `${actionsPath(repositoryScope(repository))}/runs`;
    const url = this.#rest.urlOf(`${path}?per_page=100`);
    const { value, redirected } = await this.#rest.read(url, runsPage, options);
    const newest = value.workflow_runs;
    const unfinished = newest.filter(({ status }) => status !== "completed");
    const isWhole = newest.length >= value.total_count;
    const due = isWhole ? [] : this.#due(repository, unfinished.length === newest.length);
    const runs = new Map(unfinished.map((run) => [run.id, run]));
    let listing: Listing<RunAnswer> = { items: [], complete: true };
    for (const status of due) {
      const older = await this.#list(path, status, options);
      for (const run of older.items) runs.set(run.id, run);
      if (listing.complete) listing = older;
      if (older.complete) this.#listedAtMs.get(repository)?.set(status, this.#clock.monotonicMs());
    }
    return { ...listing, items: [...runs.values()], calls: 1 + due.length, redirected };
  }

  /** The statuses whose turn it is; all of them where even the newest page is full of unfinished runs. */
  #due(repository: string, allUnfinished: boolean): readonly Unfinished[] {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#listedAtMs.get(repository) ?? spread(nowMs);
    this.#listedAtMs.set(repository, known);
    return UNFINISHED.filter((status) => allUnfinished || nowMs - (known.get(status) ?? nowMs) >= LIST_AGAIN_MS);
  }

  /** A filtered list ends after its newest thousand entries: those before them are listed up to the oldest of these. */
  async #list(path: string, status: Unfinished, options: ReadOptions): Promise<Listing<RunAnswer>> {
    // A whole day, so that the address stays the same from sweep to sweep and its ETag holds.
    const since = new Date(this.#clock.now() - WINDOW_MS).toISOString().slice(0, 10);
    let listing = await this.#slice(path, status, `>=${since}`, options);
    const runs = new Map(listing.items.map((run) => [run.id, run]));
    for (let slices = 1; listing.shortfall !== undefined && slices < MOST_SLICES; slices += 1) {
      const oldest = [...runs.values()].flatMap((run) => run.created_at ?? []).toSorted()[0];
      if (oldest === undefined) break;
      const known = runs.size;
      listing = await this.#slice(path, status, `${since}..${oldest}`, options);
      for (const run of listing.items) runs.set(run.id, run);
      if (runs.size === known) break;
    }
    return { ...listing, items: [...runs.values()] };
  }

  #slice(path: string, status: Unfinished, created: string, options: ReadOptions): Promise<Listing<RunAnswer>> {
    return readListing(
      this.#rest,
      {
        path: `${path}?status=${status}&created=${encodeURIComponent(created)}&per_page=100`,
        schema: runsPage,
        itemsOf: (page) => page.workflow_runs,
        keyOf: (run) => run.id,
        totalOf: (page) => page.total_count,
      },
      options,
    );
  }
}

/** The first status is due at once, the others one after the other. */
function spread(nowMs: number): Map<Unfinished, number> {
  const stepMs = LIST_AGAIN_MS / UNFINISHED.length;
  return new Map(UNFINISHED.map((status, at) => [status, nowMs - LIST_AGAIN_MS + at * stepMs]));
}
