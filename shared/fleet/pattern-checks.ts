import type { ConfigPath } from "./config-path.ts";
import type { FleetFinding } from "./finding.ts";
import { isOfPattern, isSameName, statedRepositories } from "./repository-patterns.ts";

/** Exclusions that exclude nothing, or what stands beside them by name; undefined is what the schema refused. */
export function patternFindings(at: ConfigPath, words: readonly string[] | undefined): FleetFinding[] {
  if (words === undefined) return [];
  const { named, patterns } = statedRepositories(words);
  return words.flatMap((word, index): FleetFinding[] => {
    if (!word.startsWith("!")) return [];
    const [name, place] = [word.slice(1), [...at, "repositories", index]];
    if (named.some((each) => isSameName(each, name)))
      return [{ at: place, message: `leaves out ${name}, which is named beside it; remove one of the two` }];
    if (patterns !== null && isOfPattern({ patterns }, name)) return [];
    const owner = name.split("/")[0] ?? "";
    return [{ at: place, message: `leaves ${name} out of nothing; add ${owner}/*, or remove it` }];
  });
}
