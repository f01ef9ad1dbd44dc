import type { Clock } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { DeliveryLog, GitHubHook } from "../github/model/delivery-log.ts";
import { ownerOf, scopeName } from "../github/model/scope.ts";
import { GitHubError, type RunnerScope } from "../github/model/types.ts";
import type { SweepFailures } from "./sweep-failures.ts";
import { runnerScopes } from "./sweep-targets.ts";

/** Hooks change seldom; a new one is found after this long. */
const FRESH_MS = 10 * 60_000;
/** Places whose hooks are asked for in one sweep; the others keep what is known of them until their turn comes. */
const MOST_LISTED = 20;
/** How long a refusal stands before it is tried again. */
const REFUSED_MS = 60 * 60_000;
const APP_HOOK: GitHubHook = {
  home: { kind: "app" },
  id: null,
  url: null,
  active: true,
  events: ["workflow_job"],
  contentType: null,
  verifiesTls: true,
};

interface Known {
  readonly hooks: readonly GitHubHook[];
  readonly untilMs: number;
}

export interface OurHooksOptions {
  readonly log: DeliveryLog;
  readonly fleet: () => Fleet;
  /** Whether a hook delivers to this receiver. */
  readonly isOurs: (hook: GitHubHook) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The hooks that deliver to us: the App's, and those of the organizations and repositories that the fleet serves. */
export class OurHooks {
  readonly #options: OurHooksOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: OurHooksOptions) {
    this.#options = options;
  }

  /** Those whose log may be read as far as is known; a refusal is told once, and tried again after an hour. */
  async find(failures: SweepFailures, signal: AbortSignal, isBounded = true): Promise<readonly GitHubHook[]> {
    const { fleet, log } = this.#options;
    const hooks: GitHubHook[] = log.isApp && !this.isRefused(APP_HOOK) ? [APP_HOOK] : [];
    const left = { lists: isBounded ? MOST_LISTED : Number.POSITIVE_INFINITY };
    for (const scope of this.#byAge(runnerScopes(fleet()))) {
      hooks.push(...(await this.#hooksOf(scope, left, failures, signal)));
    }
    return hooks.filter((hook) => !this.isRefused(hook));
  }

  /** Those that were never asked for first, then those that were asked for longest ago. */
  #byAge(scopes: readonly RunnerScope[]): readonly RunnerScope[] {
    const untilMs = (scope: RunnerScope): number =>
      this.#known.get(scopeName(scope).toLowerCase())?.untilMs ?? Number.NEGATIVE_INFINITY;
    return scopes.toSorted((a, b) => (untilMs(a) < untilMs(b) ? -1 : Number(untilMs(a) > untilMs(b))));
  }

  /** Those that are known by now, with whether their log may be read. Asks nobody. */
  list(): readonly { readonly hook: GitHubHook; readonly readable: boolean }[] {
    const hooks = [...this.#known.values()].flatMap((known) => known.hooks);
    const all = this.#options.log.isApp ? [APP_HOOK, ...hooks] : hooks;
    return all.map((hook) => ({ hook, readable: !this.isRefused(hook) }));
  }

  /** A log that GitHub does not let us read; sweeps of the queue serve its jobs. */
  refuse(hook: GitHubHook, error: GitHubError): void {
    this.#refuse(keyOf(hook), error);
  }

  isRefused(hook: GitHubHook): boolean {
    return (this.#known.get(keyOf(hook))?.untilMs ?? Number.NEGATIVE_INFINITY) > this.#options.clock.monotonicMs();
  }

  async #hooksOf(
    scope: RunnerScope,
    left: { lists: number },
    failures: SweepFailures,
    signal: AbortSignal,
  ): Promise<readonly GitHubHook[]> {
    const { clock, log, isOurs } = this.#options;
    const name = scopeName(scope).toLowerCase();
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > clock.monotonicMs()) return known.hooks;
    if (left.lists-- <= 0) return known?.hooks ?? [];
    try {
      const listing = await log.listHooks(scope, signal);
      const hooks = listing.items.filter((hook) => hook.active && isOurs(hook));
      if (listing.complete) this.#known.set(name, { hooks, untilMs: clock.monotonicMs() + FRESH_MS });
      return hooks;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (isRefusal(error)) this.#refuse(name, error);
      else failures.note(`hooks of ${scopeName(scope)}`, ownerOf(scope), error);
      return known?.hooks ?? [];
    }
  }

  #refuse(key: string, { message, remedy }: GitHubError): void {
    if (!this.#known.has(key))
      this.#options.logger.info("GitHub's delivery log may not be read; sweeps of the queue find what it would show", {
        of: key,
        message,
        remedy,
      });
    this.#known.set(key, { hooks: [], untilMs: this.#options.clock.monotonicMs() + REFUSED_MS });
  }
}

/** A credential without the permission is told 403 or, as if there were nothing, 404. */
export function isRefusal({ code }: GitHubError): boolean {
  return code === "forbidden" || code === "not-found";
}

function keyOf({ home, id }: GitHubHook): string {
  return home.kind === "app" ? "app" : `${scopeName(home).toLowerCase()} ${id}`;
}
