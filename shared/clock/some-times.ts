/** The earliest of some times; null where none is given. A time that is null or left out is none. */
export function earliestOf(...times: readonly (number | null | undefined)[]): number | null {
  const given = times.filter((time) => time != null);
  return given.length === 0 ? null : Math.min(...given);
}

/** The latest of some times; null where none is given. A time that is null or left out is none. */
export function latestOf(...times: readonly (number | null | undefined)[]): number | null {
  const given = times.filter((time) => time != null);
  return given.length === 0 ? null : Math.max(...given);
}
