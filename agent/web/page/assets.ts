import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Beside this file in a checkout, and beside the bundle in the image: config/build/bundle-agent.ts puts them there. */
const FOLDER = join(import.meta.dirname, "assets");

const STYLE = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** What the page loads beside itself. */
const TYPES: Readonly<Record<string, string>> = {
  "page.css": STYLE,
  "page.js": SCRIPT,
  "news.js": SCRIPT,
  "morph.js": SCRIPT,
  "times.js": SCRIPT,
  "charts.js": SCRIPT,
  "icon.svg": "image/svg+xml",
  "uPlot.min.css": STYLE,
  "uPlot.iife.min.js": SCRIPT,
};

/** Files of packages, which lie elsewhere in a checkout. */
export const PACKAGE_ASSETS = ["uplot/dist/uPlot.min.css", "uplot/dist/uPlot.iife.min.js"] as const;

export const ASSET_NAMES: readonly string[] = Object.keys(TYPES);

/** A file of the page; null where there is none of that name. Rejects where it cannot be read. */
export async function assetOf(
  name: string,
): Promise<{ readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | null> {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  return type === undefined ? null : { type, bytes: new Uint8Array(await readAsset(name)) };
}

async function readAsset(name: string): Promise<Uint8Array> {
  const packaged = PACKAGE_ASSETS.find((path) => basename(path) === name);
  try {
    return await readFile(join(FOLDER, name));
  } catch (error) {
    if (packaged === undefined) throw error;
    return await readFile(fileURLToPath(import.meta.resolve(packaged)));
  }
}
