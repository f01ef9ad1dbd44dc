import { printable } from "../../shared/text/printable.ts";

/** A column: its head, and the most characters that it may take; longer values are cut with an ellipsis. */
export type Column = readonly [head: string, width: number];

/** Rows under their heads as text, printable whatever is in them, each line with its break, two spaces between columns, none at the end. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = columns.map(([head, most], index) => {
    const longest = Math.max(head.length, ...shown.map((row) => (row[index] ?? "").length));
    return Math.min(longest, Math.max(most, head.length));
  });
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, index) => fit(cell, widths[index] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  return [columns.map(([head]) => head), ...shown].map(line).join("");
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}
