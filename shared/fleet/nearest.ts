/** The known word that `word` was most likely meant to be, or null when none is close. */
export function nearest(word: string, known: readonly string[]): string | null {
  const begun = known.find((candidate) => word.length > 2 && candidate.toLowerCase().startsWith(word.toLowerCase()));
  if (begun !== undefined) return begun;
  const limit = Math.max(1, Math.round(word.length * 0.4));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance);
  return ranked[0]?.candidate ?? null;
}

/** What helps with a word that is not known: the one that was most likely meant, or `otherwise`. */
export function nearestRemedy(word: string, known: readonly string[], otherwise: string): string {
  const meant = nearest(word, known);
  return meant === null ? otherwise : `Did you mean ${meant}?`;
}

/** Levenshtein's distance: how many letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of Array.from(from).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replace = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      const remove = (previous[column + 1] ?? 0) + 1;
      const insert = (current[column] ?? 0) + 1;
      current.push(Math.min(replace, remove, insert));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
