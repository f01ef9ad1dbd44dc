import { resourcesShape } from "./fields.ts";
import type { ConfigPath } from "./config-path.ts";
import { holdWhileShape } from "./hold-while-fields.ts";
import { scheduleEntryShape } from "./schedule-fields.ts";
import { sizesShape } from "./size-fields.ts";
import { engineShape } from "./engine-fields.ts";
import { nearest } from "./nearest.ts";
import { version1ImageShape, version1PoolShape, version1ScalingShape, version1Shape } from "./version-1.ts";
import { version2PoolShape, version2ScalingShape, version2Shape } from "./version-2.ts";

type Place = "file" | "image" | "engine" | "pool" | "scaling" | "resources" | "sizes" | "schedule" | "holdWhile";

const KEYS: Readonly<Record<1 | 2, Readonly<Record<Place, readonly string[]>>>> = {
  1: {
    file: Object.keys(version1Shape),
    image: Object.keys(version1ImageShape),
    engine: [],
    pool: Object.keys(version1PoolShape),
    scaling: Object.keys(version1ScalingShape),
    resources: Object.keys(resourcesShape),
    sizes: [],
    schedule: [],
    holdWhile: [],
  },
  2: {
    file: Object.keys(version2Shape),
    image: [],
    engine: Object.keys(engineShape),
    pool: Object.keys(version2PoolShape),
    scaling: Object.keys(version2ScalingShape),
    resources: Object.keys(resourcesShape),
    sizes: Object.keys(sizesShape),
    schedule: Object.keys(scheduleEntryShape),
    holdWhile: Object.keys(holdWhileShape),
  },
};

/** What to say about a key that the place at the end of `path` does not have. */
export function unknownKeyMessage(path: ConfigPath, version: 1 | 2): string {
  const key = String(path.at(-1));
  const place = placeOf(path);
  const known = KEYS[version][place];
  const other = version === 1 ? 2 : 1;
  if (KEYS[other][place].includes(key)) return otherVersionMessage(key, version);
  const guess = nearest(key, known);
  const remedy = guess === null ? `known here: ${known.join(", ")}` : `did you mean ${guess}?`;
  return `is not a key of ${nameOf(place, version)}; ${remedy}`;
}

function nameOf(place: Place, version: 1 | 2): string {
  if (place === "file") return `a version ${version} file`;
  if (place === "engine") return "an engine";
  if (place === "schedule") return "an entry of schedule";
  return place === "pool" ? "a pool" : place;
}

function otherVersionMessage(key: string, version: 1 | 2): string {
  if (version === 1) return `is a key of version 2; set version: 2 at the top of the file, or remove it`;
  return key === "runnerRoot"
    ? "is a key of version 1; remove it, ephemeral runners keep nothing on the host"
    : "is a key of version 1; remove it";
}

function placeOf(path: ConfigPath): Place {
  const parent = path.at(-2);
  if (parent === undefined) return "file";
  if (path.length === 3 && path[0] === "engines") return "engine";
  if (typeof parent === "number") return path.at(-3) === "schedule" ? "schedule" : "pool";
  const places = ["image", "scaling", "resources", "sizes", "holdWhile"] as const;
  return places.find((place) => place === parent) ?? "file";
}
