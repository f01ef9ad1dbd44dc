import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, YAMLError } from "yaml";
import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import type { ConfigPath } from "../../shared/fleet/config-path.ts";
import { yamlWords } from "./yaml-words.ts";

/** A YAML file as plain values, with the way back from a value to its line. */
export interface YamlSource {
  readonly value: unknown;
  readonly lineOf: (path: ConfigPath) => number | undefined;
}

/**
 * Reads one YAML 1.2 document. Duplicate keys and unknown tags are refused.
 *
 * @throws {ConfigError} with line and column of every mistake
 */
export function parseYaml(name: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const mistakes = [...document.errors, ...document.warnings];
  const problems = mistakes.map((mistake) => problemOf(mistake, lines));
  if (problems.length > 0) throw new ConfigError(name, problems);
  return { value: plainValue(name, document), lineOf: (path) => lineOf(document, lines, path) };
}

function problemOf(mistake: YAMLError, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(mistake.pos[0]);
  return { path: "", message: yamlWords(mistake), line, column: col };
}

/** Aliases are followed, but not without end. */
function plainValue(name: string, document: Document): unknown {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return value;
  } catch {
    const message = "an alias (*name) leads nowhere, into itself, or is used too often; write the value out";
    throw new ConfigError(name, [{ path: "", message }]);
  }
}

/** Line of the deepest part of the path that the document has; a key's own line where the value has one. */
function lineOf(document: Document, lines: LineCounter, path: ConfigPath): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const segment of path) {
    const step = stepInto(node, segment);
    if (step === null) break;
    node = step.node;
    offset = step.offset ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function stepInto(node: unknown, segment: string | number): { node: unknown; offset: number | undefined } | null {
  if (isSeq(node) && typeof segment === "number") {
    const item: unknown = node.items[segment];
    return item === undefined ? null : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((entry) => isPair(entry) && isScalar(entry.key) && String(entry.key.value) === segment);
  return pair === undefined ? null : { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number | undefined {
  const ranged = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
  return ranged?.[0];
}
