import { earliestOf } from "../clock/some-times.ts";
import { CLOSE } from "../link/close-codes.ts";
import type { Logger } from "../log/logger.ts";
import { dismiss, type LinkSocket } from "./link-socket.ts";

/** While something is unacknowledged, an agent that has been silent for this long counts as gone. */
export const SILENCE_MS = 90_000;

/** An agent greets at once; a socket that has not done so by then holds a place for nobody. */
export const HELLO_MS = 15_000;

export interface AgentWatchOptions {
  readonly now: () => number;
  readonly log: Logger;
}

/** Tells a living agent from a connection that nobody is behind. */
export class AgentWatch {
  readonly #options: AgentWatchOptions;

  constructor(options: AgentWatchOptions) {
    this.#options = options;
  }

  /** When the agent was last heard of, milliseconds since the epoch. */
  lastHeardMs(socket: LinkSocket): number {
    const { connectedAtMs, ackedAtMs } = socket.state;
    return Math.max(connectedAtMs, socket.lastPingAtMs() ?? 0, ackedAtMs ?? 0);
  }

  /** Whether anything was heard of the agent lately: it pings every 20 s, and the runtime notes that without a wake. */
  showsLife(socket: LinkSocket): boolean {
    return this.#options.now() - this.lastHeardMs(socket) < SILENCE_MS;
  }

  /** Drops sockets that never greeted. Returns when to come again, or null. */
  dropUngreeted(sockets: readonly LinkSocket[]): number | null {
    let nextMs: number | null = null;
    for (const socket of sockets) {
      if (socket.state.fence !== null) continue;
      const deadlineMs = socket.state.connectedAtMs + HELLO_MS;
      if (this.#options.now() >= deadlineMs) dismiss(socket, CLOSE.silent, "no hello within 15 s");
      else nextMs = earliestOf(nextMs, deadlineMs);
    }
    return nextMs;
  }

  /** Drops an agent that owes an answer and is silent. Returns when to come again, or null. */
  dropSilent(socket: LinkSocket): number | null {
    const { now, log } = this.#options;
    const deadline = this.lastHeardMs(socket) + SILENCE_MS;
    if (now() >= deadline) {
      log.warn("agent is silent; link dropped", { instance: socket.state.instance ?? "" });
      dismiss(socket, CLOSE.silent, "nothing heard for 90 s");
      return null;
    }
    const { holdUntilMs } = socket.state;
    return holdUntilMs > now() ? Math.min(holdUntilMs, deadline) : deadline;
  }
}
