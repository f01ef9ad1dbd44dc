import type { Kept } from "./engine-inventory.ts";
import { marksIn, type Mark } from "./suite-names.ts";

/** What carries a mark of this run, of one file of it where `file` is given. */
export function leftBy(inventory: readonly Kept[], { run, file }: { run: string; file?: string }): readonly Kept[] {
  return inventory.filter((each) =>
    marksOf(each).some((mark) => mark.run === run && (file === undefined || mark.file === file)),
  );
}

/** On an engine that nobody else uses: whatever is there that was not, and was and is no more. */
export function changesBetween(before: readonly Kept[], after: readonly Kept[]): readonly string[] {
  return [
    ...newIn(after, before).map((each) => `+ ${describe(each)}`),
    ...newIn(before, after).map((each) => `- ${describe(each)}`),
  ];
}

/** What nobody could have marked: on an engine that others use, too, it may be anybody's. */
export function unmarkedVolumes(before: readonly Kept[], after: readonly Kept[]): readonly Kept[] {
  return newIn(after, before).filter(({ kind, id }) => kind === "volume" && /^[0-9a-f]{64}$/.test(id));
}

/** One line: the kind, and what one would type to look at it. */
export function describe({ kind, id, names }: Kept): string {
  return `${kind} ${names[0] ?? id.replace(/^sha256:/, "").slice(0, 12)}`;
}

export function marksOf({ names, labels }: Kept): readonly Mark[] {
  return marksIn([...names, ...Object.entries(labels).flat()].join(" "));
}

/** An image is the same while its tags are: a test may tag one that was there. */
function newIn(some: readonly Kept[], others: readonly Kept[]): readonly Kept[] {
  const keyOf = ({ kind, id, names }: Kept): string => `${kind} ${id} ${names.toSorted().join(" ")}`;
  const known = new Set(others.map(keyOf));
  return some.filter((each) => !known.has(keyOf(each)));
}
