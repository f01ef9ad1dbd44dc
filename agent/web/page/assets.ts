import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Beside this file in a checkout, and beside the bundle in the image: config/build/bundle-agent.ts puts them there. */
const FOLDER = join(import.meta.dirname, "assets");

const SCRIPT = "text/javascript; charset=utf-8";

const TYPES = {
  "page.css": "text/css; charset=utf-8",
  "page.js": SCRIPT,
  "news.js": SCRIPT,
  "morph.js": SCRIPT,
  "times.js": SCRIPT,
  "icon.svg": "image/svg+xml",
} as const;

export type AssetName = keyof typeof TYPES;

/** What the page loads beside itself. */
export const ASSET_NAMES = Object.keys(TYPES) as readonly AssetName[];

/** A file of the page; null where there is none of that name. */
export async function assetOf(
  name: string,
): Promise<{ readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | null> {
  if (!isAsset(name)) return null;
  return { type: TYPES[name], bytes: new Uint8Array(await readFile(join(FOLDER, name))) };
}

function isAsset(name: string): name is AssetName {
  return Object.hasOwn(TYPES, name);
}
