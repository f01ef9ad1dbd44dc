/** One line of a metric: a value with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Observations of one set of labels: how many fell into each bin, and all of them together. */
export interface Observations {
  readonly labels: Readonly<Record<string, string>>;
  /** One bin more than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** A metric by its name in Prometheus; a counter's ends with `_total`. */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: "gauge" | "counter"; readonly samples: readonly Sample[] }
  | { readonly type: "histogram"; readonly bounds: readonly number[]; readonly observations: readonly Observations[] }
);

export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { type: "gauge", name, help, samples };
}

export function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { type: "counter", name, help, samples };
}

/** A single value; no line where it is not known. */
export function single(value: number | null | undefined): readonly Sample[] {
  return value === null || value === undefined ? [] : [{ value }];
}
