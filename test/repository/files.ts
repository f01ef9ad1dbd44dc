import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { AGENT_CONTAINER, COMPOSE } from "../../agent/cli/agent-container.ts";

/** The repository's folder. */
export const root = join(import.meta.dirname, "../..");

/** A file of the repository as text, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The files that match one of the patterns, by their paths from the root, in order. */
export function filesAt(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: root }).toSorted();
}

/** Every page that people read. */
export const PAGES = filesAt("*.md", "docs/**/*.md", "shared/**/*.md");

/** The sources whose texts people read: messages, remedies, help. */
export const SOURCES = filesAt("agent/**/*.ts", "shared/**/*.ts");

/** What a source may say: its text without remarks, the names of the agent's container and compose file written out. */
export function spokenBy(source: string): string {
  return read(source)
    .replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, "")
    .replaceAll("${AGENT_CONTAINER}", AGENT_CONTAINER)
    .replaceAll("${COMPOSE}", COMPOSE);
}

/** What stands in code on a page: spans in the text, and the lines of blocks for a shell without their remarks. */
export function codeOn(page: string): readonly string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
  const spans = text.replaceAll(/```[^]*?```/g, "").matchAll(/`([^`]+)`/g);
  return [
    ...blocks.map((line) => line.replace(/\s+# .*/, "")),
    ...[...spans].map(([, span = ""]) => span.replaceAll("\n", " ")),
  ];
}

/** The text of everything that runs, by its path: no page, no test, no declarations alone. */
export function runningCode(): ReadonlyMap<string, string> {
  const files = filesAt("{shared,worker,agent}/**/*.ts").filter((file) => !file.endsWith(".d.ts"));
  return new Map(files.map((file) => [file, read(file)]));
}
