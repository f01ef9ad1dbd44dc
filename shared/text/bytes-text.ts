const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Measured bytes for a person, rounded: `0 B`, `999 MiB`, `1.5 GiB`. What was set is told to the byte, by `formatBytes`. */
export function bytesText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`;
}
