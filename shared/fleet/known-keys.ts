import type * as z from "zod/mini";
import type { ConfigPath } from "./config-path.ts";
import { nearest } from "./nearest.ts";
import { version1Schema } from "./version-1.ts";
import { version2Schema } from "./version-2.ts";

const SCHEMAS = { 1: version1Schema, 2: version2Schema } as const;

/** What to say about a key that the mapping above it does not have. */
export function unknownKeyMessage(path: ConfigPath, version: 1 | 2): string {
  const key = String(path.at(-1));
  const place = path.slice(0, -1);
  const other = version === 1 ? 2 : 1;
  if (keysAt(SCHEMAS[other], place).includes(key)) return otherVersionMessage(key, version);
  const known = keysAt(SCHEMAS[version], place);
  const guess = nearest(key, known);
  const remedy = guess === null ? `known here: ${known.join(", ")}` : `did you mean ${guess}?`;
  return `is not a key of ${nameOf(place, version)}; ${remedy}`;
}

/** The keys of the mapping at a path; none where the schema has no mapping there. https://zod.dev/library-authors */
function keysAt(schema: z.core.$ZodType, path: ConfigPath): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const [key, ...rest] = path;
  switch (def.type) {
    case "optional":
    case "default":
      return keysAt(def.innerType, path);
    case "array":
      return keysAt(def.element, rest);
    case "record":
      return keysAt(def.valueType, rest);
    case "object": {
      if (key === undefined) return Object.keys(def.shape);
      const inner = def.shape[String(key)];
      return inner === undefined ? [] : keysAt(inner, rest);
    }
    default:
      return [];
  }
}

function nameOf(place: ConfigPath, version: 1 | 2): string {
  const [of, name] = place.slice(-2);
  if (of === undefined) return `a version ${version} file`;
  if (place.length === 2 && of === "engines") return "an engine";
  if (typeof name === "number") return of === "pools" ? "a pool" : `an entry of ${of}`;
  return String(name ?? of);
}

function otherVersionMessage(key: string, version: 1 | 2): string {
  if (version === 1) return `is a key of version 2; set version: 2 at the top of the file, or remove it`;
  return key === "runnerRoot"
    ? "is a key of version 1; remove it, ephemeral runners keep nothing on the host"
    : "is a key of version 1; remove it";
}
