import type { Clock } from "../../../../shared/clock/clock.ts";
import type { Apps } from "../state/apps.ts";
import type { Ids } from "../state/ids.ts";
import type { Hook, HookScope, Installation, Repository } from "../state/model.ts";

export interface NewHook {
  readonly scope: HookScope;
  readonly url: string;
  readonly secret?: string | undefined;
  readonly contentType?: "json" | "form" | undefined;
  readonly events?: readonly string[] | undefined;
  readonly active?: boolean | undefined;
}

/** What editing a hook on GitHub may change. */
export type HookChange = Partial<Pick<Hook, "url" | "secret" | "events" | "active" | "contentType" | "insecureSsl">>;

/** A hook that an event goes to, and by which installation where it is an App's. */
export interface Target {
  readonly hook: Hook;
  readonly installation: Installation | null;
}

/** The hooks of organizations, repositories and Apps. */
export class HookRegistry {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #apps: Apps;
  readonly #hooks = new Map<number, Hook>();

  constructor(ids: Ids, clock: Clock, apps: Apps) {
    this.#ids = ids;
    this.#clock = clock;
    this.#apps = apps;
  }

  add(options: NewHook): Hook {
    const nowMs = this.#clock.now();
    const hook: Hook = {
      id: this.#ids.take("hook"),
      scope: options.scope,
      url: options.url,
      secret: options.secret ?? null,
      contentType: options.contentType ?? "json",
      events: options.events ?? ["push"],
      active: options.active ?? true,
      insecureSsl: false,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    this.#hooks.set(hook.id, hook);
    return hook;
  }

  get(id: number): Hook | null {
    return this.#hooks.get(id) ?? null;
  }

  all(): readonly Hook[] {
    return [...this.#hooks.values()];
  }

  /** Changes what a hook is, as editing it on GitHub does: its secret, its address, whether it is active. */
  edit(id: number, change: HookChange): Hook {
    const hook = this.#hooks.get(id);
    if (hook === undefined) throw new Error(`no hook ${id}`);
    const edited = { ...hook, ...change, updatedAtMs: this.#clock.now() };
    this.#hooks.set(id, edited);
    return edited;
  }

  remove(id: number): void {
    this.#hooks.delete(id);
  }

  /** Who is told of an event in this repository: its hooks, its organization's, and those of Apps installed there. */
  targets(event: string, repository: Repository): readonly Target[] {
    return this.all().flatMap((hook): readonly Target[] => {
      if (!hook.active || !(hook.events.includes(event) || hook.events.includes("*"))) return [];
      const { scope } = hook;
      if (scope.kind === "organization")
        return scope.account === repository.owner ? [{ hook, installation: null }] : [];
      if (scope.kind === "repository") return scope.repository === repository ? [{ hook, installation: null }] : [];
      const installation = this.#apps.installationFor(scope.appId, repository);
      return installation === null ? [] : [{ hook, installation }];
    });
  }
}
