import type { Connection, Dial } from "../../../../agent/link/dial.ts";

/** A way to the mailbox that a test can cut for good. */
export class CuttableWay {
  readonly #dial: Dial;
  #open: Connection | null = null;
  #isCut = false;

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  readonly dial: Dial = (events) => {
    if (!this.#isCut) return (this.#open = this.#dial(events));
    queueMicrotask(() => events.closed({ code: 1006, reason: "", status: null }));
    return { send: () => {}, terminate: () => {} };
  };

  /** Ends the connection that there is, and each that is tried. */
  cut(): void {
    this.#isCut = true;
    this.#open?.terminate();
  }
}
