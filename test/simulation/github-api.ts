import { scopeName } from "../../agent/github/model/scope.ts";
import {
  GitHubError,
  type AccountRepository,
  type ActiveJobs,
  type DeleteRunnerResult,
  type GitHub,
  type GitHubJob,
  type GitHubRepository,
  type GitHubRunner,
  type JitRequest,
  type JitRunner,
  type Listing,
  type RunnerScope,
  type TokenReport,
} from "../../agent/github/model/types.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { GitHubWorld, SimRunner } from "./github-world.ts";
import { MADE, NEW_NAME, type SimRepository } from "./github-repositories.ts";
import type { SimClock } from "./sim-clock.ts";
import { Violation } from "./violation.ts";

export const OWN_NAMES = "hookline-nas--";

interface Snapshot {
  readonly runners: readonly GitHubRunner[];
  /** By the id of their repository. */
  readonly jobs: ReadonlyMap<number, readonly GitHubJob[]>;
}

/** GitHub's REST API over the modelled GitHub, with the misbehaviour that the conditions ask for. */
export class GitHubApi implements GitHub {
  readonly #world: GitHubWorld;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #fail: (violation: Violation) => void;
  readonly #metRepository: () => void;
  #stale: Snapshot | null = null;
  /** When the last JIT call came. */
  lastJitAtMs = 0;
  calls = 0;
  #answeredAtMs: number | null = null;

  constructor(
    world: GitHubWorld,
    conditions: () => Conditions,
    clock: SimClock,
    dice: Dice,
    fail: (violation: Violation) => void,
    metRepository: () => void,
  ) {
    this.#metRepository = metRepository;
    this.#world = world;
    this.#conditions = conditions;
    this.#clock = clock;
    this.#dice = dice;
    this.#fail = fail;
  }

