import { generateKeyPairSync } from "node:crypto";

import type { DeliveryRule, Misdelivery } from "./hooks/delivery-faults.ts";
import type { HookChange } from "./hooks/hook-registry.ts";
import type { CallRecord, Violation } from "./rest/call-log.ts";
import type { FaultRule, Misbehaviour } from "./rest/faults.ts";
import { appHook, sendPing } from "./rest/handlers/hooks.ts";
import type { Resource } from "./rest/rate-limits.ts";
import type { RestApi } from "./rest/rest-api.ts";
import { accountOf, principalOf } from "./rest/principal.ts";
import type { RepositoryOptions, RunnerGroupOptions } from "./state/accounts.ts";
import type { NewJob } from "./state/jobs.ts";
import type {
  Account,
  App,
  Conclusion,
  Delivery,
  Hook,
  HookScope,
  Installation,
  Job,
  Permissions,
  Repository,
  Runner,
  RunnerGroup,
} from "./state/model.ts";
import type { TokenOptions } from "./state/personal-tokens.ts";
import type { World } from "./world.ts";

export interface JobOptions extends NewJob {
  /** `owner/name`. */
  readonly repository: string;
  /** Adds the job to a run that there is; a new one unless said otherwise. */
  readonly runId?: number;
}

export interface HookOptions {
  /** `owner` for an organization's hook, `owner/name` for a repository's. */
  readonly scope: string;
  readonly url: string;
  readonly secret?: string;
  /** `workflow_job` unless said otherwise. */
  readonly events?: readonly string[];
  readonly contentType?: "json" | "form";
}

export interface AppOptions {
  readonly name?: string;
  /** The account that owns it. */
  readonly owner: string;
  /** All that Hookline could need unless said otherwise. */
  readonly permissions?: Permissions;
  readonly webhook?: { readonly url: string; readonly secret?: string };
}

/** An App as its owner has it after making it. */
export interface MadeApp extends App {
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  readonly hook: Hook | null;
}

const APP_PERMISSIONS: Permissions = {
  actions: "read",
  administration: "write",
  metadata: "read",
  organization_hooks: "write",
  organization_self_hosted_runners: "write",
  repository_hooks: "write",
};

/** The loopback GitHub in the hands of a test. What it returns are copies: nothing changes under the reader. */
export class LoopbackGitHub {
  /** Base address of the REST API, without a slash at the end. */
  readonly apiUrl: string;
  readonly #world: World;
  readonly #rest: RestApi;
  readonly #shutDown: () => Promise<void>;

  constructor(world: World, rest: RestApi, shutDown: () => Promise<void>) {
    this.apiUrl = world.apiUrl;
    this.#world = world;
    this.#rest = rest;
    this.#shutDown = shutDown;
  }

  /** An organization; its runner group `Default` serves all of its private repositories. */
  addOrganization(login: string): Account {
    return this.#world.accounts.add(login, "organization");
  }

  addUser(login: string): Account {
    return this.#world.accounts.add(login, "user");
  }

  /** `owner/name`; private unless said otherwise. */
  addRepository(fullName: string, options: RepositoryOptions = {}): Repository {
    return this.#world.accounts.addRepository(fullName, options);
  }

  /** Another name, under the same id; calls that name the old one are redirected. */
  renameRepository(from: string, to: string): void {
    this.#world.accounts.renameRepository(from, to);
  }

  archiveRepository(fullName: string, archived = true): void {
    this.#world.accounts.archiveRepository(fullName, archived);
  }

  pushTo(fullName: string): void {
    this.#world.accounts.pushTo(fullName);
  }

  /** Its runners go with it. */
  deleteRepository(fullName: string): void {
    const { accounts, runners, dispatcher } = this.#world;
    const repository = accounts.repository(fullName);
    const held = runners.all().filter(({ scope }) => scope.kind === "repository" && scope.repository === repository);
    for (const runner of held) dispatcher.remove(runner);
    accounts.deleteRepository(fullName);
  }

  addRunnerGroup(options: RunnerGroupOptions): RunnerGroup {
    return this.#world.accounts.addGroup(options);
  }

  /** A personal access token, ready to be sent. */
  addToken(options: TokenOptions = {}): string {
    return this.#world.personalTokens.add(options).token;
  }

  revokeToken(token: string): void {
    this.#world.personalTokens.revoke(token);
  }

