/** What became of reading the pools file anew; `pools` are the keys of those that are served. */
export type ReloadOutcome =
  | { readonly kind: "taken" | "same"; readonly pools: readonly string[] }
  /** It cannot be used: nothing has changed. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly remedy: string };
