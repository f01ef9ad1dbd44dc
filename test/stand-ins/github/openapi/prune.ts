type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Keywords that say nothing about validity. */
const PROSE = new Set(["description", "summary", "example", "examples", "externalDocs", "title", "tags", "deprecated"]);
/** Keywords whose keys are names that GitHub chose, not keywords. */
const NAMED = new Set(["properties", "patternProperties", "schemas", "parameters", "responses", "headers", "content"]);

/** What is left of a part of an OpenAPI description when prose, examples and extensions are gone. */
export function prune(part: Json): Json {
  if (Array.isArray(part)) return part.map((item) => prune(item));
  if (!isObject(part)) return part;
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(part)) {
    if (PROSE.has(key) || key.startsWith("x-")) continue;
    kept[key] = NAMED.has(key) && isObject(value) ? pruneEach(value) : isLiteral(key) ? value : prune(value);
  }
  return kept;
}

function pruneEach(named: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, prune(value)]));
}

/** Values that are data, so that nothing in them is a keyword. */
function isLiteral(key: string): boolean {
  return key === "enum" || key === "default" || key === "required";
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every `$ref` in it, as `#/components/KIND/NAME`. */
export function referencesIn(part: Json): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((item) => referencesIn(item));
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value] : referencesIn(value ?? null),
  );
}

export type { Json };
