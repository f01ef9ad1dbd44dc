import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { FIGURE_TEXTS } from "./figure-texts.ts";
import { readFigures, type Figures } from "./figures.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A figure in a page: its name, and the text that was put there. */
const MARKED = /<!-- figure: (\w+(?:\.\w+)+) -->([^]*?)<!-- \/figure -->/g;

/** The pages that readers see, from the repository's root. */
export function allPages(): readonly string[] {
  return globSync(["*.md", "docs/**/*.md"], { cwd: root }).toSorted();
}

/** The page with each marked figure as it is recorded. @throws {Error} for a name that there is not. */
export function withFigures(text: string, figures: Figures): string {
  return text.replaceAll(MARKED, (_, name: string) => {
    const textOf = FIGURE_TEXTS[name];
    if (textOf === undefined) throw new Error(`there is no figure ${name}`);
    return `<!-- figure: ${name} -->${textOf(figures)}<!-- /figure -->`;
  });
}

/** The names of the figures that a page shows. */
export function figuresOf(text: string): readonly string[] {
  return [...text.matchAll(MARKED)].map(([, name = ""]) => name);
}

/** The page as a reader sees it, its marked figures left out. */
export function withoutFigures(text: string): string {
  return text.replaceAll(MARKED, "");
}

/** The pages that show figures, each with what makes its content. */
export function figurePages(): readonly (readonly [name: string, content: () => string])[] {
  return allPages().flatMap((name) => {
    const text = readFileSync(`${root}${name}`, "utf8");
    return figuresOf(text).length === 0 ? [] : [[name, () => withFigures(text, readFigures())] as const];
  });
}
