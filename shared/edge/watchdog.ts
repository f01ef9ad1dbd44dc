import { backoffRangeMs } from "../clock/backoff.ts";
import { earliestOf } from "../clock/some-times.ts";
import type { AbsenceBook } from "../mailbox/absence-book.ts";
import type { Absence, AbsenceNotice } from "../mailbox/absence-row.ts";
import { recoveryText, troubleText } from "./absence-text.ts";

/** Between two tries of one notice; eight of them take some three hours. */
const RETRY = { baseMs: 60_000, capMs: 60 * 60_000 } as const;
const MOST_TRIES = 8;
const MAX_REASON = 200;

/** When people are told that the agent is away, milliseconds. */
export interface WatchdogRules {
  /** Away for so long while signals wait. */
  readonly afterMs: number;
  /** Not heard of for so long, whatever waits; null where that is no reason. */
  readonly silenceMs: number | null;
}

/** What the edge knows of the agent. */
export interface Presence {
  /** Since when nobody was heard of on the link, milliseconds since the epoch; null while the agent shows life. */
  readonly awaySinceMs: number | null;
  /** When the agent that shows life was last heard of. */
  readonly heardAtMs: number | null;
  readonly unacked: number;
}

export interface WatchdogOptions extends WatchdogRules {
  readonly book: AbsenceBook;
  readonly presence: () => Presence;
  readonly fleet: string;
  /** A fresh id for a notice. */
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Tells that the agent is away, once, and that it is back, once: for whom the agent itself cannot tell. It makes notices
 * and keeps account of them; whoever sends one says what came of it. Each is sent at least once and always under the
 * same id, twice only if what sends it ends between the answer and the word to `taken`. Eight tries, then it is given up.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** When to ask for the next notice, milliseconds since the epoch; null while nothing is due by itself. */
  dueMs(): number | null {
    const { toldSinceMs, pending } = this.#options.book.get();
    const presence = this.#options.presence();
    if (pending !== null && !this.#isOvertaken(pending.notice, presence)) return pending.nextMs;
    if (pending !== null || (toldSinceMs !== null && presence.awaySinceMs === null)) return this.#options.now();
    return toldSinceMs === null ? this.#troubleDueMs(presence) : null;
  }

  /** The notice that is to be sent now, or null. That it is tried is on disk on return, and so is when the next try is due. */
  next(): AbsenceNotice | null {
    const { book, now } = this.#options;
    const absence = this.#judged();
    const { pending } = absence;
    if (pending === null || now() < pending.nextMs) return null;
    const nextMs = now() + backoffRangeMs(RETRY, pending.tries);
    book.set({ ...absence, pending: { ...pending, tries: pending.tries + 1, nextMs } });
    return pending.notice;
  }

  /** The receiver has taken the notice of this id. */
  taken(id: string): void {
    const { book } = this.#options;
    const { pending } = book.get();
    if (pending?.notice.id === id) book.set({ ...settled(book.get()), failed: null });
  }

  /** The receiver has not taken it, and why. Returns whether it is given up. */
  refused(id: string, reason: string): boolean {
    const { book, now } = this.#options;
    const absence = book.get();
    if (absence.pending?.notice.id !== id) return false;
    const { tries } = absence.pending;
    const isOver = tries >= MOST_TRIES;
    const failed = { tries, reason: reason.slice(0, MAX_REASON), atMs: now() };
    book.set({ ...(isOver ? settled(absence) : absence), failed });
    return isOver;
  }

  /** Why the last try was in vain; null if it was not. */
  failure(): Absence["failed"] {
    return this.#options.book.get().failed;
  }

  #judged(): Absence {
    const { book, now } = this.#options;
    const absence = book.get();
    const presence = this.#options.presence();
    const { toldSinceMs, pending } = absence;
    if (pending !== null) {
      return this.#isOvertaken(pending.notice, presence)
        ? this.#telling("recovery", pending.sinceMs, absence, presence)
        : absence;
    }
    if (toldSinceMs !== null) {
      return presence.awaySinceMs === null ? this.#telling("recovery", toldSinceMs, absence, presence) : absence;
    }
    const dueMs = this.#troubleDueMs(presence);
    const sinceMs = presence.awaySinceMs ?? presence.heardAtMs;
    return dueMs === null || sinceMs === null || now() < dueMs
      ? absence
      : this.#telling("trouble", sinceMs, absence, presence);
  }

  /** Whether people would be told that the agent is away when it is back. */
  #isOvertaken({ kind }: AbsenceNotice, { awaySinceMs }: Presence): boolean {
    return kind === "trouble" && awaySinceMs === null;
  }

  #telling(kind: AbsenceNotice["kind"], sinceMs: number, absence: Absence, { unacked }: Presence): Absence {
    const { newId, now, fleet } = this.#options;
    const nowMs = now();
    const words = kind === "trouble" ? troubleText : recoveryText;
    const text = words({ fleet, sinceMs, nowMs, unacked });
    return {
      ...absence,
      pending: { notice: { id: newId(), kind, atMs: nowMs, ...text }, sinceMs, tries: 0, nextMs: nowMs },
    };
  }

  #troubleDueMs({ awaySinceMs, heardAtMs, unacked }: Presence): number | null {
    const { afterMs, silenceMs } = this.#options;
    const sinceMs = awaySinceMs ?? heardAtMs;
    const bySilenceMs = sinceMs === null || silenceMs === null ? null : sinceMs + silenceMs;
    return earliestOf(awaySinceMs === null || unacked === 0 ? null : awaySinceMs + afterMs, bySilenceMs);
  }
}

/** What holds once the pending notice is done with. */
function settled(absence: Absence): Absence {
  const { pending } = absence;
  return { ...absence, pending: null, toldSinceMs: pending?.notice.kind === "trouble" ? pending.sinceMs : null };
}
