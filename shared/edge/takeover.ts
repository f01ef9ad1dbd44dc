import { CLOSE } from "../link/close-codes.ts";
import type { Hello } from "../link/hello.ts";
import type { Logger } from "../log/logger.ts";
import type { TakeoverBook } from "../mailbox/takeover-book.ts";
import { DAMPING_MS, type Contender } from "../mailbox/takeovers.ts";
import { dismiss, type LinkSocket } from "./link-socket.ts";

export interface LinkTakeoverOptions {
  readonly book: TakeoverBook;
  readonly now: () => number;
  readonly log: Logger;
}

/** One agent has the link. A newcomer takes it, unless two agents take it from each other; then the incumbent keeps it. */
export class LinkTakeover {
  readonly #options: LinkTakeoverOptions;

  constructor(options: LinkTakeoverOptions) {
    this.#options = options;
  }

  /**
   * Whether the newcomer on `socket` may have the link; if not, it was sent away. `live` is the socket of an agent that
   * holds the link and shows life, or null.
   */
  allows(socket: LinkSocket, hello: Hello, live: LinkSocket | null): boolean {
    const { book, now, log } = this.#options;
    const incumbent = live === null ? null : incumbentOf(live, socket);
    if (incumbent === null || incumbent.boot === hello.boot) return true;
    const challenger = { instance: hello.instance, boot: hello.boot, host: hello.host };
    if (book.note(incumbent, challenger, now()) === null) return true;
    log.error("two agents fight over the link; the newcomer is kept out", {
      incumbent: `${incumbent.instance} on ${incumbent.host}`,
      challenger: `${challenger.instance} on ${challenger.host}`,
    });
    const reason = `${incumbent.instance} on ${incumbent.host} has the link; run one agent only`;
    dismiss(socket, CLOSE.flapping, reason, DAMPING_MS);
    return false;
  }

  /** Ends the connections that had the link before `socket`. */
  supersede(sockets: readonly LinkSocket[], socket: LinkSocket, hello: Hello): void {
    for (const other of sockets) {
      if (other.state.fence === null || other.state.fence === socket.state.fence) continue;
      dismiss(other, CLOSE.superseded, `${hello.instance} on ${hello.host} has taken over`);
    }
  }
}

/** The agent on `live`, unless that is the very connection that says hello. */
function incumbentOf(live: LinkSocket, socket: LinkSocket): Contender | null {
  if (live.state === socket.state || live.state.fence === socket.state.fence) return null;
  const { instance, boot, host } = live.state;
  return instance === null || boot === null || host === null ? null : { instance, boot, host };
}
