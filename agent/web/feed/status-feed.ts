import type { Status } from "../../../shared/status/status.ts";
import type { Daemon } from "../../control/answer-request.ts";

/** One state of the daemon as an event of a stream, encoded once for all who listen. */
export interface StatusEvent {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How a state is told: the event's name, and what becomes its data as JSON. */
export type Telling = (status: Status) => { readonly event: string; readonly data: unknown };

const tellAll: Telling = (status) => ({ event: "status", data: status });

/**
 * Tells everybody who listens of each change of the daemon. There is one wait for a change and one document, however
 * many listen, and none while nobody does. Who is slow gets the newest state, not those in between.
 */
export class StatusFeed {
  readonly #daemon: Pick<Daemon, "status" | "changed">;
  readonly #tell: Telling;
  readonly #closed = new AbortController();
  #number = 0;
  #newest: StatusEvent | null = null;
  #next: Promise<StatusEvent> | null = null;

  /** Tells of the whole status document, unless `tell` makes something else of it. */
  constructor(daemon: Pick<Daemon, "status" | "changed">, tell: Telling = tellAll) {
    this.#daemon = daemon;
    this.#tell = tell;
  }

  /** The daemon as it is now, for one who begins to listen: no news to the others. */
  now(): StatusEvent {
    const { event, data } = this.#tell(this.#daemon.status());
    const text = `event: ${event}\nid: ${this.#number}\ndata: ${JSON.stringify(data)}\n\n`;
    return { number: this.#number, bytes: new TextEncoder().encode(text) };
  }

  /** The newest state after that number, when there is one. Rejects once the feed is closed. */
  after(number: number): Promise<StatusEvent> {
    if (this.#newest !== null && this.#newest.number > number) return Promise.resolve(this.#newest);
    this.#next ??= this.#changed().finally(() => (this.#next = null));
    return this.#next;
  }

  async #changed(): Promise<StatusEvent> {
    await this.#daemon.changed(this.#closed.signal);
    this.#number += 1;
    this.#newest = this.now();
    return this.#newest;
  }

  /** Ends all waits. */
  close(): void {
    this.#closed.abort();
  }
}
