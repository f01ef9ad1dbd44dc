import { parseYaml } from "../../../agent/settings/yaml-source.ts";
import { ConfigError } from "../../../shared/fleet/config-error.ts";
import type { ConfigProblem } from "../../../shared/fleet/config-error.ts";
import { loadFleet } from "../../../shared/fleet/load-fleet.ts";
import type { LoadedFleet } from "../../../shared/fleet/load-fleet.ts";

type Variables = Readonly<Record<string, string>>;

/** Loads a pools file from its text; variables are those given and no others. */
export function loadText(text: string, variables: Variables = {}, secrets: readonly string[] = []): LoadedFleet {
  const { value, lineOf } = parseYaml("pools.yaml", text);
  return loadFleet({
    name: "pools.yaml",
    value,
    lookup: (name) => variables[name],
    secretNames: new Set(secrets),
    lineOf,
  });
}

/** The problems for which a pools file is refused; fails where it is not. */
export function problemsOf(text: string, variables: Variables = {}, secrets: readonly string[] = []) {
  return refusalOf(() => loadText(text, variables, secrets)).problems;
}

/** The ConfigError that `action` ends with; fails where it ends well. */
export function refusalOf(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

/** The pool that a one-pool file describes. */
export function onePool(text: string, variables: Variables = {}) {
  const [pool, ...more] = loadText(text, variables).fleet.pools;
  if (pool === undefined || more.length > 0) throw new Error("not one pool");
  return pool;
}

export function pathsOf(problems: readonly ConfigProblem[]): readonly string[] {
  return problems.map(({ path }) => path);
}
