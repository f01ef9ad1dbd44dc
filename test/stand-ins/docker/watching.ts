import type { ContainerChange } from "../../../agent/slots/slot-provider.ts";
import type { ProviderUnderTest } from "./slot-fixtures.ts";

export interface Watching {
  readonly changes: ContainerChange[];
  readonly resyncs: () => number;
  stop(): Promise<void>;
}

/** Watches through a provider and keeps what it reports. */
export function watching(provider: ProviderUnderTest["provider"]): Watching {
  const ending = new AbortController();
  const changes: ContainerChange[] = [];
  const done = provider.watch((change) => void changes.push(change), ending.signal);
  return {
    changes,
    resyncs: () => changes.filter(({ kind }) => kind === "resync").length,
    stop: () => {
      ending.abort();
      return done;
    },
  };
}
