import type { FiguresOf, SectionName } from "../../config/build/figures.ts";

/** What a bench found out: its figures, the text that says them to a person, and whether each is within its bound. */
export interface Measured<Name extends SectionName> {
  readonly figures: FiguresOf<Name>;
  readonly text: string;
  readonly ok: boolean;
}

/** The one in the middle, of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
