import { architectureLabels, IMPLIED_LABELS, labelSet } from "../labels/labels.ts";
import { ownersOf } from "./pool.ts";
import type { Pool } from "./pool.ts";
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
  return later.repositories?.every((repository) => offered.has(repository.toLowerCase())) ?? false;
}
