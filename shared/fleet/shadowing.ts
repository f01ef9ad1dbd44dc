import { architectureLabels, IMPLIED_LABELS, labelSet } from "../labels/labels.ts";
import { ownersOf } from "./pool.ts";
import type { Pool } from "./pool.ts";
import { matchesPattern } from "./repository-patterns.ts";
import { includesSizes } from "./sizes.ts";

/** Whether every job that `later` may serve could be served by `earlier` as well, which comes first in the file. */
export function shadows(earlier: Pool, later: Pool): boolean {
  return (
    coversLabels(earlier, later) &&
    includesSizes(earlier.sizes, later.sizes) &&
    coversRepositories(earlier, later) &&
    (earlier.visibility === "any" || earlier.visibility === later.visibility) &&
    (earlier.groupOnly || !later.groupOnly)
  );
}

function coversLabels(earlier: Pool, later: Pool): boolean {
  const offered = labelsOf(earlier);
  return [...labelsOf(later)].every((label) => offered.has(label));
}

function labelsOf(pool: Pool): ReadonlySet<string> {
  return labelSet([...IMPLIED_LABELS, ...architectureLabels(pool.architecture), ...pool.labels]);
}

function coversRepositories(earlier: Pool, later: Pool): boolean {
  if (earlier.repositories === null) {
    const owners = labelSet(ownersOf(earlier));
    return ownersOf(later).every((owner) => owners.has(owner.toLowerCase()));
  }
  const offered = labelSet(earlier.repositories);
  const isOffered = (name: string): boolean => offered.has(name.toLowerCase()) || matchesPattern(earlier, name);
  return (later.repositories?.every(isOffered) ?? false) && coversPatterns(earlier, later);
}

/** What the later one takes in of an account, the earlier one takes in too: it leaves out no other repository. */
function coversPatterns(earlier: Pool, later: Pool): boolean {
  if (later.patterns === undefined) return true;
  const left = labelSet(later.patterns.except);
  const isAll = (account: string): boolean => matchesPattern(earlier, `${account}/`);
  const isLeftByBoth = (name: string): boolean => left.has(name.toLowerCase());
  const { except = [] } = earlier.patterns ?? {};
  return later.patterns.accounts.every(isAll) && except.every(isLeftByBoth);
}
