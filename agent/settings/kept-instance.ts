import { readFileSync } from "node:fs";
import { join } from "node:path";

import { INSTANCE_NAME } from "./setting-rules.ts";

/** Where a data folder keeps the name of an agent whom nobody named. */
export function instanceFile(dataFolder: string): string {
  return join(dataFolder, "instance");
}

/** The name that a data folder keeps; null where it keeps none. */
export function keptInstance(dataFolder: string): string | null {
  try {
    const name = readFileSync(instanceFile(dataFolder), "utf8").trim();
    return INSTANCE_NAME.test(name) ? name : null;
  } catch {
    return null;
  }
}
