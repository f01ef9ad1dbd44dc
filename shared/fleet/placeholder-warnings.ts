import type { FleetFinding } from "./finding.ts";
import type { Pool } from "./pool.ts";
import { patternWords } from "./repository-patterns.ts";

/** Owners that the example file names; GitHub may well have accounts of these names, and they are nobody's here. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(["my-organization", "my-name"]);

/** Names that nobody has replaced: such a pool loads and serves nobody. */
export function placeholderWarnings({ scope, repositories, patterns }: Pool, index: number): FleetFinding[] {
  const isExample = (name: string): boolean => PLACEHOLDERS.has((name.split("/")[0] ?? "").toLowerCase());
  const message = (name: string): string =>
    `is ${name}, the example's own: the pool serves nobody until yours stands there`;
  if (scope.kind === "organization" && isExample(scope.organization)) {
    const how = "; write it into the file, or set GITHUB_ORGANIZATION where the file asks for that";
    return [{ at: ["pools", index, "organization"], message: `${message(scope.organization)}${how}` }];
  }
  const [name] = [...(repositories ?? []), ...(patterns === undefined ? [] : patternWords(patterns))].filter(isExample);
  return name === undefined ? [] : [{ at: ["pools", index, "repositories"], message: message(name) }];
}