  async createJitRunner(scope: RunnerScope, request: JitRequest): Promise<JitRunner> {
    this.lastJitAtMs = this.#clock.now();
    if ([MADE, NEW_NAME].includes(scopeName(scope))) this.#metRepository();
    if (this.#world.usedNames.has(request.name)) this.#broken("G15", `the name ${request.name} was used before`);
    if (request.name.length > 63) this.#broken("G13", `the name ${request.name} is too long`);
    await this.#travel();
    const trouble = this.#conditions().github;
    if (trouble === "name-taken") {
      this.#world.register(request.name, request.labels, this.#placeOf(scope));
      throw new GitHubError("conflict", "already exists", "take a new name", { status: 409 });
    }
    const runner = this.#world.register(request.name, request.labels, this.#placeOf(scope));
    await this.#answer();
    return { runnerId: runner.id, encodedJitConfig: String(runner.id), labels: request.labels };
  }

  async runnerGroupId(): Promise<number> {
    return 1;
  }

  async listRunners(scope: RunnerScope): Promise<Listing<GitHubRunner>> {
    await this.#travel();
    await this.#answer();
    const place = this.#placeOf(scope);
    return this.#listing(this.#snapshot().runners.filter(({ id }) => this.#world.places.get(id) === place));
  }

  async findRunner(_scope: RunnerScope, name: string): Promise<GitHubRunner | null> {
    await this.#travel();
    await this.#answer();
    const runner = this.#world.named(name);
    return runner === undefined ? null : listed(runner);
  }

  async deleteRunner(_scope: RunnerScope, runnerId: number): Promise<DeleteRunnerResult> {
    await this.#travel();
    const runner = this.#world.runners.get(runnerId);
    if (runner !== undefined && !runner.name.startsWith(OWN_NAMES))
      this.#broken("promise 12", `${runner.name} was deleted`);
    const lies = this.#conditions().github === "both-lie";
    if (lies && runner?.online === true && runner.job !== null)
      this.#broken("promise 8", `${runner.name} was deregistered while it ran a job`);
    const result = runner === undefined ? "gone" : runner.job !== null ? "busy" : "deleted";
    if (runner !== undefined && result === "deleted") this.#world.deregister(runner);
    await this.#answer();
    return result;
  }

  async listActiveJobs(repository: string): Promise<ActiveJobs> {
    await this.#travel();
    await this.#answer();
    const isEmpty = this.#conditions().github === "empty-lists";
    const found = this.#world.repositories.find(repository);
    const jobs = found === undefined || isEmpty ? [] : (this.#snapshot().jobs.get(found.id) ?? []);
    return { ...this.#listing(jobs), calls: 1, redirected: found !== undefined && found.name !== repository };
  }

  async readJob(repository: string, jobId: number): Promise<GitHubJob | null> {
    await this.#travel();
    await this.#answer();
    return this.#world.jobs.byId(this.#world.repositories.find(repository)?.name, jobId);
  }

  async nameOfRepository(repository: string): Promise<string | null> {
    await this.#travel();
    await this.#answer();
    return this.#world.repositories.find(repository)?.name ?? null;
  }

  async readRunner(_scope: RunnerScope, runnerId: number): Promise<GitHubRunner | null> {
    await this.#travel();
    await this.#answer();
    const runner = this.#world.runners.get(runnerId);
    return runner === undefined ? null : listed(runner);
  }

  async listOrganizationRepositories(): Promise<Listing<GitHubRepository>> {
    await this.#travel();
    await this.#answer();
    return { items: this.#world.repositories.all.map(shown), complete: true };
  }

  async listAccountRepositories(): Promise<Listing<AccountRepository>> {
    await this.#travel();
    await this.#answer();
    if (this.#conditions().github === "empty-lists") return { items: [], complete: true };
    return this.#listing(this.#world.repositories.all.map(shown));
  }

  async readRepository(repository: string): Promise<AccountRepository | null> {
    await this.#travel();
    await this.#answer();
    const found = this.#world.repositories.find(repository);
    return found === undefined ? null : shown(found);
  }

  async checkToken(): Promise<TokenReport> {
    return { subject: "simulation", rateLimit: null };
  }

  serverNowMs(): number | null {
    return this.#answeredAtMs === null ? null : this.#clock.now();
  }

  async #travel(): Promise<void> {
    this.calls += 1;
    await this.#clock.wait(this.#dice.between(50, 600));
    this.#answeredAtMs = this.#clock.now();
    const trouble = this.#conditions().github;
    if (trouble === "unavailable") throw new GitHubError("unavailable", "503", "wait", { status: 503 });
    if (trouble !== "rate-limited") return;
    const retryAtMs = this.#clock.home.now() + 60_000;
    throw new GitHubError("rate-limited", "secondary limit", "wait", { status: 403, retryAtMs });
  }

  /** The work is done; whether the answer arrives is another matter. */
  async #answer(): Promise<void> {
    if (this.#conditions().github !== "lost-answers" || this.#dice.chance(0.5)) return;
    await this.#clock.wait(10_000);
    throw new GitHubError("timeout", "no answer", "wait");
  }

  /** As things are, or, while lists are stale, as they were when that began. */
  #snapshot(): Snapshot {
    const trouble = this.#conditions().github;
    if (trouble !== "stale") this.#stale = null;
    else if (this.#stale !== null) return this.#stale;
    const runners = [...this.#world.runners.values()].map(listed);
    const { repositories } = this.#world;
    const jobs = new Map(repositories.all.map(({ id, name }) => [id, this.#world.jobs.activeOf(name)]));
    const lies =
      trouble === "idle-lies" || trouble === "both-lie"
        ? runners.map((runner) => ({ ...runner, busy: false }))
        : runners;
    const snapshot = { runners: lies, jobs };
    if (trouble === "stale") this.#stale = snapshot;
    return snapshot;
  }

  #listing<T>(items: readonly T[]): Listing<T> {
    if (this.#conditions().github !== "partial") return { items, complete: true };
    return { items: items.slice(0, Math.floor(items.length / 2)), complete: false };
  }

  /** The id of a repository; null for an organization. @throws {GitHubError} as GitHub does where there is none. */
  #placeOf(scope: RunnerScope): number | null {
    if (scope.kind === "organization") return null;
    const found = this.#world.repositories.find(scopeName(scope));
    if (found === undefined) throw new GitHubError("not-found", "404", "look at the name", { status: 404 });
    return found.id;
  }

  #broken(promise: string, message: string): void {
    this.#fail(new Violation(promise, message));
  }
}

function listed({ id, name, online, job, labels }: SimRunner): GitHubRunner {
  return { id, name, status: online ? "online" : "offline", busy: job !== null, labels };
}

function shown({ id, name, archived }: SimRepository): AccountRepository {
  return { id, fullName: name, isPrivate: true, fork: false, archived, pushedAtMs: null };
}
