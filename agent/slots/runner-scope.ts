import { repositoryScope, scopeName } from "../github/model/scope.ts";
import type { RunnerScope } from "../github/model/types.ts";

/** The GitHub form of a slot's scope, `owner` or `owner/name`. */
export function toRunnerScope(scope: string): RunnerScope {
  return scope.includes("/") ? repositoryScope(scope) : { kind: "organization", organization: scope };
}

/** The slot's form of a GitHub scope, lower case. */
export function scopeKey(scope: RunnerScope): string {
  return scopeName(scope).toLowerCase();
}
