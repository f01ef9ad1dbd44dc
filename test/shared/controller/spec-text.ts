import { readFileSync } from "node:fs";

/** The specification that lies beside the controller. */
export const SPEC = readFileSync(new URL("../../../shared/controller/SPEC.md", import.meta.url), "utf8");

/** The cells of the table whose header row begins with these. */
export function tableOf(firstCells: readonly string[]): readonly (readonly string[])[] {
  const lines = SPEC.split("\n");
  const start = lines.findIndex((line) => firstCells.every((cell, index) => cellsOf(line)[index] === cell));
  if (start < 0) throw new Error(`SPEC.md has no table that begins with ${firstCells.join(", ")}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines
    .slice(start, end)
    .filter((line) => !line.startsWith("|--"))
    .map(cellsOf);
}

function cellsOf(line: string): readonly string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
