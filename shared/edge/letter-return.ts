import type { Logger } from "../log/logger.ts";
import { isNewerVersion } from "../mailbox/newer-version.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { LinkSocket } from "./link-socket.ts";

/** Letters looked at, and put back, at a time. */
const PORTION = 50;
/** Letters put back for one connection: some five written rows each, of a free plan's 100,000 a day. */
const MOST = 500;

export interface LetterReturnOptions {
  readonly mailbox: Mailbox;
  readonly log: Logger;
}

/**
 * Puts dead letters back for an agent that is newer than the one that refused them, which may read what that one could
 * not. Each letter once a version: what fails again is a letter of the newer one, and how far it was looked is kept.
 */
export class LetterReturn {
  readonly #options: LetterReturnOptions;

  constructor(options: LetterReturnOptions) {
    this.#options = options;
  }

  /** Puts the next portion back, if nothing waits to be acknowledged. Returns whether there is something to send. */
  step(socket: LinkSocket): boolean {
    const { mailbox, log } = this.#options;
    const { state } = socket;
    if (state.lettersAfter === null || mailbox.unacked() > 0) return false;
    const limit = Math.min(PORTION, MOST - state.lettersPutBack);
    const page = mailbox.deadAfter(state.lettersAfter, limit);
    // Letters behind the hello's head were refused on this very connection.
    const due = page.filter(
      ({ seq, refusedBy }) => seq <= state.replayUpTo && isNewerVersion(state.agentVersion, refusedBy),
    );
    for (const { seq } of due) mailbox.requeue(seq);
    const lettersPutBack = state.lettersPutBack + due.length;
    const isOver = page.length < limit || lettersPutBack >= MOST;
    const lookedUpTo = page.at(-1)?.seq ?? state.lettersAfter;
    socket.save({ ...state, lettersPutBack, lettersAfter: isOver ? null : lookedUpTo });
    // A pass of one page is cheaper than the row that would spare it.
    const isLong = state.lettersAfter > mailbox.lettersSeen.upTo(state.agentVersion);
    if (isOver && isLong) mailbox.lettersSeen.note(state.agentVersion, lookedUpTo);
    if (due.length === 0) return false;
    log.info("dead letters put back for a newer agent", { letters: due.length, version: state.agentVersion ?? "" });
    return true;
  }
}