  addApp(options: AppOptions): MadeApp {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const { apps, hooks } = this.#world;
    const owner = this.#account(options.owner);
    const permissions = options.permissions ?? APP_PERMISSIONS;
    const app = apps.add({ name: options.name ?? "Hookline", publicKey, owner, permissions, events: ["workflow_job"] });
    if (options.webhook !== undefined) {
      const hook = hooks.add({ scope: { kind: "app", appId: app.id }, ...options.webhook, events: app.events });
      sendPing(this.#world, hook);
    }
    return { ...app, privateKey, hook: appHook(this.#world, app.id) };
  }

  /** Installs an App on an account, for all of its repositories unless some are named. */
  installApp(options: {
    readonly app: App;
    readonly account: string;
    readonly repositories?: readonly string[];
    readonly permissions?: Permissions;
  }): Installation {
    const { app, account, repositories, permissions } = options;
    return this.#world.apps.install(app, this.#account(account), repositories ?? null, permissions ?? app.permissions);
  }

  uninstallApp(installationId: number): void {
    this.#world.apps.uninstall(installationId);
  }

  /** Ends all installation tokens, before their hour. */
  revokeInstallationTokens(): void {
    this.#world.apps.revokeTokens();
  }

  /** A hook, which is sent a `ping` at once. */
  addHook(options: HookOptions): Hook {
    const { scope, url, secret, contentType, events } = options;
    const hook = this.#world.hooks.add({
      scope: this.#hookScope(scope),
      url,
      secret,
      contentType,
      events: events ?? ["workflow_job"],
    });
    sendPing(this.#world, hook);
    return hook;
  }

  editHook(id: number, change: HookChange): Hook {
    return this.#world.hooks.edit(id, change);
  }

  hooks(): readonly Hook[] {
    return this.#world.hooks.all();
  }

  ping(hookId: number): void {
    const hook = this.#world.hooks.get(hookId);
    if (hook === null) throw new Error(`no hook ${hookId}`);
    sendPing(this.#world, hook);
  }

  /** Puts a job into the queue, in a run of its own unless one is named, and tells the hooks. */
  queueJob(options: JobOptions): Job {
    return this.queueMatrix({ ...options, count: 1 })[0] ?? this.#never();
  }

  /** Puts `count` jobs of one run into the queue at once. */
  queueMatrix(options: JobOptions & { readonly count: number }): readonly Job[] {
    const { jobs, accounts, dispatcher } = this.#world;
    const { repository: fullName, runId, count, ...what } = options;
    const repository = accounts.repository(fullName);
    if (repository === null) throw new Error(`no repository ${fullName}: add it first`);
    const run = runId === undefined ? jobs.addRun(repository) : jobs.run(runId);
    if (run === null) throw new Error(`no run ${runId}`);
    const queued = Array.from({ length: count }, () => jobs.add(run, what));
    dispatcher.dispatch();
    return queued;
  }

  /** Lets a gated job into the queue. */
  approve(jobId: number): void {
    this.#world.jobs.approve(jobId);
    this.#world.dispatcher.dispatch();
  }

  /** Lets a job go that a concurrency group held; no webhook tells of it. */
  release(jobId: number): void {
    this.#world.jobs.release(jobId);
    this.#world.dispatcher.dispatch();
  }

  /** A job that runs is stopped on its runner, which then reports so; any other ends at once. */
  cancelJob(jobId: number): void {
    const { jobs, dispatcher } = this.#world;
    if (dispatcher.endWork(jobId, "cancelled")) return;
    jobs.complete(jobId, "cancelled");
    dispatcher.takeBack(jobId);
  }

  /** Ends the work of a job that runs; its runner reports it. One that no runner here has ends at once. */
  completeJob(jobId: number, conclusion: Conclusion = "success"): void {
    const { jobs, dispatcher } = this.#world;
    if (!dispatcher.endWork(jobId, conclusion)) jobs.complete(jobId, conclusion);
  }

  /** Somebody else's runner, which is not registered here, takes the job. */
  takeElsewhere(jobId: number, runnerName = "GitHub Actions 7"): void {
    this.#world.jobs.start(jobId, { id: 7, name: runnerName, groupId: 2, groupName: "GitHub Actions" });
  }

  /** A new attempt of a run that has ended, with new job ids. */
  rerun(runId: number, options: { readonly failedOnly?: boolean } = {}): readonly Job[] {
    const again = this.#world.jobs.rerun(runId, options.failedOnly ?? false);
    this.#world.dispatcher.dispatch();
    return again;
  }

  jobs(): readonly Job[] {
    return this.#world.jobs.all().map((job) => ({ ...job }));
  }

  job(id: number): Job {
    const job = this.#world.jobs.get(id);
    if (job === null) throw new Error(`no job ${id}`);
    return { ...job };
  }

  runners(): readonly Runner[] {
    return this.#world.runners.all().map((runner) => ({ ...runner }));
  }

  /** Takes a runner away whatever it does, as an administrator or GitHub's own clean-up may. */
  removeRunner(id: number): void {
    const runner = this.#world.runners.get(id);
    if (runner !== null) this.#world.dispatcher.remove(runner);
  }

  /** Every attempt at a delivery, in the order in which they began. */
  deliveries(): readonly Delivery[] {
    return this.#world.log.all().map((delivery) => ({ ...delivery }));
  }

  /** Gives the hook of the last delivery a past of so many good ones. */
  fillDeliveryLog({ count, everyMs }: { readonly count: number; readonly everyMs: number }): void {
    const sample = this.#world.log.all().at(-1);
    if (sample === undefined) throw new Error("there is no delivery to copy");
    this.#world.log.fill(sample, count, everyMs);
  }

  /** Sends a delivery again, under its GUID. */
  redeliver(deliveryId: number): void {
    const delivery = this.#world.log.get(deliveryId);
    if (delivery === null) throw new Error(`no delivery ${deliveryId}`);
    this.#world.sender.redeliver(delivery);
  }

  /** Resolves when no delivery waits for its answer. */
  async deliveriesSettled(): Promise<void> {
    await this.waitFor(() => this.#world.sender.underWay === 0, "all deliveries to be answered");
  }

  /** From now on nobody is refused for calls that come too close: for benches. */
  liftSecondaryLimit(): void {
    this.#rest.points.isKept = false;
  }

  /** The most points that an account has spent within a minute; the secondary limit ends at 900. */
  pointsAMinute(): number {
    return this.#rest.points.most;
  }

  /** Every REST call, in order. */
  calls(): readonly CallRecord[] {
    return [...this.#rest.calls];
  }

  /** What departed from GitHub's OpenAPI description so far. `close` throws unless they were taken. */
  takeViolations(): readonly Violation[] {
    return this.#rest.violations.splice(0);
  }

  /** Makes REST calls go wrong. */
  misbehave(rule: FaultRule): Misbehaviour {
    return this.#world.faults.add(rule);
  }

  /** Makes deliveries go wrong. */
  misdeliver(rule: DeliveryRule): Misdelivery {
    return this.#world.deliveryFaults.add(rule);
  }

  /** Sets what is left of a credential's primary rate limit. */
  setRateLimit(token: string, remaining: number, resource: Resource = "core"): void {
    const { apps, personalTokens, clock, rateLimits } = this.#world;
    const principal = principalOf(`Bearer ${token}`, { apps, personalTokens, nowMs: clock.now() });
    rateLimits.set(accountOf(principal), resource, remaining);
  }

  /**
   * Resolves with what `find` returns as soon as that is neither undefined, null nor false; looks again whenever
   * something changes here. Throws once patience is over.
   */
  waitFor<T>(
    find: (github: LoopbackGitHub) => T | undefined | null | false,
    what = "a change on the loopback GitHub",
  ): Promise<T> {
    return this.#world.changes.waitFor(() => find(this), what);
  }

  /** Publishes a version of actions/runner; the time is in milliseconds since the epoch. */
  releaseRunner(version: string, publishedAtMs: number): void {
    this.#world.releases.add(version, publishedAtMs);
  }

  /** Puts GitHub's clock, as its answers tell it, that far ahead of the others. */
  setDateSkew(skewMs: number): void {
    this.#world.dateSkewMs = skewMs;
  }

  /** Notes in a hook's log that GitHub held an attempt back. */
  noteThrottled(deliveryId: number, atMs: number): void {
    this.#world.log.throttled(deliveryId, atMs);
  }

  /** Ends everything. Throws when calls or answers departed from GitHub's description and no test took them. */
  async close(): Promise<void> {
    await this.#shutDown();
    const left = this.takeViolations();
    if (left.length === 0) return;
    const lines = left.slice(0, 10).map(({ kind, call, what }) => `${kind} ${call}: ${what}`);
    throw new Error(`${left.length} departures from GitHub's OpenAPI description:\n${lines.join("\n")}`);
  }

  #account(login: string): Account {
    const account = this.#world.accounts.account(login);
    if (account === null) throw new Error(`no account ${login}: add it first`);
    return account;
  }

  #hookScope(scope: string): HookScope {
    const repository = this.#world.accounts.repository(scope);
    return repository === null
      ? { kind: "organization", account: this.#account(scope) }
      : { kind: "repository", repository };
  }

  #never(): never {
    throw new Error("a matrix of one job has one job");
  }
}
