import type { FiguresOf, SectionName } from "../../config/build/figures.ts";

/** What a bench found out: its figures, the text that says them to a person, and whether each is within its bound. */
export interface Measured<Name extends SectionName> {
  readonly figures: FiguresOf<Name>;
  readonly text: string;
  readonly ok: boolean;
}
