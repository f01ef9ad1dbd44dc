/** While any of these is so on the agent's machine, a pool starts no slot on its engine. */
export interface HoldWhile {
  /** Names of containers; each holds while it runs. */
  readonly containers: readonly string[];
  /** Names of programs; each holds while it runs. Seen only by an agent in the host's own process namespace. */
  readonly processes: readonly string[];
  /** Average load of the last minute, from which on it holds. */
  readonly load?: number;
  /** Available memory below which it holds. */
  readonly freeMemoryBytes?: number;
  /** Share of the last ten seconds, in percent, in which something waited for it: from then on it holds. */
  readonly pressure?: { readonly cpu?: number; readonly memory?: number; readonly io?: number };
}
