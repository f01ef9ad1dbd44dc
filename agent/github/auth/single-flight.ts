import { unlessAborted } from "../../clock/unless-aborted.ts";

/**
 * Lets callers that want the same thing at the same time share one piece of work. One caller's abort ends only
 * that caller's wait: the work goes on for the others.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = work().finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
    }
    return unlessAborted(flight, signal);
  }
}
