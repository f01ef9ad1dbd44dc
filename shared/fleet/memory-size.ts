const BYTES_OF_UNIT = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

/**
 * The sizes that `docker run --memory` takes: a number, then b, k, m, g or t (powers of 1024), `2g` or `512MiB` for
 * example. https://docs.docker.com/engine/containers/resource_constraints/#limit-a-containers-access-to-memory
 */
export const MEMORY_SIZE = /^(\d+(?:\.\d+)?) ?(?:([kmgt])i?)?b?$/i;

/** Docker refuses a limit below this. */
export const SMALLEST_MEMORY_BYTES = 6 * 2 ** 20;

/** The bytes of a text that matches MEMORY_SIZE; null for any other text. */
export function memoryBytes(text: string): number | null {
  const match = MEMORY_SIZE.exec(text);
  if (match === null) return null;
  const bytes = Math.floor(Number(match[1]) * BYTES_OF_UNIT[unitOf(match[2])]);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

function unitOf(letter: string | undefined): keyof typeof BYTES_OF_UNIT {
  const unit = letter?.toLowerCase() ?? "";
  return unit === "k" || unit === "m" || unit === "g" || unit === "t" ? unit : "";
}

/** Bytes in the largest unit that leaves at most one digit behind the point, `1.5 GiB` for example. */
export function formatBytes(bytes: number): string {
  const units = ["TiB", "GiB", "MiB", "KiB"];
  const sizes = [BYTES_OF_UNIT.t, BYTES_OF_UNIT.g, BYTES_OF_UNIT.m, BYTES_OF_UNIT.k];
  for (const [index, size] of sizes.entries()) {
    if (bytes >= size && Number.isInteger((bytes / size) * 10)) return `${bytes / size} ${units[index]}`;
  }
  return `${bytes} B`;
}
