/**
 * What became of reading the pools file and the secrets' files anew; `pools` are the keys of those that are served,
 * `secrets` the settings whose value is another one now.
 */
export type ReloadOutcome =
  | { readonly kind: "taken" | "same"; readonly pools: readonly string[]; readonly secrets?: readonly string[] }
  /** It cannot be used: nothing has changed. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly remedy: string };
