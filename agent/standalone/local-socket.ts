import { freshState, type LinkSocket, type LinkState } from "../../shared/edge/link-socket.ts";
import { PING, PONG } from "../../shared/link/protocol.ts";
import type { Connection, ConnectionEvents } from "../link/dial.ts";

export interface LocalSocketOptions {
  readonly events: ConnectionEvents;
  readonly now: () => number;
  /** Takes a frame of the agent. */
  readonly received: (socket: LocalSocket, text: string) => void;
  /** The connection is over; called once. */
  readonly ended: (socket: LocalSocket) => void;
}

/**
 * Both ends of a link whose agent lives in the same process. Frames are the wire's own, each handed over in a turn of
 * its own and in order, as a websocket does, so that neither end is called from within itself.
 */
export class LocalSocket implements LinkSocket {
  readonly #options: LocalSocketOptions;
  #state: LinkState;
  #pingedAtMs: number | null = null;
  #open = true;

  /** Opens it; `opened` comes in the next turn. */
  constructor(options: LocalSocketOptions) {
    this.#options = options;
    this.#state = freshState(options.now());
    this.#whileOpen(() => options.events.opened());
  }

  get state(): LinkState {
    return this.#state;
  }

  save(state: LinkState): void {
    this.#state = state;
  }

  send(text: string): void {
    this.#whileOpen(() => this.#options.events.received(text));
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    // What was sent before, a bye at least, is on its way and arrives first.
    queueMicrotask(() => this.#end(code, reason));
  }

  lastPingAtMs(): number | null {
    return this.#pingedAtMs;
  }

  /** The agent's end. */
  readonly connection: Connection = {
    send: (text) => this.#whileOpen(() => this.#heard(text)),
    terminate: () => queueMicrotask(() => this.#end(1006, "terminated")),
  };

  #heard(text: string): void {
    if (text !== PING) return this.#options.received(this, text);
    this.#pingedAtMs = this.#options.now();
    this.send(PONG);
  }

  #whileOpen(work: () => void): void {
    queueMicrotask(() => {
      if (this.#open) work();
    });
  }

  #end(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#options.ended(this);
    this.#options.events.closed({ code, reason, status: null });
  }
}
