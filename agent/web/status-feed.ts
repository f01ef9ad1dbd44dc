import type { Daemon } from "../control/answer-request.ts";

/** One state of the daemon as an event of a stream, encoded once for all who listen. */
export interface StatusEvent {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Tells everybody who listens of each change of the daemon. There is one wait for a change and one document, however
 * many listen, and none while nobody does. Who is slow gets the newest state, not those in between.
 */
export class StatusFeed {
  readonly #daemon: Pick<Daemon, "status" | "changed">;
  readonly #closed = new AbortController();
  #number = 0;
  #newest: StatusEvent | null = null;
  #next: Promise<StatusEvent> | null = null;

  constructor(daemon: Pick<Daemon, "status" | "changed">) {
    this.#daemon = daemon;
  }

  /** The daemon as it is now, for one who begins to listen: no news to the others. */
  now(): StatusEvent {
    const text = `event: status\nid: ${this.#number}\ndata: ${JSON.stringify(this.#daemon.status())}\n\n`;
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
